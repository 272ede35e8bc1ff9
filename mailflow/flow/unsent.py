"""Letters that have not left: what counts from them waits, and whoever owns the case hears of it once.

In: clocks that count from a letter; the outbox, the letters that cannot be rendered, a `now`.
Out: why a clock may not act yet; one report per letter to its case's owner and the administrator.
Fails: Conflict; a report that cannot be rendered is logged and tried again.
Limits: a letter in doubt is asked about by doubt.py, so that nothing is said of it here a second time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from mailflow.errors import CannotRender, EditionUnreadable
from mailflow.flow import doubt, sealing, unrendered
from mailflow.flow.office_mail import letter_for, note, put_office_letter
from mailflow.flow.placing import askable
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import office_for
from mailflow.procedure.case import Case, Sent, fold
from mailflow.procedure.timers import FIRE
from mailflow.store import Unit
from mailflow.store.agenda import Due
from mailflow.store.outbox import Envelope

NOT_LEFT = "the letter this date counts from has not left yet"
# A working day is never shorter, even when the clocks go forward.
LEAST = timedelta(hours=23)
# After an outage of our own the courier first gets the time to let go what has piled up.
PATIENCE = timedelta(minutes=15)
_LATE = "late letters"
_REASON = (
    "A letter has not left one working day after it was to leave. It is kept and is tried again. Until it has left, "
    "nothing counts against the person whom it is for: no reminder, referral or notice goes out because of it. Please "
    "consider whether they should hear another way, and ask the administrator what keeps the letter"
)

_log = structlog.get_logger()


def held_because(case: Case, due: Due) -> str:
    """K9: why a clock that counts from a letter may not act yet, or "". Its ladder, which asks officers, goes on."""
    machine = case.machines.get(due.machine)
    timer = machine.timers.get(due.timer) if machine else None
    if due.step != FIRE or timer is None or timer.firm:
        return ""
    letter = case.letters.get(timer.letter)
    return NOT_LEFT if letter is not None and letter.status == "decided" else ""


def tell_unsent(house: House, now: datetime) -> bool:
    """Tell of every letter that is a working day late, once; True if one was told of."""
    with house.store.read() as unit:
        served = (letter_id for letter_id in _not_left(unit, now) if house.serves(letter_id))
        late = [letter_id for letter_id in served if not _known(house, unit, letter_id)]
        before = json.loads(unit.meta.get(_LATE) or "{}")
    seen = {letter_id: before.get(letter_id, now.isoformat()) for letter_id in late}
    if seen != before:
        with house.store.unit(purpose="unsent") as unit:
            unit.meta.put(_LATE, json.dumps(seen))
    told = False
    for letter_id, since in seen.items():
        if now - datetime.fromisoformat(since) >= PATIENCE:
            try:
                with house.store.unit(purpose="unsent") as unit:
                    told = _tell(house, unit, letter_id, now) or told
            except (CannotRender, EditionUnreadable) as fault:
                _log.warning("unsent.not_told", letter=letter_id, why=str(fault))
    return told


def _not_left(unit: Unit, now: datetime) -> list[str]:
    return list(dict.fromkeys([*unit.outbox.late(now - LEAST), *unrendered.letters(unit)]))


def _key(letter_id: str) -> str:
    return f"unsent/{letter_id}"


def _known(house: House, unit: Unit, letter_id: str) -> bool:
    """Whether nothing is left to tell; a mail of the office's own is no matter for another such mail."""
    if letter_id.startswith("office:") or doubt.question_of(unit, letter_id):
        return True
    return unit.log.knows(house.office_of(letter_id.partition("/")[0]).stream, _key(letter_id))


def _tell(house: House, unit: Unit, letter_id: str, now: datetime) -> bool:
    ref = letter_id.partition("/")[0]
    office = house.office_of(ref)
    if _known(house, unit, letter_id):
        return False
    case = fold(sealing.facts_of(unit, unit.log.read(ref)))
    sent = case.letters.get(letter_id)
    if sent is None or sent.status != "decided" or not _matters(house, office, case, sent):
        note(unit, office, [], cause=_key(letter_id), now=now)
        return False
    bundle = unit.outbox.get(letter_id)
    planned = (bundle[0].leave_at if bundle else sent.leave_at) or sent.at
    calendar = office_for(office, house.procedure_of(office, case.edition), case).calendar
    a_day_on = calendar.instant(calendar.next_working_day(calendar.local_date(planned)), calendar.local_time(planned))
    if case.hold or a_day_on > now:
        return False
    procedure = house.procedure_of(office, case.edition)
    role = procedure.roles.get(procedure.party_of(sent.role))
    facts = [
        ("Case", ref),
        ("Letter", f"{sent.name}, to the {role.title.lower() if role else sent.role}"),
        ("Was to leave", f"{calendar.local(planned):%d %B %Y, %H:%M}"),
        ("What keeps it", unrendered.why(unit, letter_id) or _what_keeps(bundle[1] if bundle else ())),
        ("Letter id", letter_id),
    ]
    context = {"facts": facts, "reason": _REASON, "state_words": "a letter has not left"}
    to = [a for a in dict.fromkeys((*askable(unit, office, ref, now), office.administrator)) if a]
    template = letter_for(office, "health")
    put_office_letter(house, unit, office, template, to or [office.address], context, key=_key(letter_id), now=now)
    _log.warning("letter.late", case=ref, letter=letter_id)
    return True


def _matters(house: House, office: Office, case: Case, sent: Sent) -> bool:
    """A letter to a party, or one that a clock counts from; an officer's task mail waits without another."""
    procedure = house.procedure_of(office, case.edition)
    role = procedure.roles.get(procedure.party_of(sent.role))
    counts = any(timer.letter == sent.id for machine in case.live() for timer in machine.timers.values())
    return counts or (role is not None and not role.is_officer)


def _what_keeps(envelopes: Sequence[Envelope]) -> str:
    """What the mail server said last."""
    words = dict.fromkeys(e.verdict for e in envelopes if e.verdict and not e.home)
    return "; ".join(words) or "it waits for the mail server"
