"""How long it takes to make the views and agendas of many cases again from the log, and whether they come out equal.

In: the number of cases (first argument; 1,000 if left out), and a seed (second; 1 if left out).
Out: lines on the standard output: what was played and stored, what was rebuilt, how long each took, what differs.
Fails: exit 1 if anything stored differs from what follows from the log, or the record is not whole.
Limits: cases are played by the people of `mailflow procedure simulate` and stored by the daemon's own step; letters
  are decided and not rendered, because a rebuild never looks at them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from unittest import mock

from bench.house import ROOT, office
from mailflow.documents.letters import Letters
from mailflow.flow import advance as stepping
from mailflow.flow import rebuilding, sealing, verifying
from mailflow.flow.ports import House, Office
from mailflow.mail import reference
from mailflow.procedure.case import Case, Fact
from mailflow.procedure.events import Event
from mailflow.procedure.reading import read
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.register import holiday_calendars
from mailflow.register.register import Register
from mailflow.store import Store, Unit
from mailflow.study import simulation
from mailflow.study.habits import USUAL
from mailflow.study.simulation import Study
from mailflow.study.ways import Ways

CASES, SEED, EVERY, EACH = 1000, 1, 500, 50


class Stored(Rehearsal):
    """A case that is played, and stored as the daemon stores it: each decision at once, or all of them at the end."""

    house: House
    office: Office
    at_once = True

    def happen(self, event: Event, now: datetime) -> list[Fact]:
        """Decide, and store what was decided."""
        before = self.case
        facts = super().happen(event, now)
        if facts:
            self.waiting.append((before, facts, now))
        if self.at_once:
            self.store()
        return facts

    @cached_property
    def waiting(self) -> list[tuple[Case, list[Fact], datetime]]:
        """Decisions that are not stored yet."""
        return []

    def store(self) -> None:
        """Append what waits; view and agenda are made with the last of it."""
        if not self.waiting:
            return
        with self.house.store.unit() as unit:
            for before, facts, now in self.waiting[:-1]:
                self._append(unit, before, facts, now)
            before, facts, now = self.waiting[-1]
            words = {"cause": f"played:{before.seq}", "now": now, "actor": "somebody@council.example", "at": now}
            after = stepping.record(self.house, unit, self.office, self.procedure, before, facts, **words)
        self.waiting.clear()
        # The log tells the very case that was decided.
        assert after == self.case, f"{self.case.ref} at line {self.case.seq}"

    def _append(self, unit: Unit, before: Case, facts: list[Fact], now: datetime) -> None:
        unit.log.append(
            before.ref,
            before.seq,
            sealing.seal(unit, self.procedure, before.ref, facts, before.seq + 1),
            cause=f"played:{before.seq}",
            actor="somebody@council.example",
            happened_at=now,
            recorded_at=now,
            edition=self.procedure.edition,
            calendar_edition=self.calendar.edition,
        )


def insurer() -> Office:
    """The other shipped procedure with its calendar and register."""
    file = ROOT / "config" / "procedures" / "insurer-performance.toml"
    procedure, faults = read(file.read_text("utf-8"), file.name)
    assert procedure is not None, faults
    return replace(
        office(),
        id="insurer",
        address="provider.issues@insurer.example",
        prefix="PP",
        procedure=procedure,
        calendar=holiday_calendars.load(ROOT / "config" / "calendars", "nz-wgn"),
        register=Register.load(ROOT / "config" / "register" / "insurer", frozenset({"insurer.example"})),
    )


@contextmanager
def unrendered() -> Iterator[None]:
    """Decided letters are not put, files not written, and nobody opens a second case by a split."""
    with (
        mock.patch.object(stepping.posting, "put"),
        mock.patch.object(stepping.closure, "closure_file", return_value=("report.html", b"")),
        mock.patch.object(stepping.splitting, "begin"),
    ):
        yield


def play(house: House, cases: int, seed: int, each: int = EACH) -> Iterator[int]:
    """Play and store so many cases, in turn of each office; how many there are.

    Every case whose number is a multiple of `each` is stored decision by decision, which takes ten times as long.
    """
    ways = {one.id: Ways(one.procedure) for one in house.offices.values()}
    offices = list(house.offices.values())
    with unrendered():
        for number in range(1, cases + 1):
            one = offices[number % len(offices)]
            ref = reference.make(one.prefix, simulation.YEAR, number)

            def stored(
                procedure: object, terms: object, calendar: object, _: str, one=one, ref=ref, number=number
            ) -> Stored:
                made = Stored(procedure, terms, calendar, ref)  # type: ignore[arg-type]
                made.house, made.office, made.at_once = house, one, number % each == 0
                return made

            with mock.patch.object(simulation, "Rehearsal", stored):
                study = Study(one.procedure, one.calendar, USUAL)
                walk, outcome = simulation.play_case(study, ways[one.id], seed, number)
            walk.play.store()  # type: ignore[attr-defined]
            assert not outcome.stuck, f"{seed}:{number} {outcome.stuck}"
            yield number


def differences(house: House) -> Iterator[list[rebuilding.Difference]]:
    """What differs of each case."""
    with house.store.read() as unit:
        for ref in rebuilding.cases(house, unit):
            yield rebuilding.rebuild_case(house, unit, ref)


def flaws(house: House) -> list[str]:
    """What is wrong with the record; the running numbers apart, which were not drawn here."""
    with house.store.read() as unit:
        return [str(flaw) for found in verifying.prove(unit, house.offices.values()) for flaw in found]


def main(cases: int, seed: int) -> int:
    """Play, rebuild, prove."""
    with tempfile.TemporaryDirectory(prefix="mailflow-bench-") as folder:
        store = Store(f"sqlite:///{Path(folder)}/bench.sqlite3")
        store.migrate()
        both = (office(), insurer())
        house = House(store, {one.id: one for one in both}, Letters([ROOT / "templates"]), b"x" * 48)
        start = time.perf_counter()
        for number in play(house, cases, seed):
            if number % EVERY == 0:
                print(f"{number} of {cases} cases played, {time.perf_counter() - start:.0f} s", flush=True)
        with store.read() as unit:
            entries = unit.chain.count()
        print(f"{cases} cases with {entries} commits stored in {time.perf_counter() - start:.0f} s, seed {seed}")
        start = time.perf_counter()
        found = [str(one) for several in differences(house) for one in several]
        print(f"rebuilt in {time.perf_counter() - start:.1f} s: {len(found)} differences")
        start = time.perf_counter()
        wrong = flaws(house)
        print(f"proved in {time.perf_counter() - start:.1f} s: {len(wrong)} faults")
        store.close()
    for line in [*found, *wrong][:20]:
        print(f"  {line}")
    return 1 if found or wrong else 0


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    sys.exit(main(words[0] if words else CASES, words[1] if len(words) > 1 else SEED))
