"""Rules of leases, of claims among several daemons, and of word that travels between them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from mailflow.errors import Conflict, LeaseLost, StoreUnavailable
from mailflow.store import Lease, Store
from mailflow.store import postgres as own
from mailflow.store.leases import DAEMON
from tests.servers.cutting import CutWire
from tests.servers.postgres import Postgres
from tests.store.steps import HOME, JO, Make, claimed, only_postgres, order, states
from tests.store.test_postgres import cut, together

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(60), only_postgres]
BOX = "mailbox:office@council.example"


def let_run_out(url: str, holder: str) -> None:
    """The holder has not been heard of for longer than its lease: by the database's clock, nobody waits here."""
    order(url, f"UPDATE leases SET until = clock_timestamp() - interval '1 second' WHERE holder = '{holder}'")


def test_one_holder_at_a_time(store: Store, again: Callable[[], Store], url: str) -> None:
    """Taken by the first, kept by its beat, free when it is given back or has run out; never shared."""
    other = again()
    assert store.beat("one", [BOX]) == {BOX}
    assert other.beat("two", [BOX, "clock"]) == {"clock"}
    assert store.beat("one", [BOX, "clock"]) == {BOX}
    let_run_out(url, "one")
    assert other.beat("two", [BOX, "clock"]) == {BOX, "clock"}
    assert store.beat("one", [BOX]) == set()
    other.give_back("two")
    assert store.beat("one", [BOX]) == {BOX}
    assert other.beat("two", [BOX, "clock"]) == {"clock"}


def test_a_lease_is_handed_over_only_to_somebody(store: Store, again: Callable[[], Store], url: str) -> None:
    """Who cannot reach a mailbox leaves it to another daemon that lives; alone, it keeps what it has."""
    signs = {name: f"{DAEMON}{name}" for name in ("one", "two")}
    store.beat("one", [BOX, signs["one"]])
    assert not store.hand_over("one", BOX)
    other = again()
    other.beat("two", [BOX, signs["two"]])
    assert not other.hand_over("two", BOX), "it is another's"
    assert store.hand_over("one", BOX) and store.beat("one", [signs["one"]]) == {signs["one"]}
    assert other.beat("two", [BOX]) == {BOX, signs["two"]}
    let_run_out(url, "one")
    assert not other.hand_over("two", BOX), "the other one has died"


def test_a_lease_that_ran_out_and_that_nobody_took_goes_on(store: Store, url: str) -> None:
    """A host that was asleep while nobody else was there has lost nothing."""
    store.beat("one", [BOX])
    let_run_out(url, "one")
    assert store.beat("one", []) == {BOX}


def test_of_many_that_reach_for_it_one_has_it(store: Store, again: Callable[[], Store], url: str) -> None:
    """Eight daemons that start at once, and again when the holder has died: always one."""
    stores = [again() for _ in range(8)]
    for _ in range(3):
        held: list[str] = []

        def reach(number: int, held: list[str] = held) -> None:
            if stores[number].beat(f"d{number}", [BOX]):
                held.append(f"d{number}")

        assert together(*(lambda n=n: reach(n) for n in range(8))) == []
        assert len(held) == 1
        let_run_out(url, held[0])
        order(url, f"UPDATE leases SET holder = 'gone' WHERE holder = '{held[0]}'")


def test_what_is_done_under_a_lost_lease_is_not_kept(store: Store, again: Callable[[], Store], url: str) -> None:
    """The database checks the lease in the transaction itself: a paused holder cannot commit when it wakes."""
    mine = store.under(Lease(BOX, "one"))
    with pytest.raises(LeaseLost), mine.unit() as u:
        u.meta.put("a", "never had it")
    store.beat("one", [BOX])
    with mine.unit() as u:
        u.meta.put("a", "1")
    with pytest.raises(LeaseLost), mine.unit() as u:
        u.meta.put("a", "2")
        let_run_out(url, "one")  # while it thought
        again().beat("two", [BOX])
    with mine.read() as u:
        assert u.meta.get("a") == "1"
    with store.unit() as u:  # what needs no lease goes on
        u.meta.put("a", "3")


