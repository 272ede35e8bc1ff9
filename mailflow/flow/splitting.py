"""One mail with several matters: further cases that begin with the same mail, each with a reference of its own (Q12).

In: the fact that a case is split, decided without references.
Out: the fact with the references given out in this transaction; the new cases.
Fails: Conflict when another loop was first.
Limits: the first case keeps its reference, its file and what was known of it; what a row names is known to all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from mailflow.flow.arrived import plain_subject, read_again
from mailflow.flow.placing import file_mail
from mailflow.flow.ports import House, Office
from mailflow.mail import reference
from mailflow.procedure.case import Case, Fact
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import MailCame
from mailflow.store import Unit

Advance = Callable[..., object]


def numbered(unit: Unit, office: Office, case: Case, facts: list[Fact]) -> list[Fact]:
    """The facts, with a reference for each new case: the year is that of the receipt (G1)."""
    found = []
    for fact in facts:
        more = {"refs": _refs(unit, office, case, fact)} if fact.kind == "split" else {}
        found.append(replace(fact, data={**fact.data, **more}) if more else fact)
    return found


def _refs(unit: Unit, office: Office, case: Case, fact: Fact) -> list[str]:
    assert case.opened_at is not None
    year = office.calendar.local_date(case.opened_at).year
    more = int(fact.data["parts"]) - 1
    return [reference.make(office.prefix, year, unit.numbers.next(office.prefix, year)) for _ in range(more)]


def others(procedure: Procedure, case: Case, history: Sequence[Fact], facts: Sequence[Fact]) -> str:
    """A sentence where something was said of this case that the parts of one mail have in common, "" otherwise."""
    splits = [row.split for machine in procedure.machines.values() for row in machine.rows if row.split]
    common = {name for split in splits for name in split["keeps"].split()}
    if not any(fact.kind == "field" and fact.data["name"] in common for fact in facts):
        return ""
    first = [str(case.fields[s["field"]]) for s in splits if case.fields.get(s["field"])]
    refs = [*first, *(str(ref) for fact in history if fact.kind == "split" for ref in fact.data["refs"])]
    if not refs:
        return ""
    return f"This counts for {case.ref} alone. The same mail began {' and '.join(refs)}: say it there too, if it holds."


def begin(
    house: House, unit: Unit, office: Office, procedure: Procedure, case: Case, first: str, fact: Fact,
    now: datetime, advance: Advance,
) -> None:  # fmt: skip
    """Open the new cases with the mail that opened this one (`first`), received when it was."""
    assert case.opened_at is not None
    mail = read_again(unit, office, first)
    known = {name: case.fields[name] for name in fact.data["keeps"] if case.fields.get(name)}
    stated = {**known, str(fact.data["field"]): case.ref}
    sender = str(case.fields.get(procedure.roles[procedure.opened_by].field) or "")
    subject = plain_subject(mail.message.subject) or "(no subject)"
    by = str(fact.data["by"])
    for ref in fact.data["refs"]:
        file_mail(unit, office, mail, ref, procedure.opened_by)
        event = MailCame("anyone", case.opened_at, first, sender, "", subject, mail.files, (), by, stated)
        advance(house, unit, ref, event, cause=f"split:{case.ref}/{ref}", now=now, actor=by)
