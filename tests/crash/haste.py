"""Everything that several daemons wait for from each other takes a fraction of its time: a lease is lost in a moment.

In earnest a lease lasts half a minute (mailflow/store/leases.py); tests/loops/test_taking_over.py shortens only that.
The proportions stay: a beat is a sixth of a lease, and a turn is waited for longer than a lease lasts.
"""

from __future__ import annotations

from mailflow.loops import holding
from mailflow.store import postgres
from mailflow.store.leases import SECONDS

SETTING = "MAILFLOW_TEST_LEASE"
# Two cores are at work for daemons, database and mail servers: patience with a server shrinks less than a lease.
PATIENT = 3


def hasten(lease: float) -> None:
    """In this process from now on: leases of so many seconds."""
    pace = lease / SECONDS
    given = holding.Holding.__init__.__kwdefaults__
    given["seconds"], given["beat"] = lease, holding.BEAT * pace
    postgres.SLICE_MS = int(postgres.SLICE_MS * pace)
    slower = min(1.0, PATIENT * pace)
    postgres.TURN_MS = int(postgres.TURN_MS * slower)
    postgres.IDLE_SECONDS = max(1, round(postgres.IDLE_SECONDS * slower))
    postgres.STATEMENT_SECONDS = max(1, round(postgres.STATEMENT_SECONDS * slower))
    postgres.ANSWER_SECONDS = max(2, round(postgres.ANSWER_SECONDS * slower))
    postgres.CONNECT_SECONDS = max(2, round(postgres.CONNECT_SECONDS * slower))
