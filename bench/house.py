"""A council office on a fresh store in a folder that goes away, for the benchmarks.

In: nothing but the shipped configuration.
Out: a House with an empty SQLite store, as the daemon would have it (WAL, synchronous FULL).
Fails: as the store does.
Limits: no mail server and no submission server: what they cost is not measured here.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mailflow.documents.letters import Letters
from mailflow.flow.ports import House, Limits, Office
from mailflow.procedure.reading import read
from mailflow.register import holiday_calendars
from mailflow.register.register import Register
from mailflow.store import Store

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)  # a Monday


def office() -> Office:
    """The shipped procedure with the shipped register."""
    file = ROOT / "config" / "procedures" / "council-concerns.toml"
    procedure, faults = read(file.read_text("utf-8"), file.name)
    if procedure is None or faults:
        raise SystemExit("; ".join(f"{f.file}:{f.line} {f.what}" for f in faults))
    return Office(
        id="council",
        address="contract.concerns@council.example",
        name="Example Council",
        team="Contract Management Team",
        prefix="CC",
        procedure=procedure,
        calendar=holiday_calendars.load(ROOT / "config" / "calendars", "uk-eng"),
        register=Register.load(ROOT / "config" / "register", frozenset({"council.example"})),
        reports=Path("reports"),
        own_domains=frozenset({"council.example"}),
    )


@contextmanager
def house() -> Iterator[House]:
    """A house that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mailflow-bench-") as folder:
        store = Store(f"sqlite:///{folder}/bench.sqlite3")
        store.migrate()
        try:
            one = office()
            # Steps are measured one after the other at one instant: no budget against floods may stop them.
            limits = Limits(opened_per_domain_per_hour=10**9, opened_per_hour=10**9)
            yield House(store, {one.id: one}, Letters([ROOT / "templates"]), b"x" * 48, limits)
        finally:
            store.close()


def timed(steps: int, step: Callable[[int], object]) -> list[tuple[float, float]]:
    """(milliseconds by the clock, milliseconds of this process's CPU) of each step, one after the other."""
    found = []
    for n in range(steps):
        start, busy = time.perf_counter(), time.process_time()
        step(n)
        found.append(((time.perf_counter() - start) * 1000, (time.process_time() - busy) * 1000))
    return found


def told(name: str, times: list[tuple[float, float]]) -> str:
    """One line: median and slowest twentieth by the clock, median of CPU, how many a second by the clock."""
    clock = sorted(wall for wall, _ in times)
    worst = clock[min(len(clock) - 1, int(len(clock) * 0.95))]
    cpu = statistics.median(busy for _, busy in times)
    return f"{name:<52} {statistics.median(clock):8.2f} {worst:8.2f} {cpu:8.2f} {1000 / statistics.fmean(clock):9.0f}"


HEAD = f"{'milliseconds':<52} {'median':>8} {'95th':>8} {'CPU':>8} {'a second':>9}"
