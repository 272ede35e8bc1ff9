"""A party's Status (5.2): whose turn it is and their own next date; our steps and other people's clocks stay ours."""

from __future__ import annotations

from tests.flow.bench import JOAN, MAYA, OLIVE, PRIYA, Bench

NOTHING = "We write to you when there is something for you to do."
INTERNAL = ("provider", "judged", "review", "referred", "senior procurement", "decision", "date for you")


def _asked(bench: Bench, when: str, who: str) -> str:
    bench.mail(when, who, f"Re: {bench.tag()}", "Status")
    return bench.letter("M58", who).words


def test_whose_turn_it_is_sees_their_own_date(waiting: Bench) -> None:
    """The provider sees the day of its answer; the referrer does not see the provider's clock."""
    theirs = _asked(waiting, "2027-02-03 10:00", JOAN)
    assert "Stage: with you" in theirs and "Monday 15 February 2027" in theirs and NOTHING not in theirs
    referrers = _asked(waiting, "2027-02-03 11:00", OLIVE)
    assert "Stage: with us" in referrers and NOTHING in referrers and "15 February" not in referrers
    assert not any(word in referrers.lower() for word in INTERNAL)


def test_our_own_steps_are_nobody_elses(waiting: Bench) -> None:
    """While an officer judges, reviews or decides, a party hears that it is with us, and no date of ours."""
    tag = f"Re: {waiting.tag()}"
    waiting.mail("2027-02-10 09:00", JOAN, tag, "We accept that calls were missed.")
    said = [_asked(waiting, "2027-02-10 10:00", JOAN)]
    waiting.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    said.append(_asked(waiting, "2027-02-10 12:00", JOAN))
    waiting.mail("2027-02-15 11:00", MAYA, tag, "Recommend: The concern is upheld.\nDefault notice: no")
    said.append(_asked(waiting, "2027-02-15 12:00", OLIVE))
    for words in said:
        assert "Stage: with us" in words and NOTHING in words
        assert not any(word in words.lower() for word in INTERNAL)


def test_silence_passed_on_is_our_step(waiting: Bench) -> None:
    """After the last answer day the case still waits for the provider, but the day of the referral is ours."""
    waiting.to("2027-02-23 10:00")
    assert waiting.state() == "NRR"
    words = _asked(waiting, "2027-02-23 10:30", JOAN)
    assert "Stage: with you" in words and NOTHING in words


def test_a_closed_concern_is_closed(closed: Bench) -> None:
    """A concern that has ended is said to be closed; an officer still sees the stage and the file."""
    assert "Stage: closed" in _asked(closed, "2027-03-22 10:00", JOAN)
    officers = _asked(closed, "2027-03-22 11:00", PRIYA)
    assert "Stage: 13 Closed" in officers and "So far" in officers
