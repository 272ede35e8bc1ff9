"""Rules of what a daemon holds among several: it knows when it has lost it, and the others take over in time."""

from __future__ import annotations

from mailflow.loops.holding import BEAT, Holding
from mailflow.store import postgres
from mailflow.store.leases import SECONDS


def test_the_bounds_of_waiting_keep_within_a_minute() -> None:
    """What docs/operations.md promises of takeover: lease, bound of an answer, bound of a unit that stands still."""
    assert Holding.__init__.__kwdefaults__.items() >= {"seconds": SECONDS, "beat": BEAT}.items()
    assert SECONDS + 2 * BEAT <= 45
    assert postgres.ANSWER_SECONDS < 60 and postgres.STATEMENT_SECONDS < postgres.ANSWER_SECONDS
    # Nobody gives up a turn before a lost daemon that stands before them has been found out.
    assert SECONDS + postgres.SLICE_MS / 1000 < postgres.TURN_MS / 1000
    assert postgres.SLICE_MS / 1000 < postgres.STATEMENT_SECONDS
