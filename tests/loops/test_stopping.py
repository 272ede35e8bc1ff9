"""SIGTERM during anything: the step in hand is finished, broken off or left behind in time, and nothing is lost by it.

The two times are made small here; tests/loops/test_sigterm.py stops processes with the real ones.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from mailflow import wiring
from mailflow.flow import sort
from mailflow.loops import daemon as daemons
from mailflow.loops.daemon import Daemon
from mailflow.mailbox.imap import ImapSource
from mailflow.store import Store
from tests import installation
from tests.installation import COUNCIL, REFERRER, mail
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.scripted_smtp import ScriptedSmtp

SERVER_PATIENCE = 30  # seconds that a server may take for an answer by the settings, where they say nothing else


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemons, "PEACE", 0.3)
    monkeypatch.setattr(daemons, "PATIENCE", 4.0)


class Halting(ScriptedImap):
    """Falls silent at one verb; `reached` is set when somebody waits for its answer."""

    def __init__(self, verb: str, mails: dict[int, bytes] | None = None) -> None:
        super().__init__(mails)
        self.reached = threading.Event()
        self._verb = verb
        self.halts = True

    def talk(self, peer) -> None:
        real = peer.line

        def line() -> str:
            said = real()
            if self.halts and self._verb in said.upper():
                self.reached.set()
                peer.until_left()
                raise ConnectionError
            return said

        peer.line = line
        super().talk(peer)


class HaltingSmtp(ScriptedSmtp):
    """The same for a submission server."""

    def __init__(self, step: str = "") -> None:
        super().__init__({"auth": "235 2.7.0 welcome"}, extensions=("AUTH PLAIN",))
        if step:
            self.answers[step] = "SILENCE"
        self.reached = threading.Event()

    def _answer(self, peer, step: str, default: str) -> str:
        if self.answers.get(step) == "SILENCE":
            self.reached.set()
        return super()._answer(peer, step, default)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[int, int], tuple[Daemon, Store]]]:
    """A daemon on the wall clock, towards servers on these ports."""
    with ExitStack() as stack:

        def made(imap_port: int, smtp_port: int) -> tuple[Daemon, Store]:
            path = tmp_path / "mailflow.toml"
            if not path.exists():
                installation.write(tmp_path, imap_port, smtp_port, pretend=False)
            found = wiring.install(path)
            store = wiring.open_store(found.settings)
            stack.callback(store.close)
            daemon = wiring.daemon(found, wiring.open_house(found, store))
            stack.callback(daemon.stop)
            return daemon, store

        yield made


def _stopped(daemon: Daemon) -> float:
    began = time.monotonic()
    assert daemon.stop(), "a step was left behind"
    assert not daemon.alive
    return time.monotonic() - began


@pytest.mark.parametrize("verb", ["LOGIN", "EXAMINE", "SEARCH", "RFC822.SIZE", "BODY.PEEK", "IDLE", "DONE"])
def test_a_mailbox_that_answers_nothing(make, verb: str):
    """Logging in, looking, fetching something big, waiting for news: it is left, and nobody is told of an outage."""
    with Halting(verb, {1: mail(REFERRER, "Missed calls")}) as imap, HaltingSmtp() as smtp:
        daemon, store = make(imap.port, smtp.port)
        daemon.start()
        assert imap.reached.wait(20)
        assert _stopped(daemon) < 3
        with store.read() as unit:
            assert unit.meta.get(f"away:{COUNCIL}") is None


@pytest.mark.parametrize("step", ["greeting", "auth", "mail", "data"])
def test_a_submission_server_that_is_silent_before_the_dot(make, step: str):
    """Nothing has left: the letter waits and leaves once after the next start."""
    with ScriptedImap({1: mail(REFERRER, "Missed calls")}) as imap, HaltingSmtp(step) as smtp:
        daemon, store = make(imap.port, smtp.port)
        daemon.start()
        assert smtp.reached.wait(20)
        assert _stopped(daemon) < 3
        with store.read() as unit:
            assert set(unit.outbox.all_states()) <= {"deferred", "waiting"} and not smtp.letters


def test_a_submission_server_that_takes_a_letter_and_says_nothing(make):
    """After the final dot nobody knows: the letter is in doubt, is not sent again, and the doubt is kept."""
    with ScriptedImap({1: mail(REFERRER, "Missed calls")}) as imap, HaltingSmtp("dot") as smtp:
        daemon, store = make(imap.port, smtp.port)
        daemon.start()
        assert smtp.reached.wait(20)
        assert _stopped(daemon) < 3
        with store.read() as unit:
            (in_doubt, _) = unit.outbox.in_doubt()[0]
            unit_pause = unit.meta.get("courier:council")
        assert len(smtp.letters) == 1 and unit_pause is None
        del smtp.answers["dot"]
        again, _ = make(imap.port, smtp.port)
        again.start()
        _until(lambda: len(smtp.letters) > 1)
        assert again.stop()
        assert sum(in_doubt.message_id.encode() in octets for octets in smtp.letters) == 1


def test_a_nightly_comparison_that_waits_for_the_server(make, monkeypatch: pytest.MonkeyPatch):
    """Its own connection is left as well, and the comparison is done after the next start."""
    from mailflow.flow import nightly

    monkeypatch.setattr(nightly, "night_of", lambda office, now: "2027-02-01")
    real = wiring.source_of
    with Halting("SEARCH") as dead, ScriptedImap() as imap, HaltingSmtp() as smtp:
        made: list[object] = []

        def source_of(said) -> ImapSource:
            made.append(said)
            if len(made) == 1:
                return real(said)
            return ImapSource("127.0.0.1", dead.port, COUNCIL, lambda: "x", tls="none", timeout=SERVER_PATIENCE)

        monkeypatch.setattr(wiring, "source_of", source_of)
        dead.exists = 1
        daemon, _ = make(imap.port, smtp.port)
        daemon.start()
        assert dead.reached.wait(20)
        assert _stopped(daemon) < 3
        assert nightly.done_on(daemon.house, daemon.house.offices["council"]) == ""


def test_a_database_that_somebody_holds(make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The step gives up its wait for the lock by itself, and the stop with it."""
    monkeypatch.setattr(wiring, "Store", partial(Store, busy_ms=500))
    with ScriptedImap({1: mail(REFERRER, "Missed calls")}) as imap, HaltingSmtp() as smtp:
        daemon, store = make(imap.port, smtp.port)
        store._busy_ms = 1000
        other = sqlite3.connect(tmp_path / "mailflow.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        daemon.start()
        time.sleep(0.2)
        assert _stopped(daemon) < 4
        other.execute("ROLLBACK")
        other.close()


def test_a_step_in_hand_is_finished(make, monkeypatch: pytest.MonkeyPatch):
    """A mail that is being sorted when the stop comes is sorted, and its commit is there; the next is not begun."""
    real, begun, let = sort.sort_one, threading.Event(), threading.Event()

    def slow(house, now, *whose) -> bool:
        begun.set()
        let.wait(20)
        return real(house, now, *whose)

    monkeypatch.setattr(sort, "sort_one", slow)
    mails = {1: mail(REFERRER, "Missed calls"), 2: mail("sam@stranger.example", "Cold meals")}
    with ScriptedImap(mails) as imap, HaltingSmtp() as smtp:
        daemon, store = make(imap.port, smtp.port)
        daemon.start()
        assert begun.wait(20)
        # Let go on by what a stop does when it has said to all loops that they shall end.
        wakes = ImapSource.wake
        monkeypatch.setattr(ImapSource, "wake", lambda source: (wakes(source), let.set()))
        assert _stopped(daemon) < 3
        with store.read() as unit:
            assert len(unit.inbox.by_state("done")) == len(unit.inbox.by_state("kept")) == 1


def test_a_step_that_does_not_end_is_left_behind(make, monkeypatch: pytest.MonkeyPatch):
    """The stop says so instead of waiting for ever; the caller ends the process."""
    monkeypatch.setattr(daemons, "PATIENCE", 0.6)
    begun, let = threading.Event(), threading.Event()

    def endless(house, now, *whose) -> bool:
        begun.set()
        let.wait(20)
        return False

    monkeypatch.setattr(sort, "sort_one", endless)
    with ScriptedImap() as imap, HaltingSmtp() as smtp:
        daemon, _ = make(imap.port, smtp.port)
        daemon.start()
        assert begun.wait(20)
        began = time.monotonic()
        assert not daemon.stop() and time.monotonic() - began < 2
        let.set()
        assert daemon.stop()


def _until(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.05)
