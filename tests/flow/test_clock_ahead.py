# ruff: noqa: F811 - fixtures of another file are asked for by their names
"""The machine's clock is a year ahead for a while and put right: what was told meanwhile holds nothing up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailflow.flow import doubt
from mailflow.flow.budgets import places
from mailflow.flow.deliver import Courier
from mailflow.flow.ports import Limits
from mailflow.submission.verdict import Verdict
from tests.flow.test_deliver import (  # noqa: F401 (fixtures)
    ANN,
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
    server,
    states,
    told,
)

YEAR = timedelta(days=365)
LATER = Verdict("deferred", False, "451 4.7.1 later")


@pytest.mark.parametrize(
    "limits", [Limits(per_hour=1), Limits(per_address_per_hour=1), Limits(per_case_per_day=1)], ids=str
)
def test_what_left_in_the_future_takes_nobodys_place(house, server, told, limits):
    """A letter that left by the false clock is no reason to wait for a year, nor to plan a letter for then."""
    limited = replace(house, limits=limits)
    courier = Courier(limited, lambda office: server)
    put(house, leave_at=NOW + YEAR)
    assert courier.step(NOW + YEAR)
    with house.store.read() as unit:
        assert places(limited, unit, NOW) == {}
    put(house, "L2", seq=2)
    assert courier.step(NOW) and [letter for letter, _ in server.got] == ["L1", "L2"]


def test_a_letter_put_off_by_the_false_clock_is_tried_now(house, server, courier, told):
    """Its next try lay a year away; "later" of the right time counts as ever, and a hold stays."""
    put(house)
    put(house, "L2", seq=2, leave_at=NOW + 2 * YEAR)
    server.otherwise, server.last = LATER, "rcpt"
    assert courier.step(NOW + YEAR) and next_at(house) > NOW + YEAR
    assert courier.step(NOW) and courier.step(NOW)  # the first finds it, the second carries it
    assert states(house)[ANN] == "deferred" and NOW < next_at(house) < NOW + HOUR
    assert not courier.step(NOW) and next_at(house, "L2") == NOW + 2 * YEAR
    for day in range(1, 7):
        courier.step(NOW + timedelta(days=day))
    assert states(house)[ANN] == "refused"


@pytest.mark.parametrize("recovered", [NOW, NOW + YEAR])
def test_a_letter_in_doubt_by_the_false_clock_is_asked_about_soon(house, server, courier, told, recovered):
    """The patience counts from when the clock was right again."""

    def stop(phase: str) -> None:
        if phase == "dot":
            raise RuntimeError("fault")

    server.stop = stop
    put(house, home="")
    if recovered == NOW:
        with house.store.unit() as unit:
            unit.outbox.claim(NOW + YEAR, lease_seconds=60)
            unit.outbox.phase("L1", "dot")
    else:
        with pytest.raises(RuntimeError):
            courier.step(NOW + YEAR)
    courier.recover(NOW, everyone=True)
    assert states(house) == {ANN: "in_doubt"}
    read_through(house, NOW + HOUR)
    assert not doubt.settle_doubts(house, NOW + 10 * MINUTE)
    assert doubt.settle_doubts(house, NOW + HOUR)
    with house.store.read() as unit:
        assert [held.identity for held in unit.held.all_open()] == ["L1"]