def test_nobody_takes_over_between_the_check_and_the_commit(store: Store, url: str) -> None:
    """The row of the lease is locked until the commit; another one's beat waits for it."""
    store.beat("one", [BOX])
    order(url, "UPDATE leases SET until = clock_timestamp() + interval '300 milliseconds'")
    taken: list[set[str]] = []
    mine = store.under(Lease(BOX, "one"))

    class Slow(Exception):
        pass

    with pytest.raises(Slow), mine._engine.begin() as connection:
        from mailflow.store import leases

        leases.check(connection, Lease(BOX, "one"))
        order(url, "SELECT pg_sleep(0.4)")  # it has run out by now
        taker = threading.Thread(target=lambda: taken.append(store.beat("two", [BOX])))
        taker.start()
        order(url, "SELECT pg_sleep(0.2)")
        assert taken == []
        raise Slow
    taker.join()
    assert taken == [{BOX}]


def test_who_stands_by_waits_for_no_unit_of_the_holder(store: Store, url: str) -> None:
    """A holder that is paused, or slow, just before a commit has its lease; nobody else's beat comes to a stop."""
    from mailflow.store import leases

    store.beat("one", [BOX])
    other = Store(url, busy_ms=300)
    with store._engine.begin() as connection:
        leases.check(connection, Lease(BOX, "one"))
        assert other.beat("two", [BOX, "clock"]) == {"clock"}
    other.close()


