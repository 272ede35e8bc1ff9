"""Kill the daemons of many offices at random points, on real servers, and count mails and letters on both sides.

    python -m tests.crash.soak --kills 1000          what `make soak` runs: about 20 minutes on two cores
    python -m tests.crash.soak --kills 100 --seed 7  the same choices again (servers keep a little chance of their own)
    python -m tests.crash.soak --manners exchange    all offices under these manners; by default under each in turn

    python -m tests.crash.soak --postgres --daemons 4 --kills 200   several daemons on one PostgreSQL (crowd.py)

Every office lives some days. Each daemon that is started takes up random plans; now and then a wire to a server fails
at a random command. When an office's days are over everything is counted. Exit 1 on any difference.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty
from statistics import median
from typing import Any

from tests.crash.counting import Count, count
from tests.crash.crowd import LEASE, Crowd
from tests.crash.days import OFFICE, Days
from tests.crash.manners import Service
from tests.crash.points import EVERY_DAY, FAULTS, MAILBOX_FAULTS
from tests.crash.rig import SQLITE, Lent, Rig, Servers
from tests.preloaded import Nursery
from tests.servers import postgres, realmail
from tests.servers.faulty import FaultyWire
from tests.servers.personality import PERSONALITIES

DAYS = 4  # of an office; then the next one begins with an empty store
PLANS = 5  # armed at once: the first that is fulfilled counts
DEEPEST = 4  # passings of a point
FAULT = 0.15  # how likely a wire fails in a step
TROUBLE = 0.25  # how likely something befalls one of several daemons, or their database, in a command


@dataclass
class Life:
    """What came of one office."""

    seed: str
    manners: str = ""
    deaths: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    counted: Count = field(default_factory=Count)
    doubts: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    takeovers: list[float] = field(default_factory=list)
    seconds: float = 0.0
    folder: str = ""


class Soak:
    """One worker: offices one after the other on servers of its own."""

    def __init__(self, servers: Servers, chosen: argparse.Namespace, database: postgres.Postgres | None) -> None:
        self._servers, self._database = servers, database
        self._url, self._daemons, self._lease = chosen.url, chosen.daemons, chosen.lease

    def live(self, seed: str, kills: int, manners: str) -> Life:
        """One office; it ends after DAYS, or at the end of the day on which it has had so many kills."""
        life, dice, began = Life(seed, manners), random.Random(seed), time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="soak-"))
        life.folder = str(folder)
        try:
            self._lived(life, dice, folder, kills)
        except Exception:
            life.counted.note(f"the office did not come to its end: {traceback.format_exc()}")
        life.seconds = time.monotonic() - began
        if not life.counted.differences:
            shutil.rmtree(folder, ignore_errors=True)
        return life

    def _lived(self, life: Life, dice: random.Random, folder: Path, kills: int) -> None:
        with ExitStack() as stack:
            wires: list[FaultyWire] = []

            def between(lent: Lent) -> None:
                Service(stack, life.manners)(lent)
                wires[:] = [stack.enter_context(FaultyWire(port)) for port in (lent.smtp_port, lent.imap_port)]
                lent.smtp_port, lent.imap_port = (wire.port for wire in wires)

            def plan(_daemon: int) -> str:
                if len(rig.deaths) >= kills:
                    return ""
                # Rather where nobody has died yet, so that an office does not die at its door all day.
                often = Counter(rig.deaths)
                chosen = sorted(EVERY_DAY, key=lambda point: often[point] + 2 * dice.random())[:PLANS]
                return ",".join(f"{point}:{1 + int(dice.random() ** 2 * DEEPEST)}" for point in chosen)

            def spoil(wires: list[FaultyWire]) -> None:
                for wire, faults in zip(wires, (FAULTS, MAILBOX_FAULTS), strict=True):
                    if not wire.faults and dice.random() < FAULT:
                        wire.faults = [replace(dice.choice(faults))]

            timeout = {"timeout": 1}
            sections: dict[str, Any] = {"office.council.smtp": timeout, "office.council.imap": timeout}
            rig = self._rig(stack, folder, plan, dice, wires=between, sections=sections, **OFFICE)
            life.deaths = rig.deaths
            with rig:
                days = Days(rig)
                life.asked = days.asked
                spoil(wires)
                for over in days.lived():
                    if over:
                        rig.stop_and_start()
                        if days.passed >= DAYS or len(rig.deaths) >= kills:
                            break
                    spoil(wires)
                for wire in wires:
                    wire.faults = []
                kills = 0  # from here on nobody dies: what is under way comes to its end
                if isinstance(rig, Crowd):
                    rig.peace = True
                rig.stop_and_start()
                days.come_to_rest()
                life.faults = [str(fault) for wire in wires for fault in wire.happened]
                life.doubts = rig.doubts()
                life.counted = count(days)
                if isinstance(rig, Crowd):
                    life.troubles, life.takeovers = rig.troubles, rig.takeovers()

    def _rig(self, stack: ExitStack, folder: Path, plan: Callable[[int], str], dice: random.Random, **more: Any) -> Rig:
        if self._database is None:
            return Rig(
                folder,
                self._servers,
                plan,
                url=self._url.format(folder=folder.name),
                daemons=self._daemons,
                **more,
            )
        crowd = Crowd(
            folder,
            self._servers,
            plan,
            server=self._database,
            daemons=self._daemons,
            dice=dice,
            trouble=TROUBLE,
            lease=self._lease,
            **more,
        )
        stack.callback(crowd.end)
        return crowd


def _work(number: int, todo: Any, done: Any, chosen: argparse.Namespace) -> None:
    own = postgres.Postgres(durable=True) if chosen.postgres else nullcontext()
    with Nursery() as nursery, Servers() as servers, own as database:
        Rig.begin = staticmethod(nursery.begin)  # type: ignore[assignment]
        soak = Soak(servers, chosen, database)
        while (order := todo.get()) is not None:
            done.put((number, soak.live(*order)))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Kill the daemon at random points and count on both sides.")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="offices at the same time")
    parser.add_argument("--url", default=SQLITE, help="the store; {folder} in it is another name for each office")
    parser.add_argument("--daemons", type=int, default=1, help="on each store; more than one need PostgreSQL")
    parser.add_argument("--postgres", action="store_true", help="a private one with fsync, and troubles of several")
    parser.add_argument("--lease", type=float, default=LEASE, help="seconds; in earnest a lease lasts 30")
    parser.add_argument("--manners", choices=list(PERSONALITIES), help="of the mail service, by default each in turn")
    parser.add_argument("--minutes", type=float, default=40, help="begin no further office after this time")
    chosen = parser.parse_args()
    if lacking := realmail.lacking() or (chosen.postgres and postgres.lacking()):
        print(f"The soak cannot run: {lacking}.", file=sys.stderr)
        return 2
    print(f"{chosen.kills} kills, --seed {chosen.seed}, {chosen.jobs} at a time, {chosen.daemons} daemon(s) on a store")
    lives = _lives(chosen)
    _table(lives)
    return 1 if any(life.counted.differences for life in lives) else 0


def _lives(chosen: argparse.Namespace) -> list[Life]:
    """Offices until there have been enough kills; a line for each as it ends."""
    context = multiprocessing.get_context("spawn")
    todo, done = context.Queue(), context.Queue()
    workers = [context.Process(target=_work, args=(n, todo, done, chosen)) for n in range(chosen.jobs)]
    for worker in workers:
        worker.start()
    lives: list[Life] = []
    began, given, killed = time.monotonic(), 0, 0
    manners = [chosen.manners] if chosen.manners else list(PERSONALITIES)

    def give(kills: int) -> None:
        nonlocal given
        todo.put((f"{chosen.seed}/{given}", kills, manners[given % len(manners)]))
        given += 1

    try:
        for _ in workers:
            give(chosen.kills)
        while given > len(lives):
            try:
                _number, life = done.get(timeout=10)
            except Empty:
                if not all(worker.is_alive() for worker in workers):
                    raise RuntimeError("a worker has ended by itself") from None
                continue
            lives.append(life)
            killed += len(life.deaths)
            _tell(life, killed, chosen.kills, time.monotonic() - began)
            if killed < chosen.kills and time.monotonic() - began < chosen.minutes * 60:
                give(chosen.kills - killed)
    finally:
        for _ in workers:
            todo.put(None)
        for worker in workers:
            worker.join()
    return lives


def _tell(life: Life, killed: int, wanted: int, seconds: float) -> None:
    bar = "#" * min(30, 30 * killed // max(1, wanted))
    c = life.counted
    print(
        f"[{bar:<30}] {killed}/{wanted} kills in {seconds / 60:.1f} min | seed {life.seed}, {life.manners}: "
        f"{len(life.deaths)} kills, "
        f"{len(life.faults)} faults, {c.mails} mails, {c.letters} letters, {len(life.asked)} asked about, "
        f"{len(c.differences)} differences",
        flush=True,
    )
    for difference in c.differences:
        print(f"    {life.seed} in {life.folder}: {difference}", flush=True)


def _table(lives: list[Life]) -> None:
    deaths = Counter(point for life in lives for point in life.deaths)
    doubts = Counter(point for life in lives for point in life.doubts.values())
    asked = Counter(life.doubts.get(letter, "a wire that failed") for life in lives for letter in life.asked)
    print(f"\n{'Fail point':<32}{'kills':>7}{'in doubt':>10}{'asked':>7}")
    for point in sorted({*deaths, *asked}):
        print(f"{point:<32}{deaths[point]:>7}{doubts[point]:>10}{asked[point]:>7}")
    under = Counter({name: sum(len(life.deaths) for life in lives if life.manners == name) for name in PERSONALITIES})
    print(f"\n{'Manners of the mail service':<32}{'kills':>7}{'offices':>10}")
    for name, times in under.items():
        print(f"{name:<32}{times:>7}{sum(life.manners == name for life in lives):>10}")
    faults = Counter(fault for life in lives for fault in life.faults)
    print(f"\n{'Fault of the other end':<32}{'times':>7}")
    for fault, times in sorted(faults.items()):
        print(f"{fault:<32}{times:>7}")
    if troubles := sum((life.troubles for life in lives), Counter()):
        print(f"\n{'Trouble of a daemon or the database':<36}{'times':>3}")
        for trouble, times in sorted(troubles.items()):
            print(f"{trouble:<32}{times:>7}")
        taken = sorted(seconds for life in lives for seconds in life.takeovers) or [0.0]
        print(
            f"\n{len(taken)} leases taken over, by the database's clock after a silence of {taken[0]:.2f} s at least,"
            f" {median(taken):.2f} s in the median, {taken[-1]:.2f} s at most."
        )
    whole = Count()
    for life in lives:
        whole += life.counted
    print(
        f"\n{len(lives)} offices, {deaths.total()} kills at {len(deaths)} points, {faults.total()} faults of servers."
    )
    print(f"Mails put into mailboxes {whole.mails}, in the ledger {whole.in_ledger}.")
    print(f"Letters {whole.letters} to {whole.copies} mailboxes, {whole.home} of those copies the office's own.")
    print(
        f"Letters in doubt after a restart {doubts.total()}, put to a person {asked.total()}, left so {whole.in_doubt}."
    )
    print(f"{len(whole.differences)} differences.")


if __name__ == "__main__":
    sys.exit(main())
