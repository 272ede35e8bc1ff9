"""A daemon's work is taken over within a minute, however it is lost: killed, paused, or cut off from the database.

The daemons hold what they hold for a third of the time; what that spares of waiting is added to what was measured, so
that the minute is that of the product (its own bounds: tests/loops/test_holding.py). All else lasts as in earnest.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow.loops.holding import BEAT
from mailflow.store import Store
from mailflow.store.leases import SECONDS
from mailflow.store.postgres import SLICE_MS
from tests import installation
from tests.crash.haste import PATIENT, SETTING
from tests.installation import COUNCIL, REFERRER, mail
from tests.preloaded import Forked, Nursery
from tests.servers.cutting import CutWire
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.postgres
LEASES = {f"mailbox:{COUNCIL}", "clock"}
LONGEST = 60.0
LEASE = SECONDS / PATIENT  # the shortest for which tests/crash/haste.py leaves the patience with a server as it is
# Of the lease that must run out, of the beat that finds it so, and of a slice of a turn.
SPARED = (SECONDS + BEAT + SLICE_MS / 1000) * (1 - LEASE / SECONDS)


def until(question: Callable[[], object], seconds: float = LONGEST) -> float:
    """Seconds until the answer is yes."""
    began = time.monotonic()
    while not question():
        assert time.monotonic() - began < seconds, question
        time.sleep(0.05)  # another process is at work; nothing else can be waited for
    return time.monotonic() - began


@dataclass
class Office:
    """One office on a database of its own, with two daemons on the wall clock; the first through a wire."""

    folder: Path
    nursery: Nursery
    url: str
    wire: CutWire
    ports: tuple[int, int]
    took: float = 0.0
    daemons: list[Forked] = field(default_factory=list)

    def start(self, name: str, url: str) -> Forked:
        folder = self.folder / name
        folder.mkdir()
        path = installation.write(folder, *self.ports, pretend=False)
        path.write_text(path.read_text("utf-8").replace("sqlite:///mailflow.sqlite3", url), "utf-8")
        words = [sys.executable, "-m", "mailflow", "run", "--config", str(path)]
        with open(self.folder / f"{name}.log", "ab") as log:
            self.daemons.append(self.nursery.begin(words, log, os.environ | {SETTING: str(LEASE)}))
        return self.daemons[-1]

    def said(self, name: str, event: str) -> set[str]:
        """The leases of which a daemon has said this."""
        lines = (self.folder / f"{name}.log").read_text("utf-8", "replace").splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{") and f'"{event}"' in line]
        return {str(line["lease"]) for line in told}

    def cut(self) -> None:
        """Nothing passes between the first daemon and the database any more, and nobody is told."""
        self.wire.__exit__()
        self.wire.die()

    def sorted(self) -> int:
        """How many mails of people have been kept and sorted; the same mail twice would be two."""
        store = Store(self.url)
        try:
            with store.read() as unit:
                kept = [unit.inbox.get(identity) for identity in unit.inbox.identities()]
                people = [one for one in kept if one and one.kind == "human"]  # home come copies of our letters, too
                return sum(one.state in ("done", "held") for one in people)
        finally:
            store.close()

    def play(self, lose: Callable[[Office, Forked], None], post: Callable[[], None]) -> None:
        """The first daemon has everything, is lost, and the second one reads the next mail."""
        host, _, database = self.url.rpartition("/")
        first = self.start("first", f"{host.rpartition(':')[0]}:{self.wire.port}/{database}")
        until(lambda: self.said("first", "lease.taken") >= LEASES)
        self.start("second", self.url)
        post()
        until(lambda: self.sorted() == 1)
        lose(self, first)
        self.took = until(lambda: self.said("second", "lease.taken") >= LEASES)
        post()
        until(lambda: self.sorted() == 2, 30)

    def end(self) -> None:
        for daemon in self.daemons:
            with suppress(ProcessLookupError):
                daemon.send_signal(signal.SIGCONT)
                daemon.kill()


def test_a_lost_daemon_is_taken_over_within_a_minute(nursery: Nursery, postgres: Postgres, tmp_path: Path) -> None:  # noqa: F811
    """Killed, paused, cut off: the mailbox is read again in time; who comes back knows that it has lost it."""
    ways: dict[str, Callable[[Office, Forked], None]] = {
        "killed": lambda _office, first: first.kill(),
        "paused": lambda _office, first: first.send_signal(signal.SIGSTOP),
        "cut": lambda office, _first: office.cut(),
    }
    faults: list[BaseException] = []
    offices: dict[str, Office] = {}

    def play(name: str, office: Office, post: Callable[[], None]) -> None:
        try:
            office.play(ways[name], post)
        except BaseException as fault:
            faults.append(fault)

    threads = []
    servers = []
    try:
        for name in ways:
            server = installation.running_mail()
            running = server.__enter__()
            servers.append(server)
            wire = CutWire(postgres.port)
            wire.__enter__()
            folder = tmp_path / name
            folder.mkdir()
            office = Office(folder, nursery, postgres.fresh(), wire, (running.imap_port, running.smtp_port))
            offices[name] = office
            number = iter(range(9))

            def post(running=running, number=number) -> None:
                subject = f"Missed calls, the {next(number)}th time, {datetime.now(UTC):%f}"
                running.post(REFERRER, [COUNCIL], mail(REFERRER, subject))

            threads.append(threading.Thread(target=play, args=(name, office, post)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        print({name: round(office.took, 1) for name, office in offices.items()})
        assert all(office.took + SPARED < LONGEST for office in offices.values())
        paused = offices["paused"]
        paused.daemons[0].send_signal(signal.SIGCONT)
        until(lambda: paused.said("first", "lease.lost") >= LEASES)
        assert paused.sorted() == 2
    finally:
        for office in offices.values():
            office.end()
            office.wire.__exit__()
        for server in servers:
            server.__exit__(None, None, None)
