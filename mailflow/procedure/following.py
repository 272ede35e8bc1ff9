"""What hangs on the name of an organisation: whether it may still be changed, and which fields go when it is.

In: a procedure, a case, the field that a word sets.
Out: the organisation that letters have gone to, or ""; the names of fields that followed the old name.
Fails: never.
Limits: pure; knows fields by their types and letters by their addressees, none by name.
"""

from __future__ import annotations

from mailflow.procedure.definition import Procedure
from mailflow.procedure.standing import Case

OF_A_CONTRACT = ("contract", "service", "purchaser", "publication")


def _roles(procedure: Procedure, field: str) -> set[str]:
    """The roles whose contacts are those of the organisation in this field."""
    return {r.name for r in procedure.roles.values() if r.who == "contacts" and r.field == field}


def changes(procedure: Procedure, case: Case, field: str, value: object) -> bool:
    """Whether another organisation than the one on file is named."""
    old = " ".join(str(case.fields.get(field) or "").split())
    new = " ".join(str(value).split())
    return bool(_roles(procedure, field) and old) and old.casefold() != new.casefold()


def written_to(procedure: Procedure, case: Case, field: str) -> bool:
    """Whether a letter to this organisation has been decided and not taken back: in this round of the case, or by a
    part of it that an earlier round left open."""
    open_parts = {m.id for m in case.live() if m.kind != procedure.main}
    return any(
        procedure.party_of(s.role) in _roles(procedure, field)
        and s.status not in ("withdrawn", "impossible")
        and (s.cycle == case.cycle or s.machine in open_parts)
        for s in case.letters.values()
    )


def gives_contract(procedure: Procedure, case: Case, field: str) -> bool:
    """Whether the contract is that of the organisation in this field; another's counts while its owner is not known."""
    owner = next((f.of for f in procedure.fields.values() if f.type == "contract"), "")
    return owner in ("", field) or not case.fields.get(owner)


def followers(procedure: Procedure, case: Case, field: str) -> tuple[str, ...]:
    """Fields that hold only for the organisation on file: its contract, what that gave, and copies approved for it."""
    typed = {f.type: f.name for f in procedure.fields.values() if f.type in OF_A_CONTRACT}
    if not gives_contract(procedure, case, field):
        typed = {}
    heads = {case.set_by[name][0] for name in (field, typed.get("contract", "")) if name in case.set_by}
    found = [typed["contract"]] if "contract" in typed else []
    found += [n for kind, n in typed.items() if kind != "contract" and case.set_by.get(n, (0, ""))[0] in heads]
    for letter in procedure.letters.values():
        if procedure.party_of(letter.to) in _roles(procedure, field):
            found += [n for n in letter.attach if n in procedure.fields and procedure.fields[n].type == "file"]
    return tuple(n for n in dict.fromkeys(found) if case.fields.get(n))
