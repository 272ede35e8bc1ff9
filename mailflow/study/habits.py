"""How people behave in a simulation: how often they do what, how late they are, and how often things go wrong.

In: nothing; the weights stand here, and docs/trying.md says what they mean.
Out: USUAL, CARELESS and SILENT habits.
Fails: never.
Limits: weights are made up from what officers tell, not measured; they decide how often, never whether.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailflow.study.ways import ASIDE, BACKWARD, END, EXIT, LATER, NEXT, OWNED, STAY, TOLD

FIRST = "first"
"""The first of a stage's ways: what the paper means to happen next."""

ROW_WEIGHTS = {FIRST: 12, LATER: 4, END: 2, NEXT: 3, OWNED: 3, BACKWARD: 1, ASIDE: 4, EXIT: 0.3, STAY: 1, TOLD: 0}


@dataclass(frozen=True)
class Habits:
    """Weights of what happens next.

    steps: kinds of step, see walk.py. rows: which way is chosen out of a stage. in_time: how often somebody acts before
    the date; of the others a part (late) acts after it and the rest says nothing until a clock has moved the case.
    careful: how often a word is complete. wrong_role: how often it is said by somebody who may not.
    soon: people act within minutes and hours, not by their dates. goes_silent: after so many steps at most nobody
    answers any more (0: never). after_end: how often something happens after the end.
    """

    steps: Mapping[str, float]
    rows: Mapping[str, float] = field(default_factory=lambda: ROW_WEIGHTS)
    in_time: float = 0.8
    late: float = 0.12
    careful: float = 0.9
    wrong_role: float = 0.02
    soon: bool = False
    goes_silent: int = 0
    after_end: float = 0.08


USUAL = Habits(
    {
        "awaited": 100,
        "mail": 8,
        "absence note": 3,
        "note": 3,
        "undo": 2,
        "correction": 2,
        "any word": 2,
        "two words": 2,
        "second officer": 2,
        "extension": 2,
        "hold": 1.5,
        "own letter": 1,
        "received": 1,
        "bounce": 1.5,
        "away": 2,
    }
)
CARELESS = Habits(
    {
        "awaited": 45,
        "pause": 22,
        "mail": 15,
        "any word": 8,
        "bounce": 4,
        "undo": 4,
        "hold": 2,
        "resume": 4,
        "note": 1,
        "two words": 2,
        "second officer": 2,
        "extension": 2,
        "correction": 2,
        "own letter": 1,
        "received": 1,
    },
    rows={FIRST: 4, LATER: 4, END: 0.3, NEXT: 4, OWNED: 4, BACKWARD: 2, ASIDE: 0.5, EXIT: 0.02, STAY: 1, TOLD: 0},
    careful=0.6,
    wrong_role=0.05,
    soon=True,
    after_end=0.5,
)
SILENT = Habits(USUAL.steps, goes_silent=20)

PEOPLE = {"usual": USUAL, "careless": CARELESS, "silent": SILENT}
