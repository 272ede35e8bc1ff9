"""Rules of crashes and doubt: what never reached the final dot waits again, anything else is settled by evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mailflow.errors import Conflict
from mailflow.store import Store
from mailflow.store.outbox import BEFORE_THE_DOT
from tests.store.steps import AL, HOME, JO, Make, claimed, states


@pytest.mark.parametrize("phase", ["claimed", "connected", "mail", "rcpt", "data", "dot", "reply"])
def test_a_crash_while_claimed(
    store: Store, again: Callable[[], Store], letter: Make, noon: datetime, phase: str
) -> None:
    """Before the final dot the letter waits again; after it, it is in doubt; a lease still running is left alone."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO], home=HOME)
    with store.unit() as u:
        claimed(u, noon)
    with store.unit() as u:
        u.outbox.phase("L1", phase)
    after = again()  # the first process is gone; another opens the file
    with after.unit() as u:
        assert u.outbox.recover(noon + timedelta(seconds=59)) == []
        assert claimed(u, noon + timedelta(hours=1)) == []
        expected = "waiting" if phase in BEFORE_THE_DOT else "in_doubt"
        assert u.outbox.recover(noon + timedelta(seconds=60)) == [("L1", expected)]
        assert set(states(u, "L1").values()) == {expected}
        assert [found.id for found, _ in u.outbox.in_doubt()] == (["L1"] if expected == "in_doubt" else [])
        assert u.outbox.attempts("L1")[0].ended_at is not None
        assert u.outbox.recover(noon + timedelta(hours=1)) == []
        assert claimed(u, noon + timedelta(hours=1)) == (["L1"] if expected == "waiting" else [])


def test_a_lone_daemon_recovers_at_once(store: Store, letter: Make, noon: datetime) -> None:
    """At the start of the only daemon every open claim is a dead one, whatever its lease."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO])
        claimed(u, noon)
        assert u.outbox.recover(noon, everyone=True) == [("L1", "waiting")]


def test_a_crash_before_the_claim_is_committed(store: Store, letter: Make, noon: datetime) -> None:
    """Without the commit there was no claim, and nobody dialled."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO])
    with pytest.raises(KeyboardInterrupt), store.unit() as u:
        claimed(u, noon)
        raise KeyboardInterrupt
    with store.read() as u:
        assert states(u, "L1") == {JO: "waiting"} and u.outbox.attempts("L1") == []


def test_a_slow_courier_is_stopped_before_the_dot(store: Store, letter: Make, noon: datetime) -> None:
    """Who lost the claim cannot record the dot, so it must not send it."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO])
        claimed(u, noon)
        u.outbox.phase("L1", "data")
        u.outbox.recover(noon + timedelta(hours=1))
    with pytest.raises(Conflict), store.unit() as u:
        u.outbox.phase("L1", "dot")


def test_a_copy_that_comes_home_settles_the_doubt(store: Store, letter: Make, noon: datetime) -> None:
    """The home copy proves that the letter left; a recipient deferred before the data is not touched by it."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO, AL], home=HOME)
        claimed(u, noon)
        u.outbox.settle("L1", AL, "deferred", "450", next_at=noon + timedelta(hours=1), at=noon)
        u.outbox.phase("L1", "dot")
        u.outbox.recover(noon, everyone=True)
        assert states(u, "L1") == {AL: "deferred", JO: "in_doubt", HOME: "in_doubt"}
        assert u.outbox.home_at("L1") is None
        assert u.outbox.came_home("L1", noon) is True
        assert u.outbox.came_home("L1", noon + timedelta(hours=1)) is False
        assert u.outbox.home_at("L1") == noon
        assert states(u, "L1") == {AL: "deferred", JO: "sent", HOME: "sent"}
        assert u.outbox.came_home("unknown", noon) is False


def test_a_copy_that_came_home_before_the_crash_is_evidence_too(store: Store, letter: Make, noon: datetime) -> None:
    """A courier that died after its letter came home leaves no doubt."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO], home=HOME)
        claimed(u, noon)
        u.outbox.phase("L1", "dot")
        assert u.outbox.came_home("L1", noon) is False
        assert u.outbox.recover(noon, everyone=True) == [("L1", "sent")]


def test_only_a_later_letter_makes_absence_telling(store: Store, letter: Make, noon: datetime) -> None:
    """A copy of an earlier letter says nothing about this one; one first tried later does."""
    with store.unit() as u:
        for n, name in enumerate(["before", "doubtful", "after"]):
            u.outbox.put(letter(name, case=name, minutes=n), [JO])
        for _ in range(3):
            (name,) = claimed(u, noon + timedelta(hours=1))
            u.outbox.settle(name, JO, "in_doubt" if name == "doubtful" else "sent", "", at=noon)
        assert not u.outbox.later_home("doubtful")
        u.outbox.came_home("before", noon)
        assert not u.outbox.later_home("doubtful")
        u.outbox.came_home("after", noon)
        assert u.outbox.later_home("doubtful")


def test_a_later_letter_of_another_mailbox_tells_nothing(store: Store, letter: Make, noon: datetime) -> None:
    """Each mailbox has its own server: that copies come home to one says nothing about those of another."""
    with store.unit() as u:
        u.outbox.put(letter("doubtful", case="a"), [JO])
        u.outbox.put(letter("theirs", case="b", minutes=1, mail_from="office@insurer.example"), [JO])
        u.outbox.put(letter("ours", case="c", minutes=2), [JO])
        for _ in range(3):
            (name,) = claimed(u, noon + timedelta(hours=1))
            u.outbox.settle(name, JO, "in_doubt" if name == "doubtful" else "sent", "", at=noon)
        u.outbox.came_home("theirs", noon)
        assert not u.outbox.later_home("doubtful")
        u.outbox.came_home("ours", noon)
        assert u.outbox.later_home("doubtful")


def test_an_earlier_letter_tried_again_tells_nothing(store: Store, letter: Make, noon: datetime) -> None:
    """The home copy of a letter first tried before may stem from that first try, so its coming home proves nothing."""
    with store.unit() as u:
        u.outbox.put(letter("before", case="a", minutes=-2), [JO, AL], home=HOME)
        u.outbox.put(letter("doubtful", case="b", minutes=-1), [JO])
        claimed(u, noon)
        u.outbox.settle("before", JO, "deferred", "450", next_at=noon, at=noon)
        u.outbox.settle("before", AL, "sent", "250", at=noon)
        u.outbox.settle("before", HOME, "sent", "250", at=noon)
        u.outbox.set_leave("doubtful", noon - timedelta(hours=1))
        assert claimed(u, noon - timedelta(minutes=30)) == ["doubtful"]
        u.outbox.settle("doubtful", JO, "in_doubt", "", at=noon)
        assert claimed(u, noon) == ["before"]
        u.outbox.came_home("before", noon)
        assert not u.outbox.later_home("doubtful")


def test_a_letter_in_doubt_can_be_sent_again(store: Store, letter: Make, noon: datetime) -> None:
    """Once the evidence allows it, the same row, with the same Message-ID, is claimed a second time."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO])
        claimed(u, noon)
        u.outbox.settle("L1", JO, "in_doubt", "", at=noon)
        assert u.outbox.settle("L1", JO, "waiting", "resend", at=noon)
        ((found, (envelope,)),) = u.outbox.claim(noon, lease_seconds=60)
        assert found.message_id == "<L1@council.example>" and envelope.attempts == 2
