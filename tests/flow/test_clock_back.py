"""The machine's clock is set back: what has happened has happened, and nothing happens twice."""

from __future__ import annotations

from tests.flow.bench import JOAN, Bench, at


def test_a_chaser_that_has_left_does_not_leave_again(waiting: Bench):
    """The reminder of day 14 left at 4pm; at 2pm of the same day, told a second time, it stays the only one."""
    waiting.to("2027-02-15 16:00")
    assert waiting.state() == "PRM" and len(waiting.letters("M22")) == 1
    sent, standing = len(waiting.left), waiting.standing()
    waiting.now = at("2027-02-15 14:00")
    waiting.settle()
    assert len(waiting.left) == sent and waiting.standing() == standing
    waiting.to("2027-02-15 16:30")
    assert len(waiting.letters("M22")) == 1 and waiting.standing() == standing


def test_a_mail_that_comes_meanwhile_is_read_once(waiting: Bench):
    """A reply that arrives while the clock is behind counts, is put to the officer once, and stays so afterwards."""
    waiting.to("2027-02-03 10:00")
    waiting.now = at("2027-02-02 09:00")
    waiting.mail("2027-02-02 09:05", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.state() == "RSP" and len(waiting.letters("M23")) == 1
    waiting.to("2027-02-03 10:05")
    assert waiting.state() == "RSP" and len(waiting.letters("M23")) == 1 and not waiting.letters("M22")


def test_a_letter_that_waits_leaves_once(bench: Bench):
    """A letter in its undo time when the clock goes back leaves at its time, and only then."""
    ref = bench.with_provider()
    assert bench.state(ref) == "WPR" and len(bench.letters("M20")) == 1
    bench.now = at("2027-02-01 11:05")
    bench.settle()
    bench.to("2027-02-01 12:00")
    assert len(bench.letters("M20")) == 1
