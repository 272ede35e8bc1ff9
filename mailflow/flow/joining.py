"""Whoever raised a case that was joined to another is known there, and is told its conclusion (Q12).

In: the case that was joined, and the case it was joined to.
Out: one fact for the other case: whom to tell as well, and in which role they speak there.
Fails: never.
Limits: gives away nothing of either case; each is written to in a letter of their own (procedure/dispatch.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from mailflow.flow.people import ACCEPTED, speaker_on
from mailflow.flow.ports import Office
from mailflow.procedure import shielding
from mailflow.procedure.case import Case, Fact
from mailflow.procedure.definition import Procedure
from mailflow.procedure.dispatch import JOINED

MOST_JOINED = 20  # one case after the other


def changes(before: Case, after: Case) -> list[tuple[str, bool]]:
    """The cases to which this step has joined the case (True), or from which an undo has parted it (False)."""
    came = [(ref, True) for ref in after.joined if ref not in before.joined]
    return came + [(ref, False) for ref in before.joined if ref not in after.joined]


def standing(ref: str, read: Callable[[str], Case | None]) -> Case | None:
    """The case that stands for this one: itself, or the one it was joined to in its turn."""
    case = read(ref)
    for _ in range(MOST_JOINED):
        if case is None or not case.joined:
            break
        case = read(case.joined[-1]) or case
    return case


def facts(office: Office, procedure: Procedure, source: Case, target: Case, came: bool, today: date) -> list[Fact]:
    """What the target records: [] if it knows them already, for nobody is told twice."""
    opener = procedure.roles[procedure.opened_by]
    listed, brought = _people(target), _people(source)
    theirs = [a for a in (str(source.fields.get(opener.field) or ""), *brought) if a]
    own = target.fields.get(opener.field)
    if came:
        now_listed = [*listed, *(a for a in dict.fromkeys(theirs) if a != own and a not in listed)]
    else:
        now_listed = [a for a in listed if a not in theirs]
    if now_listed == listed:
        return []
    fields: dict[str, object] = {JOINED: now_listed}
    hidden, theirs_hidden = shielding.joined(target), _hidden(procedure, source)
    if theirs_hidden:
        kept = [a for a in hidden if a not in theirs_hidden]
        fields[shielding.JOINED_PROTECTED] = [*kept, *(a for a in theirs_hidden if a in now_listed)] if came else kept
    for address in {*listed, *now_listed} - ({*listed} & {*now_listed}):
        if not came:
            fields[ACCEPTED + address] = ""
        elif speaker_on(office, procedure, target, address, today) is None:
            fields[ACCEPTED + address] = opener.name
    return [Fact("joined_by", procedure.main, {"ref": source.ref, "fields": fields, "came": came})]


def newcomers(target: Case, facts: list[Fact]) -> list[str]:
    """Who is listed by these facts and was not before."""
    named = [a for f in facts for a in f.data["fields"].get(JOINED, ())]
    return [a for a in named if a not in _people(target)]


def gone(target: Case, facts: list[Fact]) -> list[str]:
    """Who was listed, and is not any more."""
    named = [a for f in facts for a in f.data["fields"].get(JOINED, ())]
    return [a for a in _people(target) if a not in named]


def _hidden(procedure: Procedure, case: Case) -> list[str]:
    """Those whom the joined case protects: they stay protected in the other (Q9)."""
    opener = str(case.fields.get(procedure.roles[procedure.opened_by].field) or "")
    own = [opener] if opener and shielding.protected(procedure, case) else []
    return [*own, *shielding.joined(case)]


def _people(case: Case) -> list[str]:
    found = case.fields.get(JOINED)
    return [str(a) for a in found] if isinstance(found, list) else []
