"""Letters over a budget: each waits for its own place, in turn, and nobody wakes for a place that is another's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailflow.flow.budgets import DAY, HOUR, TICK, place
from mailflow.flow.deliver import Courier
from mailflow.flow.ports import House, Limits
from tests.flow.test_deliver import ANN, BOB, CASE, NOW, Server, house, installed, put, told  # noqa: F401

WAITING = 8


def carry(house: House, couriers: list[Courier], until: timedelta) -> list[tuple[str, datetime]]:  # noqa: F811
    """What left, and when, with one courier after the other at each instant at which a letter may leave."""
    left: list[tuple[str, datetime]] = []
    now, server = NOW, couriers[0]._submission_of(next(iter(house.offices.values())))
    while now <= NOW + until:
        while any([courier.step(now) for courier in couriers]):
            pass
        left += [(name, now) for name, _ in server.got[len(left) :]]
        with house.store.read() as unit:
            following = unit.outbox.next_leave()
        if following is None:
            break
        assert following > now, "a letter waits for an instant that is over"
        now = following
    return left


def claims(house: House) -> list[int]:  # noqa: F811
    """How often each letter was claimed."""
    with house.store.read() as unit:
        return [len(unit.outbox.attempts(f"L{n}")) for n in range(WAITING)]


@pytest.mark.parametrize(
    ("limits", "span"),
    [
        (Limits(per_address_per_hour=2), HOUR),
        (Limits(per_hour=2), HOUR),
        (Limits(per_case_per_day=2), DAY),
    ],
)
@pytest.mark.parametrize("daemons", [1, 4])
def test_letters_over_a_budget_wait_for_a_place_of_their_own(
    house: House,  # noqa: F811
    told: list,  # noqa: F811
    limits: Limits,
    span: timedelta,
    daemons: int,
) -> None:
    """Two a span leave, in the order of their dates; each is claimed once to hear that it waits and once to leave."""
    house = replace(house, limits=limits)
    # The administrator is told already today.
    with house.store.unit() as unit:
        office = house.offices["council"]
        for about in ("all", ANN, CASE):
            cause = f"budget:{about}:{office.calendar.local_date(NOW)}"
            unit.log.append(
                office.stream, unit.log.last(office.stream), [], cause=cause, actor="", happened_at=NOW,
                recorded_at=NOW, edition="", calendar_edition="",
            )  # fmt: skip
    # Put in another order than that of their dates.
    for n in (3, 1, 7, 0, 2, 6, 5, 4):
        put(house, f"L{n}", to=(ANN,), home="", leave_at=NOW - timedelta(minutes=WAITING - n))
    server = Server()
    left = carry(house, [Courier(house, lambda office: server, me=f"d{n}") for n in range(daemons)], 9 * span)
    assert [name for name, _ in left] == [f"L{n}" for n in range(WAITING)]
    instants = [at for _, at in left]
    if span == HOUR:
        assert all(sum(at <= x <= at + span for x in instants) <= 2 for at in instants)
        assert instants[-1] - NOW <= 3 * span + 3 * TICK, "no place stays empty"
    assert max(claims(house)) <= 2 and sum(claims(house)) == 2 * WAITING - 2


def test_a_letter_to_several_waits_until_all_its_places_are_free(house: House, told: list) -> None:  # noqa: F811
    """A letter to two people takes two places of the hour: the hour is not exceeded by one of them."""
    house = replace(house, limits=Limits(per_hour=3))
    for n in range(4):
        put(house, f"L{n}", to=(ANN, BOB), home="", leave_at=NOW + timedelta(minutes=n))
    server = Server()
    left = carry(house, [Courier(house, lambda office: server)], 9 * HOUR)
    letters = [at for name, at in left if name.startswith("L")]
    assert len(letters) == 4 and all(second - first > HOUR for first, second in zip(letters, letters[1:], strict=False))


def test_places_are_those_of_who_left_oldest_first() -> None:
    """The fifth who waits takes the place of the second one who takes a place himself."""
    left = [NOW - timedelta(minutes=m) for m in (50, 40, 10)]
    turns = [place(left, turn, 3, HOUR, NOW) - NOW for turn in range(1, 6)]
    first, second = (timedelta(minutes=m) + TICK for m in (10, 20))
    assert turns == [first, second, timedelta(minutes=50) + TICK, first + HOUR + TICK, second + HOUR + TICK]


def test_a_budget_of_nothing_is_asked_again_in_an_hour() -> None:
    """Where an administrator has stopped all mail by a limit of 0, no place comes free, and nothing breaks."""
    assert place([], 1, 0, HOUR, NOW) == NOW + HOUR
    assert place([NOW], 3, 0, HOUR, NOW) == NOW + HOUR
