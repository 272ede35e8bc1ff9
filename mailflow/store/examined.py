"""Whether the record of a database is whole by itself: the chain of every case, and the record over all.

In: a transaction over the database.
Out: how many cases and lines it holds, and the first faults.
Fails: errors.MailflowError for what is no database of mailflow, or one of a newer version; else as the database does.
Limits: looks at the log alone; `mailflow verify` also compares it with causes, words and what follows from it. Before
  its first start under this version an old database has no record over all cases: then there are the chains alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailflow.errors import MailflowError
from mailflow.store.schema import HEAD
from mailflow.store.unit import Unit

MOST_FAULTS = 5
_HAS_RECORD = "0002"  # the first schema with a record over all cases
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
    schema = unit.tables.schema()
    if not schema:
        raise MailflowError("This is no database of mailflow, or none that was ever used: there is nothing to save.")
    if schema > HEAD:
        raise MailflowError(f"A newer mailflow has made this database ({schema}; this one knows {HEAD}): use that one.")
    recorded = schema >= _HAS_RECORD
    cases = unit.evidence.cases(recorded=recorded)
    flaws = unit.evidence.of_record(unit.chain.entries()) if recorded else ()
    faults, lines = [str(flaw) for flaw in flaws if flaw], 0
    for done, case in enumerate(cases, 1):
        lines += unit.log.last(case)
        fault = unit.log.verify(case)
        if fault:
            faults.append(fault)
        step(done, len(cases))
    return Examined(schema, len(cases), lines, tuple(faults[:MOST_FAULTS]))
