"""Which notes get no receipt, so that an absence note nobody recognised cannot talk with our receipts for ever (5.2).

In: an officer's mail without a word of the procedure, on a case.
Out: whether the note is filed in silence.
Fails: never.
Limits: the second receipt of a day is not sent even if a person wrote the note; it stands on the file all the same.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow.arrived import Mail
from mailflow.flow.ports import Office
from mailflow.procedure.definition import Procedure
from mailflow.store import Unit

ANSWERS = ("recorded", "which", "refused", "refused_holder", "who", "status", "help")


def is_silent(
    unit: Unit, office: Office, procedure: Procedure, ref: str, mail: Mail, verb: str, address: str, now: datetime
) -> bool:
    """The note answers an answer of ours, or the officer had a receipt for a note on this case today."""
    return _to_an_answer(unit, procedure, mail) or _had_one(unit, office, procedure, ref, verb, address, now)


def _to_an_answer(unit: Unit, procedure: Procedure, mail: Mail) -> bool:
    # Not all of References: a thread that once had a receipt in it goes on with other letters.
    answered = mail.message.in_reply_to or mail.message.references[-1:]
    letters = [unit.outbox.by_message_id(one) for one in answered]
    return any(letter is not None and letter.template in _answers(procedure) for letter in letters)


def _answers(procedure: Procedure) -> set[str]:
    """Letters that only answer somebody's act, by name and by template: an office's own mails go by the latter."""
    names = {procedure.acts[act] for act in ANSWERS if act in procedure.acts}
    return names | {procedure.letters[name].template for name in names if name in procedure.letters}


def _had_one(
    unit: Unit, office: Office, procedure: Procedure, ref: str, verb: str, address: str, now: datetime
) -> bool:
    today, receipt = office.calendar.local_date(now), procedure.acts["recorded"]
    return any(
        line.kind == "letter"
        and line.data["name"] == receipt
        and line.data.get("verbs") == [verb]
        and address in line.data["to"]
        and office.calendar.local_date(line.recorded_at) == today
        for line in unit.log.read(ref)
    )
