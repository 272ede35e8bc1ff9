"""Rules of the store on PostgreSQL: turns, lost connections, what may be said of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text

from mailflow.errors import Conflict, StoreUnavailable
from mailflow.store import Store, Unit
from tests.servers.postgres import Postgres
from tests.store.steps import only_postgres

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(60), only_postgres]


def together(*steps: Callable[[], None]) -> list[BaseException]:
    """What goes wrong when these steps run at once, a thread each."""
    faults: list[BaseException] = []
    ready = threading.Barrier(len(steps))

    def run(step: Callable[[], None]) -> None:
        ready.wait()
        try:
            step()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def append(unit: Unit, case: str, cause: str, at: datetime) -> None:
    """One more line of a case."""
    fields = {"actor": "", "happened_at": at, "recorded_at": at, "edition": "", "calendar_edition": ""}
    unit.log.append(case, unit.log.last(case), [("opened", "m", {})], cause=cause, **fields)


def cut(postgres: Postgres, store_url: str) -> None:
    """End every connection to a database, as its restart would."""
    name = store_url.rpartition("/")[2]
    postgres.order(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def test_units_beside_each_other_share_no_name(store: Store, again: Callable[[], Store]) -> None:
    """Units that name what they touch run at once; who named the same waits, and so does a unit that names nothing."""
    other = again()  # waits 200 ms at most
    with store.unit("one"):
        with other.unit("two"):
            pass
        with pytest.raises(StoreUnavailable, match="locked"), other.unit("one"):
            pass
        with pytest.raises(StoreUnavailable, match="locked"), other.unit():
            pass
    with store.unit(), pytest.raises(StoreUnavailable, match="locked"), other.unit("two"):
        pass
    with other.unit("one", "two"):
        pass


def test_the_record_is_one_chain_whoever_writes(store: Store, again: Callable[[], Store], noon: datetime) -> None:
    """Four writers beside each other, each with cases of its own: no gap, no fork, the lines of all of them."""

    def write(name: str) -> Callable[[], None]:
        own = again()

        def step() -> None:
            for turn in range(12):
                with own.unit(name) as u:
                    append(u, name, f"mail:{turn}", noon)

        return step

    assert together(*(write(name) for name in "ABCD")) == []
    with store.read() as u:
        entries = list(u.chain.entries())
        assert [entry.number for entry in entries] == list(range(1, 49))
        assert [flaw for flaw in u.evidence.of_record(iter(entries)) if flaw] == []
        assert all(u.log.last(name) == 12 and u.log.verify(name) == "" for name in "ABCD")


def test_one_of_two_that_go_on_from_the_same_line_decides_again(
    store: Store, again: Callable[[], Store], noon: datetime
) -> None:
    """(case, seq) is the lock of a case: whoever comes second meets Conflict and leaves nothing behind."""
    met = threading.Barrier(2)

    def write(own: Store, name: str) -> Callable[[], None]:
        def step() -> None:
            with own.unit(name) as u:
                assert u.log.last("A") == 0
                met.wait()
                u.meta.put(name, "was here")
                append(u, "A", name, noon)

        return step

    faults = together(write(store, "one"), write(again(), "two"))
    assert [type(fault) for fault in faults] == [Conflict]
    with store.read() as u:
        assert u.log.last("A") == 1 and u.chain.count() == 1
        assert len([name for name in ("one", "two") if u.meta.get(name)]) == 1


def test_a_circle_of_waiting_is_a_conflict(store: Store, again: Callable[[], Store], noon: datetime) -> None:
    """Two units that wait for each other's rows: the server ends one of them, which begins again."""
    met = threading.Barrier(2)
    patient = Store(store._engine.url.render_as_string(hide_password=False))
    with store.unit() as u:
        u.meta.put("a", "0")
        u.meta.put("b", "0")

    def write(own: Store, first: str, second: str) -> Callable[[], None]:
        def step() -> None:
            with own.unit(first) as u:
                u.meta.put(first, "1")
                met.wait()
                u.meta.put(second, "1")

        return step

    faults = together(write(store, "a", "b"), write(patient, "b", "a"))
    patient.close()
    assert [type(fault) for fault in faults] == [Conflict]


def test_a_lost_connection_is_met_once_or_not_at_all(store: Store, url: str, postgres: Postgres) -> None:
    """After a restart of the server the unit in hand is away; the next one works, on a connection of its own."""
    with store.unit() as u:
        u.meta.put("a", "1")
    cut(postgres, url)
    with store.unit() as u:  # nobody used the connection when it died
        u.meta.put("a", "2")
    with pytest.raises(StoreUnavailable), store.unit() as u:
        u.meta.put("a", "3")
        cut(postgres, url)
        u.meta.get("a")
    with pytest.raises(StoreUnavailable), store.read() as u:
        u.meta.get("a")
        cut(postgres, url)
        u.meta.get("a")
    with pytest.raises(StoreUnavailable), store.unit() as u:
        u.meta.put("a", "4")
        cut(postgres, url)  # and now the commit
    with store.read() as u:
        assert u.meta.get("a") == "2"


def test_who_stops_in_the_middle_of_a_unit_does_not_stop_the_others(
    store: Store, again: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the unit of a paused machine; when that machine goes on, its commit is refused."""
    from mailflow.store import postgres as own

    monkeypatch.setattr(own, "IDLE_SECONDS", 1)
    patient = Store(store._engine.url.render_as_string(hide_password=False))
    with pytest.raises(StoreUnavailable), store.unit() as paused:
        paused.meta.put("a", "paused")
        with patient.unit() as u:  # waits until the server has ended the other
            u.meta.put("a", "mine")
    with patient.read() as u:
        assert u.meta.get("a") == "mine"
    patient.close()


def test_a_reading_sees_one_instant_and_the_database_refuses_writes_in_it(store: Store) -> None:
    """REPEATABLE READ and READ ONLY are the server's, too; the connection is fit for writing afterwards."""
    with store.read() as u:
        connection = u.meta._work.connection
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"
        assert connection.execute(text("SHOW transaction_read_only")).scalar() == "on"
    with store.unit() as u:
        assert u.meta._work.connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"


def test_no_password_is_said(url: str) -> None:
    """Neither an error nor the store itself shows the password of the address."""
    with_password = url.replace("mailflow@", "mailflow:geheim@")
    away = Store(with_password.replace("127.0.0.1:", "127.0.0.1:1/?port=").partition("?")[0])
    said = [repr(away._engine), str(away._engine.url)]
    with pytest.raises(StoreUnavailable) as caught:
        away.migrate()
    said += [str(caught.value), repr(caught.value.__cause__)]
    for bad in ("?sslmode=nonsense", "?connect_timeout=x", "?target_session_attrs=nothing"):
        odd = Store(with_password + bad)
        with pytest.raises(Exception) as caught:
            odd.migrate()
        said += [str(caught.value), repr(caught.value.__cause__)]
    assert not [words for words in said if "geheim" in words]
