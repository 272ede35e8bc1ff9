"""Rules of the log: the lock, the idempotency key, the chain, the refusal to be changed."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from mailflow.errors import Conflict
from mailflow.store import Store, Unit
from tests.store.steps import only_sqlite, order, tamper

CASE = "CC-2027-0001"


def write(unit: Unit, after: int, cause: str, now: datetime, *entries: tuple[str, str, dict[str, Any]]) -> int:
    """Append with the fields that do not matter here."""
    return unit.log.append(
        CASE,
        after,
        entries or [("noted", "concern", {"n": after})],
        cause=cause,
        actor="officer@council.example",
        happened_at=now,
        recorded_at=now,
        edition="e1",
        calendar_edition="c1",
    )


def test_lines_come_back_as_they_were_written(store: Store, noon: datetime) -> None:
    """Sequence numbers run from 1 without gaps; instants come back in UTC; data comes back equal."""
    local = noon.astimezone(timezone(timedelta(hours=1)))
    with store.unit() as u:
        last = write(u, 0, "mail:1", local, ("opened", "", {"procedure": "concern"}), ("moved", "m", {"to": ["A", 1]}))
    assert last == 2
    with store.read() as u:
        first, second = u.log.read(CASE)
        assert (first.seq, second.seq, u.log.last(CASE)) == (1, 2, 2)
        assert first.happened_at == noon and first.happened_at.utcoffset() == timedelta(0)
        assert second.data == {"to": ["A", 1]}
        assert u.log.read(CASE, after=1) == [second]
        assert u.log.verify(CASE) == ""


def test_the_loser_of_a_race_gets_a_conflict(store: Store, noon: datetime) -> None:
    """Who read the case before somebody else wrote to it cannot append."""
    with store.unit() as u:
        write(u, 0, "mail:1", noon)
    with pytest.raises(Conflict), store.unit() as u:
        write(u, 0, "mail:2", noon)
    with store.read() as u:
        assert len(u.log.read(CASE)) == 1


def test_two_threads_race_for_one_line(store: Store, noon: datetime) -> None:
    """Of many loops that read the same line, exactly one appends after it, every time; nothing is lost or doubled."""
    wins: list[tuple[int, str]] = []
    barrier = threading.Barrier(3)

    def loop(name: str) -> None:
        for turn in range(10):
            barrier.wait()
            with store.read() as u:
                last = u.log.last(CASE)
            barrier.wait()
            try:
                with store.unit() as u:
                    write(u, last, f"{name}:{turn}", noon)
                wins.append((turn, name))
            except Conflict:
                pass

    threads = [threading.Thread(target=loop, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turn for turn, _ in wins) == list(range(10))
    with store.read() as u:
        assert [line.seq for line in u.log.read(CASE)] == list(range(1, 11))
        assert u.log.verify(CASE) == ""


def test_a_cause_is_applied_once(store: Store, noon: datetime) -> None:
    """The same cause appended again is a conflict, and leaves nothing behind; `knows` tells before."""
    with store.unit() as u:
        assert not u.log.knows(CASE, "mail:1")
        write(u, 0, "mail:1", noon)
        assert u.log.knows(CASE, "mail:1")
        assert not u.log.knows("another", "mail:1")
    with pytest.raises(Conflict), store.unit() as u:
        write(u, 1, "mail:1", noon)
    with store.read() as u:
        assert u.log.last(CASE) == 1


def test_a_cause_without_facts_is_remembered(store: Store, noon: datetime) -> None:
    """An event that decided nothing is still known, so that it is not decided again."""
    with store.unit() as u:
        last = u.log.append(
            CASE, 0, [], cause="mail:0", actor="", happened_at=noon, recorded_at=noon, edition="", calendar_edition=""
        )
        assert last == 0 and u.log.knows(CASE, "mail:0")
        assert u.log.verify(CASE) == ""


@pytest.mark.parametrize(
    "statement",
    ["UPDATE log SET actor = 'x'", "DELETE FROM log", "UPDATE causes SET cause = 'x'", "DELETE FROM causes"],
)
def test_the_database_refuses_to_change_the_log(store: Store, url: str, noon: datetime, statement: str) -> None:
    """Triggers refuse UPDATE and DELETE to any program that opens the database."""
    with store.unit() as u:
        write(u, 0, "mail:1", noon)
    with pytest.raises(DBAPIError, match="never"):
        order(url, statement)


@only_sqlite
@pytest.mark.parametrize("table", ["log", "causes"])
def test_the_database_refuses_to_replace_the_log(store: Store, url: str, noon: datetime, table: str) -> None:
    """SQLite's REPLACE deletes without asking the trigger for deletions: it has one of its own."""
    with store.unit() as u:
        write(u, 0, "mail:1", noon)
    with pytest.raises(DBAPIError, match="never"):
        order(url, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE log SET actor = 'somebody else' WHERE seq = 2", "line 2 is not what was written"),
        ("UPDATE log SET recorded_at = '2020-01-01 00:00:00.000000' WHERE seq = 1", "line 1 is not what was written"),
        ("DELETE FROM log WHERE seq = 2", "line 2 is missing"),
        ("DELETE FROM log WHERE seq = 3", "the lines end at 2 but their causes at 3"),
    ],
)
def test_the_chain_shows_a_change(store: Store, url: str, noon: datetime, statement: str, words: str) -> None:
    """A line changed, taken out or cut off behind the triggers' back is named."""
    with store.unit() as u:
        for after in range(3):
            write(u, after, f"mail:{after}", noon)
    tamper(url, statement)
    with store.read() as u:
        assert words in u.log.verify(CASE)


def test_hostile_words_fit_into_a_line(store: Store, noon: datetime) -> None:
    """NUL and lone surrogates from a mail neither break the append nor the chain."""
    with store.unit() as u:
        write(u, 0, "mail:\ud800\x00", noon, ("noted", "m", {"subject": "a\ud800\x00b"}))
        assert u.log.verify(CASE) == ""
        assert u.log.knows(CASE, "mail:\ud800\x00")


def test_cases_are_listed_by_procedure(store: Store, noon: datetime) -> None:
    """A case is one that was opened; streams without that line are no cases."""
    with store.unit() as u:
        write(u, 0, "mail:1", noon, ("opened", "", {"procedure": "concern"}))
        fields = {"actor": "", "happened_at": noon, "recorded_at": noon, "edition": "", "calendar_edition": ""}
        u.log.append("office:concern", 0, [("told", "", {})], cause="x", **fields)
        u.log.append("IN-2027-0001", 0, [("opened", "", {"procedure": "issue"})], cause="y", **fields)
        assert u.log.cases() == [CASE, "IN-2027-0001"] or u.log.cases() == sorted([CASE, "IN-2027-0001"])
        assert u.log.cases("issue") == ["IN-2027-0001"]
