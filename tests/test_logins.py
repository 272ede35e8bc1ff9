"""A refused password is offered again after a growing pause; another one at once."""

from __future__ import annotations

from mailflow.logins import PAUSES, Refusals


def test_the_same_password_waits_and_another_does_not():
    """Five minutes after the first refusal, half an hour after each later one; what was accepted is forgotten."""
    now = [0.0]
    refusals = Refusals(lambda: now[0])
    assert not refusals.bars("a")
    knocks = []
    for second in range(0, 7200, 60):
        now[0] = second
        if not refusals.bars("a"):
            knocks.append(second)
            refusals.refused("a")
        assert not refusals.bars("b")
    assert knocks == [0, 300, 2100, 3900, 5700]
    refusals.accepted()
    assert not refusals.bars("a") and PAUSES == (300.0, 1800.0)


def test_a_new_password_begins_anew():
    """The pauses belong to the password, not to the account."""
    now = [0.0]
    refusals = Refusals(lambda: now[0])
    for _ in range(3):
        refusals.refused("a")
    refusals.refused("b")
    assert not refusals.bars("a")
    now[0] = PAUSES[0]
    assert not refusals.bars("b")
