"""What a guard is: a short phrase of a known shape, and the question it asks of a case.

In: functions that answer for one shape each (guards_said.py, guards_case.py register them here).
Out: SHAPES, in the order in which they were registered.
Fails: never.
Limits: a closed list: a new shape needs a line in docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailflow.procedure.decision import Decision, Signal
from mailflow.procedure.definition import Row
from mailflow.procedure.standing import Machine


@dataclass(frozen=True)
class Scene:
    """What a guard looks at besides the decision: the machine, the row and the signal that set it off."""

    machine: Machine | None
    row: Row
    signal: Signal | None = None
    came_from: str = ""


Guard = Callable[[Decision, Scene, re.Match[str]], str]
SHAPES: list[tuple[re.Pattern[str], Guard]] = []
NAMES: dict[str, str] = {}  # what the groups of each shape name, by its pattern (naming_phrases.py)


def shape(pattern: str, names: str = "") -> Callable[[Guard], Guard]:
    """Register a guard for phrases of this shape; `names` says what each of its groups names, "-" for nothing."""

    def keep(guard: Guard) -> Guard:
        SHAPES.append((re.compile(pattern), guard))
        NAMES[pattern] = names
        return guard

    return keep


def filled(d: Decision, scene: Scene, name: str) -> bool:
    """Whether a field of the machine or of the case holds something."""
    return d.field(scene.machine, name) not in (None, "", "no")
