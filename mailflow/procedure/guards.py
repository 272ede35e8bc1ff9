"""The guards of rows: a closed list of shapes, each a short phrase that an officer can read.

In: a phrase of the procedure file ("contact x.part", "blank reason", "under 6 months from a or b to c unless because").
Out: "" if it holds, otherwise a plain sentence saying what is missing.
Fails: ValueError for a phrase of no known shape (reported by the reader with file and line).
Limits: no expression language: a new shape needs a line in docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from mailflow.procedure.decision import Decision
from mailflow.procedure.guard_shapes import SHAPES, Guard, Scene
from mailflow.procedure.guards_case import open_items
from mailflow.procedure.guards_said import extension_refusal

__all__ = ["SHAPES", "Scene", "check", "extension_refusal", "known", "open_items"]


def known(phrase: str) -> bool:
    """Whether the phrase has one of the known shapes."""
    return any(pattern.fullmatch(phrase) for pattern, _ in SHAPES)


def asking(d: Decision, phrase: str) -> Callable[[Decision, Scene], str]:
    """`check` for one phrase under the settings of this decision, to be asked again and again."""
    guard, found = _read(d.fill(phrase))
    return lambda d, scene: guard(d, scene, found)


def check(d: Decision, scene: Scene, phrase: str) -> str:
    """ "" if the guard holds; otherwise why not."""
    guard, found = _read(d.fill(phrase))
    return guard(d, scene, found)


@lru_cache(maxsize=1000)
def _read(words: str) -> tuple[Guard, re.Match[str]]:
    for pattern, guard in SHAPES:
        found = pattern.fullmatch(words)
        if found:
            return guard, found
    raise ValueError(f"no guard has the shape {words!r}")
