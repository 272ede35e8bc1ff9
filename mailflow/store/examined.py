"""Whether the record of a database is whole by itself: the chain of every case, and the record over all.

In: a transaction over the database.
Out: how many cases and lines it holds, and the first faults.
Fails: as the database does.
Limits: looks at the log alone; `mailflow verify` also compares it with causes, words and what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailflow.store.schema import HEAD
from mailflow.store.unit import Unit

MOST_FAULTS = 5
Step = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True)
class Examined:
    """What a database holds; `faults` is empty for a sound one."""

    schema: str
    cases: int
    lines: int
    faults: tuple[str, ...]


def record(unit: Unit, step: Step = lambda done, total: None) -> Examined:
    """Check the chain of every stream of the log, and that of the record over them."""
    cases = unit.evidence.cases()
    faults, lines = [str(flaw) for flaw in unit.evidence.of_record(unit.chain.entries()) if flaw], 0
    for done, case in enumerate(cases, 1):
        lines += unit.log.last(case)
        fault = unit.log.verify(case)
        if fault:
            faults.append(fault)
        step(done, len(cases))
    return Examined(HEAD, len(cases), lines, tuple(faults[:MOST_FAULTS]))
