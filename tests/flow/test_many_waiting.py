"""Sorting with a full mailbox behind it: a mail costs the database what it costs when it is the only one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from mailflow.flow.sort import sort_one
from mailflow.store import Store
from tests.flow.bench import Bench, at, write

STEP = 10
MANY = 600


def _cost(bench: Bench, waiting: int, apart: timedelta) -> int:
    """Steps of SQLite for one sort with so many mails waiting, which arrived so long apart."""
    bench.now = at("2027-02-01 09:30")
    with bench.store.unit() as unit:
        for n in range(waiting):
            octets = write(
                f"news@list{n % 50}.example", f"News {n}", "News.", headers=[("Precedence", "bulk"), ("List-Id", "<n>")]
            )
            unit.inbox.keep(
                f"{n:064}", octets, mailbox=bench.office.mailbox, folder="INBOX", uidvalidity=1, uid=n + 1,
                arrived_at=bench.now - n * apart, kept_at=bench.now, sender=f"news@list{n % 50}.example",
            )  # fmt: skip
    steps = [0]

    def count() -> int:
        steps[0] += STEP
        return 0

    def watch(_connection: object, cursor: object, *_more: object) -> None:
        cursor.connection.set_progress_handler(count, STEP)  # type: ignore[attr-defined]

    assert sort_one(bench.house, bench.now)  # the first of all makes more
    steps[0] = 0
    event.listen(bench.store._engine, "before_cursor_execute", watch)
    assert sort_one(bench.house, bench.now)
    event.remove(bench.store._engine, "before_cursor_execute", watch)
    return steps[0]


@pytest.mark.parametrize("apart", [timedelta(seconds=1), timedelta()])
def test_a_sort_costs_no_more_with_many_mails_waiting(
    empty_store: Path, tmp_path: Path, request: pytest.FixtureRequest, apart: timedelta
):
    """No question of the sorting walks through what waits, even if all of it arrived at one instant (a mailbox moved
    from another server may say so)."""
    costs = []
    for count in (10, MANY):
        path = tmp_path / f"{count}.db"
        path.write_bytes(empty_store.read_bytes())
        store = Store(f"sqlite:///{path}")
        request.addfinalizer(store.close)
        costs.append(_cost(Bench(store), count, apart))
    assert costs[1] < 2 * costs[0] + 200, costs
