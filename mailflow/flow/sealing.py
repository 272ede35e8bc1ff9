"""Keeping people's words apart from the log, so that they can be erased and the chain of the log stays whole.

In: facts with words in them; lines with ids of words.
Out: facts whose words are replaced by {"$text": id}, and back again.
Fails: never; words that were erased read as ERASED.
Limits: which keys of a fact hold words is listed here; ids, dates and addresses stay in the log.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailflow.procedure.case import Fact
from mailflow.procedure.definition import Procedure
from mailflow.store import Unit

ERASED = "(erased)"
SPOKEN = {
    "said": ("line", "note", "blanks", "files"),
    "asked": ("line",),
    "refused": ("line",),
    "held": ("reason",),
    "letter": ("said",),
    "items": ("items",),
    "item": ("values",),
    "mail": ("files",),
}


def seal(unit: Unit, procedure: Procedure, ref: str, facts: list[Fact], first_seq: int) -> list[tuple[str, str, dict]]:
    """Facts as lines of the log: every word a person wrote goes to the texts table."""
    sealed = []
    for seq, fact in enumerate(facts, first_seq):
        data = dict(fact.data)
        for key in SPOKEN.get(fact.kind, ()):
            if key in data:
                data[key] = _seal(unit, ref, fact.kind, data[key], seq)
        if fact.kind in ("field", "child_field") and _is_words(procedure, str(data["name"])):
            data["value"] = _seal(unit, ref, "field", data["value"], seq)
        sealed.append((fact.kind, fact.machine, data))
    return sealed


def _is_words(procedure: Procedure, name: str) -> bool:
    field = procedure.fields.get(name)
    return field is not None and field.type in ("text", "file")


def _seal(unit: Unit, ref: str, kind: str, value: object, seq: int) -> object:
    if isinstance(value, str):
        return {"$text": unit.texts.put(ref, kind, value, seq)} if _spoken(value) else value
    if isinstance(value, Mapping):
        return {k: _seal(unit, ref, kind, v, seq) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_seal(unit, ref, kind, v, seq) for v in value]
    return value


def _spoken(value: str) -> bool:
    """Dates, numbers, digests, identities and single words are no secret; anything with a gap in it may be."""
    return len(value.split()) > 1


def unseal(unit: Unit, value: object) -> object:
    """The words back in their place."""
    if isinstance(value, Mapping):
        if set(value) == {"$text"}:
            found = unit.texts.get(str(value["$text"]))
            return ERASED if found is None else found
        return {k: unseal(unit, v) for k, v in value.items()}
    if isinstance(value, list):
        return [unseal(unit, v) for v in value]
    return value
