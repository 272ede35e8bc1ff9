# ruff: noqa: F811 - fixtures of another file are asked for by their names
"""One letter to several, of whom the server turns some away before the daemon dies at the final dot.

Whom it turned away has nothing, whatever became of the others: they are not in doubt, what is left of the letter
waits until the doubt is settled, and a copy proves something only if it travelled in the transaction that is in doubt.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailflow.flow import doubt
from mailflow.flow.deliver import Courier
from mailflow.flow.ports import House
from mailflow.submission.verdict import Verdict
from tests.flow.test_deliver import (  # noqa: F401 (fixtures)
    ANN,
    BOB,
    COUNCIL,
    HOUR,
    MINUTE,
    NOW,
    Server,
    courier,
    house,
    installed,
    next_at,
    put,
    read_through,
    states,
    told,
)

LATER = Verdict("deferred", False, "451 4.7.1 later")
NEVER = Verdict("refused", False, "550 5.1.1 unknown")


class Killed(BaseException):
    """The daemon is gone."""


class Mindful(Server):
    """A server that says with the dot whom it has turned away; `dies` lets the daemon die after it."""

    dies = True

    def send(self, mail_from, recipients, octets, envid, on_phase):
        verdicts = {r: self.says.get(r, self.otherwise) for r in recipients}
        self.got.append((envid, tuple(recipients)))
        on_phase("dot", {r: v for r, v in verdicts.items() if v.state != "sent"})
        if self.dies:
            raise Killed
        return verdicts


@pytest.fixture
def server() -> Mindful:
    """In place of the one of test_deliver.py: the courier below speaks to it."""
    return Mindful()


def die(house: House, courier: Courier, server: Mindful) -> None:
    """The letter is carried to its dot, the daemon dies and begins again."""
    with pytest.raises(Killed):
        courier.step(NOW)
    server.dies = False
    courier.recover(NOW + MINUTE, everyone=True)


@pytest.mark.parametrize("verdict", [LATER, NEVER])
def test_only_those_whom_the_server_took_are_in_doubt(house, server, courier, told, verdict):
    """The one turned away is tried again once the doubt is settled, and hears nothing of the copy of the others."""
    server.says = {BOB: verdict}
    put(house, to=(ANN, BOB))
    die(house, courier, server)
    assert states(house) == {ANN: "in_doubt", BOB: "deferred", COUNCIL: "in_doubt"}
    assert next_at(house) > NOW and not courier.step(NOW + HOUR)
    with house.store.unit() as unit:
        unit.outbox.came_home("L1", NOW + MINUTE)
    assert states(house) == {ANN: "sent", BOB: "deferred", COUNCIL: "sent"}
    server.says = {}
    assert courier.step(NOW + HOUR)
    assert server.got[-1] == ("L1", (BOB,)) and set(states(house).values()) == {"sent"}


def test_a_refusal_is_told_when_the_next_try_meets_it_again(house, server, courier, told):
    """Nobody reads a verdict that was given just before the end; the server gives it once more."""
    server.says = {BOB: NEVER}
    put(house, to=(ANN, BOB), home="")
    die(house, courier, server)
    with house.store.unit() as unit:
        assert doubt.count_as_sent(unit, "L1", NOW + HOUR)
    assert courier.step(NOW + HOUR)
    assert states(house) == {ANN: "sent", BOB: "refused"}


def test_the_absence_of_a_copy_that_our_mailbox_refused_proves_nothing(house, server, courier, told):
    """Our own mailbox was turned away: a later letter's copy is no reason to send this one again; a person is asked."""
    server.says = {COUNCIL: LATER}
    put(house)
    die(house, courier, server)
    assert states(house) == {ANN: "in_doubt", COUNCIL: "deferred"}
    server.says = {}
    put(house, "L2", to=(BOB,), recorded_at=NOW + MINUTE)
    assert courier.step(NOW + MINUTE)
    with house.store.unit() as unit:
        unit.outbox.came_home("L2", NOW + 2 * MINUTE)
    read_through(house, NOW + HOUR)
    assert doubt.settle_doubts(house, NOW + HOUR)
    assert not any(letter == "L1" for letter, _ in server.got[1:])
    with house.store.unit() as unit:
        assert [held.identity for held in unit.held.all_open()] == ["L1"]
        assert doubt.count_as_sent(unit, "L1", NOW + 2 * HOUR)
    while courier.step(NOW + 2 * HOUR):
        pass
    assert ("L1", (COUNCIL,)) in server.got and states(house) == {ANN: "sent", COUNCIL: "sent"}


@pytest.mark.parametrize("late", [timedelta(0), HOUR])
def test_an_earlier_copy_says_nothing_about_the_one_left_over(house, server, courier, told, late):
    """The first try's copy came home, at once or late; what was interrupted is the second, in which none travelled."""
    server.says, server.dies = {BOB: LATER}, False
    put(house, to=(ANN, BOB))
    assert courier.step(NOW)
    again = next_at(house)
    server.says, server.dies = {}, True
    with pytest.raises(Killed):
        courier.step(again)
    with house.store.unit() as unit:
        unit.outbox.came_home("L1", NOW + MINUTE + late)
    courier.recover(again + HOUR, everyone=True)
    assert states(house) == {ANN: "sent", BOB: "in_doubt", COUNCIL: "sent"}
    with house.store.unit() as unit:
        assert not unit.outbox.came_home("L1", again + HOUR)
    assert states(house)[BOB] == "in_doubt"


def test_a_letter_in_doubt_is_not_the_next_to_leave(house, server, courier, told):
    """What is left of it waits for the doubt, so nobody wakes for it."""
    server.says = {BOB: LATER}
    put(house, to=(ANN, BOB))
    die(house, courier, server)
    with house.store.read() as unit:
        assert unit.outbox.next_leave() is None
