"""Keeping people's words apart from the log, so that they can be erased and the chain of the log stays whole.

In: facts with words in them; lines with ids of words.
Out: facts whose words are replaced by {"$text": id}, and back again.
Fails: never; words that were erased read as ERASED.
Limits: which keys of a fact hold words is listed here; ids, dates and addresses stay in the log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mailflow.procedure.case import Fact
from mailflow.procedure.definition import Procedure
from mailflow.store import Unit
from mailflow.store.log import Line

ERASED = "(erased)"
_SEALED = {"$text"}
SPOKEN = {
    "said": ("name", "line", "note", "blanks", "files"),
    "asked": ("line", "why"),
    "refused": ("line", "why"),
    "held": ("reason", "before"),
    "letter": ("said", "why"),
    "settled": ("detail",),
    "items": ("items",),
    "item": ("values",),
    "mail": ("files",),
    "own_letter": ("files",),
}

PLAIN = re.compile(
    r"\d{4}-\d\d-\d\d(?:T[\d:.+Z-]{5,30})?"  # a day, an instant
    r"|[0-9a-f]{16,64}|\d{1,12}"  # a digest, an identity, a number
    r"|[A-Z]{2,6}-\d{4}-\d{1,8}(?:-[0-9A-Z]{1,4})?"  # a reference
    r"|[^\s@<>]{1,64}@[^\s@<>]{1,190}"  # an address
)


def seal(unit: Unit, procedure: Procedure, ref: str, facts: list[Fact], first_seq: int) -> list[tuple[str, str, dict]]:
    """Facts as lines of the log: every word a person wrote goes to the texts table."""
    sealed = []
    own = _own_words(procedure)
    for seq, fact in enumerate(facts, first_seq):
        data = dict(fact.data)
        for key in SPOKEN.get(fact.kind, ()):
            if key in data:
                data[key] = _seal(unit, ref, fact.kind, data[key], seq, own)
        if fact.kind in ("field", "child_field") and _is_words(procedure, str(data["name"])):
            data["value"] = _seal(unit, ref, "field", data["value"], seq, own)
        sealed.append((fact.kind, fact.machine, data))
    return sealed


def _is_words(procedure: Procedure, name: str) -> bool:
    field = procedure.fields.get(name)
    return field is not None and field.type in ("text", "file")


def _own_words(procedure: Procedure) -> frozenset[str]:
    """The words that the procedure itself puts into fields and offers to be said: they are nobody's secret."""
    own = {"yes", "no"}
    for machine in procedure.machines.values():
        for row in machine.rows:
            for source in row.set.values():
                own |= {source, *source.split()}
    for verb in procedure.verbs.values():
        own |= {verb.name, verb.value, verb.label, *verb.say}
    return frozenset(own)


def _seal(unit: Unit, ref: str, kind: str, value: object, seq: int, own: frozenset[str]) -> object:
    if isinstance(value, str):
        return {"$text": unit.texts.put(ref, kind, value, seq)} if _spoken(value, own) else value
    if isinstance(value, Mapping):
        return {k: _seal(unit, ref, kind, v, seq, own) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_seal(unit, ref, kind, v, seq, own) for v in value]
    return value


def _spoken(value: str, own: frozenset[str]) -> bool:
    """Dates, numbers, digests, references and addresses are no secret; one single word, or a file's name, may be."""
    return bool(value) and value not in own and not PLAIN.fullmatch(value)


def facts_of(unit: Unit, lines: Sequence[Line]) -> list[Fact]:
    """The facts that these lines tell, the words back in their place; they are all asked for at once."""
    named: list[str] = []
    for line in lines:
        _name(line.data, named)
    words = unit.texts.all_of(list(dict.fromkeys(named))) if named else {}
    return [Fact(line.kind, line.machine, _worded(line.data, words)) for line in lines]


def unseal(unit: Unit, value: object) -> object:
    """The words back in their place."""
    named: list[str] = []
    _name(value, named)
    return _worded(value, unit.texts.all_of(named) if named else {})


def _name(value: object, named: list[str]) -> None:
    """Add the ids of all words in a value as JSON gives it."""
    if isinstance(value, dict):
        if value.keys() == _SEALED:
            named.append(str(value["$text"]))
            return
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict | list):
                _name(one, named)


def _worded(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        if value.keys() == _SEALED:
            return words.get(str(value["$text"]), ERASED)
        return {k: _worded(v, words) if isinstance(v, dict | list) else v for k, v in value.items()}
    if isinstance(value, list):
        return [_worded(v, words) if isinstance(v, dict | list) else v for v in value]
    return value
