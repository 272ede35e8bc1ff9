"""What a mail says in the words of a procedure.

In: a mail's new text and subject, a procedure (or some of its words), the office's calendar.
Out: a reading: words with their blanks, doubts, the rest as a note.
Fails: never.
Limits: quotes are no words; a word that outranks all others is heard on any line of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailflow.flow.arrived import Mail
from mailflow.flow.ports import Office
from mailflow.mail import commands
from mailflow.procedure.definition import ANYTHING, Procedure


def forms_of(procedure: Procedure, names: Sequence[str] | None = None) -> list[commands.Form]:
    """The vocabulary of a procedure, or of some of its verbs."""
    wanted = procedure.verbs.values() if names is None else [procedure.verbs[n] for n in names]
    return [commands.Form(v.name, text, v.decision, v.part_of, v.into) for v in wanted for text in v.say]


def read_words(
    office: Office, procedure: Procedure, mail: Mail, names: Sequence[str] | None = None
) -> commands.Reading:
    """What the mail says in the procedure's words; only new text counts."""
    today = office.calendar.local_date(mail.kept.arrived_at)
    subject = mail.message.subject
    forms = forms_of(procedure, names)
    reading = commands.read(mail.reply.new, subject, forms, today, office.calendar.add_working_days)
    alone = _above_all(procedure, mail, reading, names)
    return replace(reading, sayings=(alone,), doubts=()) if alone else reading


def _above_all(
    procedure: Procedure, mail: Mail, reading: commands.Reading, names: Sequence[str] | None
) -> commands.Saying | None:
    """A word that outranks all others is taken on whatever line it stands alone, however unclear the rest may be;
    not from somebody who may only say other words."""
    highest = [v for v in procedure.verbs.values() if ANYTHING in v.beats and (names is None or v.name in names)]
    wanted = {" ".join(text.casefold().split()): v.name for v in highest for text in v.say}
    if not wanted:
        return None
    said = next((s for s in reading.sayings if s.verb in wanted.values()), None)
    for line in mail.reply.new.splitlines():
        verb = wanted.get(" ".join(line.casefold().strip(" .!#").split()))
        if verb and said is None:
            said = commands.Saying(verb, {}, line.strip(), "")
    return replace(said, note=mail.reply.new.strip()) if said else None
