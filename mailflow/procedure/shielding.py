"""Whom a case protects: the flag that says so, and the people whose names nobody outside the office may learn (Q9).

In: a procedure and a case.
Out: whether the flag of a role is set; addresses to be kept back.
Fails: never.
Limits: pure; finds the flag through the roles that it silences (`unless_flag`), and knows none by name.
"""

from __future__ import annotations

from mailflow.procedure.definition import Procedure
from mailflow.procedure.standing import Case

UNSET = (None, "", "no")
# The field that lists those of the joined people (dispatch.JOINED) who were protected in their own case.
JOINED_PROTECTED = "joined:protected"


def flags(procedure: Procedure) -> tuple[str, ...]:
    """The fields that protect whoever raised a case."""
    return tuple(dict.fromkeys(r.unless_flag for r in procedure.roles.values() if r.unless_flag))


def is_set(case: Case, flag: str) -> bool:
    """Whether a flag says yes, or for which reason."""
    return bool(flag) and case.fields.get(flag) not in UNSET


def protected(procedure: Procedure, case: Case) -> bool:
    """Whether the case protects whoever raised it."""
    return any(is_set(case, flag) for flag in flags(procedure))


def joined(case: Case) -> tuple[str, ...]:
    """Those whose own protected case was joined to this one."""
    found = case.fields.get(JOINED_PROTECTED)
    return tuple(str(a) for a in found) if isinstance(found, list) else ()


def addresses(procedure: Procedure, case: Case) -> tuple[str, ...]:
    """The addresses of the people whom the case protects, their managers included, who would give them away."""
    found = list(joined(case))
    if protected(procedure, case):
        found += [str(case.fields.get(r.field) or "") for r in procedure.roles.values() if _hides(procedure, r.name)]
    return tuple(a for a in dict.fromkeys(found) if a)


def hides(procedure: Procedure, case: Case, role: str) -> bool:
    """Whether nobody of this role is to be named: whoever opened a protected case, and their manager."""
    return protected(procedure, case) and _hides(procedure, procedure.party_of(role))


def _hides(procedure: Procedure, role: str) -> bool:
    defined = procedure.roles.get(role)
    return role == procedure.opened_by or bool(defined and defined.unless_flag)
