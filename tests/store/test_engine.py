"""Rules of transactions, locks and wake-ups."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import pytest

from mailflow.errors import StoreUnavailable
from mailflow.store import Store


def test_unit_commits_at_its_end(store: Store, again: Callable[[], Store]) -> None:
    """What a unit wrote is there for the next process."""
    with store.unit() as u:
        u.meta.put("away", "yes")
    with again().read() as u:
        assert u.meta.get("away") == "yes"


def test_unit_that_raises_leaves_nothing(store: Store) -> None:
    """An exception rolls everything back and is passed on as it is."""
    with pytest.raises(KeyError), store.unit() as u:
        u.meta.put("away", "yes")
        raise KeyError("boom")
    with store.read() as u:
        assert u.meta.get("away") is None


def test_unit_sees_its_own_writes_and_others_do_not(store: Store) -> None:
    """Inside the unit its writes are seen; outside only after the commit."""
    with store.unit() as u:
        u.meta.put("away", "yes")
        assert u.meta.get("away") == "yes"
        with store.read() as other:
            assert other.meta.get("away") is None


def test_reading_waits_for_no_writer_and_cannot_write(store: Store) -> None:
    """A reading runs beside an open unit, refuses to write, and leaves its connection fit for writing again."""
    with store.unit() as u:
        u.meta.put("a", "1")
        with store.read() as other:
            other.meta.get("a")
    with pytest.raises(RuntimeError, match="take a unit"), store.read() as other:
        other.meta.put("a", "2")
    with store.unit() as u:
        u.meta.put("a", "3")
    with store.read() as other:
        assert other.meta.get("a") == "3"


def test_reading_is_a_steady_picture(store: Store) -> None:
    """A commit by somebody else does not change what a reading sees."""
    with store.read() as before:
        assert before.meta.get("a") is None
        with store.unit() as u:
            u.meta.put("a", "1")
        assert before.meta.get("a") is None


def test_locked_database_is_unavailable(store: Store, again: Callable[[], Store]) -> None:
    """A writer that waits too long for another is told that the store is unavailable, and can try again."""
    late = again()
    with store.unit() as u:
        u.meta.put("a", "1")
        with pytest.raises(StoreUnavailable, match="locked"), late.unit():
            pass
    with late.unit() as u:
        assert u.meta.get("a") == "1"


def test_unopenable_database_is_unavailable(tmp_path: object) -> None:
    """A folder that is not there is a store that is unavailable, not a crash."""
    with pytest.raises(StoreUnavailable, match="unable to open"):
        Store(f"sqlite:///{tmp_path}/nowhere/mailflow.db").migrate()


def test_memory_is_refused() -> None:
    """A database in memory would be another one for each thread."""
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="file"):
            Store(url)


def test_no_update_is_lost_between_threads(store: Store) -> None:
    """Read, change, write in one unit is never interleaved: BEGIN IMMEDIATE."""

    def count() -> None:
        for _ in range(25):
            with store.unit() as u:
                u.meta.put("n", str(int(u.meta.get("n") or "0") + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as u:
        assert u.meta.get("n") == "100"


def test_errors_carry_no_words_of_a_mail(store: Store) -> None:
    """The text of a database error, which may reach a log, does not quote what was to be stored."""
    with pytest.raises(Exception, match="(?i)not.null") as caught, store.unit() as u:
        u.texts.put("case", None, "my private illness", 1)  # type: ignore[arg-type]
    assert "illness" not in str(caught.value)


def test_naive_instants_are_refused(store: Store) -> None:
    """An instant without a zone is refused rather than guessed."""
    with pytest.raises(Exception, match="time zone"), store.unit() as u:
        u.inbox.set_read_through("office", datetime(2027, 3, 12))  # noqa: DTZ001 - that is the point


def test_a_commit_wakes_a_waiting_loop(store: Store) -> None:
    """A loop that waits is woken by the commit of another thread."""
    seen = store.commits
    woken: list[bool] = []
    loop = threading.Thread(target=lambda: woken.append(store.wait_for_commit(30, seen)))
    loop.start()
    with store.unit() as u:
        u.meta.put("a", "1")
    loop.join(30)
    assert woken == [True]


def test_news_between_two_waits_is_not_missed(store: Store) -> None:
    """A commit that comes after the last wait and before the next is reported at once."""
    store.wait_for_commit(0)
    assert store.wait_for_commit(0) is False
    with store.unit() as u:
        u.meta.put("a", "1")
    assert store.wait_for_commit(0) is True
    assert store.wait_for_commit(0) is False


def test_a_unit_that_changed_nothing_is_no_news(store: Store, noon: datetime) -> None:
    """Looking for work must not wake the other loops, or two idle loops would wake each other for ever."""
    store.wait_for_commit(0)
    with store.unit() as u:
        assert u.outbox.claim(noon, lease_seconds=60) == []
        assert u.outbox.recover(noon) == []
        assert u.agenda.drop("c", "m", "t") is False
    with pytest.raises(KeyError), store.unit() as u:
        u.meta.put("a", "1")
        raise KeyError
    assert store.wait_for_commit(0) is False
    store.wake()
    assert store.wait_for_commit(0) is True
