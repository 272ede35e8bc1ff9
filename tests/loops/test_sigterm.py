"""SIGTERM to a real process, with the times it has as shipped: it ends within ten seconds and nothing is lost by it."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailflow import wiring
from tests import installation
from tests.installation import REFERRER, mail
from tests.loops.test_stopping import Halting, HaltingSmtp
from tests.preloaded import Forked, Nursery
from tests.servers.scripted_imap import ScriptedImap

WITHIN = 10.0
MAILS = 24  # far more than are sorted before a signal has come

# Nothing while the daemon has not made its tables yet.
DONE = "SELECT 1 FROM inbox WHERE state = 'done' LIMIT 1"

Start = Callable[..., Forked]


@pytest.fixture
def start(nursery: Nursery, tmp_path: Path) -> Iterator[Start]:
    """`mailflow` with these words, in a process of its own."""
    begun: list[Forked] = []

    def started(*words: str) -> Forked:
        command = [sys.executable, "-m", "mailflow", *words, "--config", str(tmp_path / "mailflow.toml")]
        with (tmp_path / "log").open("ab") as log:
            begun.append(nursery.begin(command, log, dict(os.environ)))
        return begun[-1]

    yield started
    for process in begun:
        process.kill()
        process.wait(20)


def _ended(process: Forked, status: int = 0) -> float:
    """Seconds from SIGTERM to its end."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == status
    return time.monotonic() - began


def _until(ready: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.02)


def _rows(folder: Path, question: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{folder / 'mailflow.sqlite3'}?mode=ro", uri=True)) as database:
        tables = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'inbox'").fetchall()
        return database.execute(question).fetchall() if tables else []


def _ids(letters: list[bytes]) -> Counter[str]:
    """How often each letter was given to the server, by its Message-ID."""
    return Counter(re.search(rb"(?im)^message-id:\s*(<[^>]+>)", octets)[1].decode() for octets in letters)


def _all_left_once(folder: Path, letters: list[bytes]) -> bool:
    """Whether the server was given every letter of the outbox; none was given twice."""
    given = _ids(letters)
    assert not [one for one, often in given.items() if often > 1]
    return {one for (one,) in _rows(folder, "SELECT message_id FROM letters")} == set(given)


def test_a_server_that_is_silent_after_the_final_dot(start: Start, tmp_path: Path):
    """The letter is in doubt and not given out again; another leaves after the next start, and none twice."""
    with ScriptedImap({1: mail(REFERRER, "Missed calls")}) as imap, HaltingSmtp("dot") as smtp:
        installation.write(tmp_path, imap.port, smtp.port, pretend=False)
        process = start("run")
        assert smtp.reached.wait(60)
        assert _ended(process) < WITHIN
        assert len(smtp.letters) == 1 and ("in_doubt",) in _rows(tmp_path, "SELECT state FROM envelopes")
        del smtp.answers["dot"]
        process = start("run")
        _until(lambda: len(smtp.letters) > 1)
        assert _ended(process) < WITHIN
        assert set(_ids(smtp.letters).values()) == {1}
        assert _rows(tmp_path, "SELECT state FROM inbox") == [("done",)]


def test_a_mailbox_that_is_silent_while_it_gives_a_mail(start: Start, tmp_path: Path):
    """The mail is read after the next start, and answered once."""
    with Halting("BODY.PEEK", {1: mail(REFERRER, "Missed calls")}) as imap, HaltingSmtp() as smtp:
        installation.write(tmp_path, imap.port, smtp.port, pretend=False)
        process = start("run")
        assert imap.reached.wait(60)
        assert _ended(process) < WITHIN
        assert not _rows(tmp_path, "SELECT 1 FROM inbox") and not smtp.letters
        imap.halts = False
        process = start("run")
        _until(lambda: smtp.letters and _all_left_once(tmp_path, smtp.letters))
        assert _ended(process) < WITHIN
        assert _rows(tmp_path, "SELECT state FROM inbox") == [("done",)]


def test_in_the_middle_of_sorting_and_writing_letters(start: Start, tmp_path: Path):
    """Some mails are sorted, the rest is kept; the next process sorts those, and each sender hears once."""
    senders = [f"person{n}@place{n}.example" for n in range(MAILS)]
    mails = {n: mail(who, f"Missed calls {n}") for n, who in enumerate(senders, 1)}
    with ScriptedImap(mails) as imap, HaltingSmtp() as smtp:
        limits = "[limits]\nper_address_per_hour = 1000\n"
        installation.write(tmp_path, imap.port, smtp.port, pretend=False, more=limits)
        process = start("run")
        _until((tmp_path / "mailflow.sqlite3").exists)
        _until(lambda: _rows(tmp_path, DONE))
        assert _ended(process) < WITHIN
        first = dict(_rows(tmp_path, "SELECT state, count(*) FROM inbox GROUP BY state"))
        assert first["done"] and first["kept"] and sum(first.values()) == MAILS
        assert _rows(tmp_path, "SELECT max(tries) FROM inbox") == [(1,)]
        process = start("run")
        _until(lambda: _rows(tmp_path, "SELECT count(*) FROM inbox WHERE state = 'done'") == [(MAILS,)])
        _until(lambda: _all_left_once(tmp_path, smtp.letters))
        assert _ended(process) < WITHIN
    heard = Counter(who for who in senders for octets in smtp.letters if f"\r\nTo: {who}".encode() in octets)
    assert heard == dict.fromkeys(senders, 1)
    assert _rows(tmp_path, "SELECT max(tries) FROM inbox") == [(1,)]


def test_a_backup_that_is_stopped_leaves_nothing(
    start: Start, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
):
    """Neither a half backup nor its beginnings; the next one is made."""
    target = tmp_path_factory.mktemp("backups")
    path = installation.write(tmp_path, pretend=False)
    store = wiring.open_store(wiring.install(path).settings)
    with store.unit() as unit:
        unit.meta.put("much", "x" * 40_000_000)
    store.close()
    process = start("backup", str(target))
    _until(lambda: list(target.iterdir()))
    assert [found.name for found in target.iterdir()] == [f for f in os.listdir(target) if f.endswith(".partial")]
    assert _ended(process, 128 + signal.SIGTERM) < WITHIN
    assert not list(target.iterdir())
    assert start("backup", str(target)).wait(60) == 0
    assert [found.name[:9] for found in target.iterdir()] == ["mailflow-"]
