"""One change between two editions, and the words for what no sentence of its own tells.

In: two values of the same kind; the names of those parts that have been told already.
Out: Change values.
Fails: never.
Limits: what has no words of its own is told as the file has it, so that nothing stays unsaid.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

EVERYBODY = ""


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was. who: a role of the file, or EVERYBODY; about: stage, timescale, letter, word,
    row, role, setting, ladder, field, part ...; name: what the file calls it; old, new: in words, "" for nothing."""

    who: str
    about: str
    name: str
    words: str
    old: str = ""
    new: str = ""


def left_over(
    was: object, now: object, told: Collection[str], who: str, about: str, what: str, name: str
) -> Iterator[Change]:
    """Every part of a value that differs and has not been told yet, by the key that the file gives it."""
    for one in fields(was):  # type: ignore[arg-type]
        before, after = getattr(was, one.name), getattr(now, one.name)
        if one.name not in told and before != after:
            a, b = shown(before), shown(after)
            words = f'{what}: "{one.name}" is {b or "nothing"}; before {a or "nothing"}.'
            yield Change(who, about, name, words, a, b)


def shown(value: object) -> str:
    """A value of the file on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{k} = {shown(v)}" for k, v in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(shown(v) for v in value)
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(shown(v) for v in value))
    if is_dataclass(value):
        parts = ((one.name, getattr(value, one.name)) for one in fields(value))
        return (
            "(" + ", ".join(f"{name} {shown(part)}" for name, part in parts if part not in ("", (), None, False)) + ")"
        )
    return str(value)


def plural_lists(was: object, now: object) -> tuple[str, str]:
    """Of two lists only what the other has not."""
    if isinstance(was, tuple) and isinstance(now, tuple):
        return shown([v for v in was if v not in now]), shown([v for v in now if v not in was])
    return shown(was), shown(now)