def test_a_lost_daemon_in_the_middle_of_a_unit_is_put_out_of_the_way(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for its turn ends the sessions of a daemon whose lease has run out, of a living one never."""
    monkeypatch.setattr(own, "SLICE_MS", 300)
    waits = Store(url, busy_ms=900)
    holder = f"elsewhere/1/{store.name}"
    store.beat(holder, [f"{DAEMON}{holder}"])
    with store.unit() as u:
        u.meta.put("a", "alive")
        with pytest.raises(StoreUnavailable, match="locked"), waits.unit():
            pass
    let_run_out(url, holder)
    with pytest.raises(StoreUnavailable), store.unit() as u:
        u.meta.put("a", "lost")
        with waits.unit() as other:
            assert other.meta.get("a") == "alive"
            other.meta.put("a", "mine")
    with store.read() as u:
        assert u.meta.get("a") == "mine"
    waits.close()


# -- claims ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("phase", "expected"), [("claimed", "waiting"), ("data", "waiting"), ("dot", "in_doubt")])
def test_the_claim_of_a_dead_daemon_is_recovered(
    store: Store, url: str, letter: Make, noon: datetime, phase: str, expected: str
) -> None:
    """By its sign of life, not by any host's clock: a living daemon's claim is left alone however late it is here."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO], home=HOME)
    store.beat("one", [f"{DAEMON}one"])
    with store.unit("claims") as u:
        assert claimed(u, noon, holder="one") == ["L1"]
    with store.unit() as u:
        u.outbox.phase("L1", phase, "one")
        assert u.outbox.recover(noon + timedelta(days=300)) == []
    let_run_out(url, "one")
    with store.unit() as u:
        assert u.outbox.recover(noon - timedelta(days=300)) == [("L1", expected)]
        assert set(states(u, "L1").values()) == {expected}


def test_who_was_away_for_too_long_cannot_send_what_another_carries(
    store: Store, url: str, letter: Make, noon: datetime
) -> None:
    """The dot is told under the claim's own name: a second claim on the same letter is not taken for the first."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO])
        claimed(u, noon, holder="one")  # no sign of life
    with store.unit() as u:
        assert u.outbox.recover(noon) == [("L1", "waiting")]
        assert claimed(u, noon, holder="two") == ["L1"]
    with store.unit() as u:
        assert u.outbox.anothers("L1", "one") and not u.outbox.anothers("L1", "two")
        with pytest.raises(Conflict):
            u.outbox.phase("L1", "dot", "one")
        u.outbox.phase("L1", "dot", "two")


def test_couriers_beside_each_other_share_no_letter_and_keep_the_order(
    store: Store, again: Callable[[], Store], letter: Make, noon: datetime
) -> None:
    """Four couriers, 40 letters of ten cases: each is claimed once, and none before an earlier one of its case."""
    with store.unit() as u:
        for n in range(40):
            u.outbox.put(letter(f"L{n:02}", case=f"C{n % 10}", seq=n, minutes=n), [JO])
    now, order_of = noon + timedelta(hours=2), []

    def carry(number: int) -> None:
        own_store = again()
        mine = f"d{number}"
        idle = 0
        while idle < 20:
            with own_store.unit(f"claims{number}") as u:  # without even the turn that couriers take
                found = u.outbox.claim(now, lease_seconds=60, holder=mine)
            if not found:
                idle += 1
                continue
            (got, envelopes) = found[0]
            order_of.append(got.id)
            with own_store.unit(f"letter:{got.id}") as u:
                u.outbox.phase(got.id, "dot", mine)
                assert u.outbox.settle(got.id, envelopes[0].recipient, "sent", "250", at=now)

    assert together(*(lambda n=n: carry(n) for n in range(4))) == []
    assert sorted(order_of) == [f"L{n:02}" for n in range(40)]
    for case in range(10):
        of_case = [name for name in order_of if int(name[1:]) % 10 == case]
        assert of_case == sorted(of_case)


# -- word between processes, and lines that die ---------------------------------------------------------------------


@pytest.fixture
def hearing(store: Store) -> Iterator[Store]:
    """A store that listens."""
    store.listen()
    assert store._listener is not None and store._listener.hears.wait(10)
    yield store


def test_a_commit_wakes_the_loops_of_another_process(hearing: Store, again: Callable[[], Store]) -> None:
    """NOTIFY travels with the commit, and only with it."""
    other = again()
    before = hearing.commits
    with pytest.raises(KeyError), other.unit() as u:
        u.meta.put("a", "1")
        raise KeyError
    assert not hearing.wait_for_commit(0.2, before)
    with other.unit() as u:
        u.meta.put("a", "2")
    assert hearing.wait_for_commit(10, before)


def test_who_listens_connects_again(hearing: Store, again: Callable[[], Store], url: str, postgres: Postgres) -> None:
    """After the server has cut the line, loops are woken once to look, and then by commits as before."""
    listener = hearing._listener
    assert listener is not None
    before = hearing.commits
    cut(postgres, url)
    assert hearing.wait_for_commit(20, before)  # connected again
    assert listener.hears.wait(10)
    before = hearing.commits
    with again().unit() as u:
        u.meta.put("a", "1")
    assert hearing.wait_for_commit(10, before)


def test_a_line_that_dies_without_a_word_is_noticed(
    store: Store, url: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer for as long as an answer may take: the unit is away, the next one connects anew."""
    with CutWire(postgres.port) as wire:
        through = Store(url.replace(f":{postgres.port}/", f":{wire.port}/"))
        with through.unit() as u:
            u.meta.put("a", "1")
        monkeypatch.setattr(own, "ANSWER_SECONDS", 0.5)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="no answer"), through.unit() as u:
            u.meta.put("a", "2")
            wire.die()
            u.meta.put("a", "3")
        assert time.monotonic() - began < 10
        # The server does not know yet that nobody is there; who stood in the middle of a unit is let go by its bound.
        name = url.rpartition("/")[2]
        waiting = f"datname = '{name}' AND state = 'idle in transaction'"
        postgres.order(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waiting}")
        with through.unit() as u:
            assert u.meta.get("a") == "1"
        through.close()
