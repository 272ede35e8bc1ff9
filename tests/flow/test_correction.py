"""Corrections (Q33): what left is named, the officer writes the words, and they reach those who got the letter."""

from __future__ import annotations

import pytest

from tests.flow.bench import JOAN, OLIVE, PRIYA, Bench, Left

WORDS = "The conclusion was sent by mistake; the concern is still under review."


@pytest.fixture
def undone(closed: Bench) -> tuple[Bench, str, Left]:
    """A decision undone after its letters have left: the bench, the subject, and what the officer was told."""
    bench = closed
    tag = f"Re: {bench.tag()}"
    bench.mail("2027-02-19 17:00", PRIYA, tag, "Undo")
    return bench, tag, bench.letter("M53", PRIYA)


def test_the_undo_names_what_left(undone) -> None:
    """The mail back names each letter that left, to whom, and the words that correct it."""
    _, _, told = undone
    assert "What had left already" in told.words and "Conclusion of the concern" in told.words
    assert JOAN in told.words and OLIVE in told.words
    assert told.button("Approve correction")[1].startswith("Approve correction: (what is wrong and what applies)")


@pytest.mark.parametrize("words", ["Approve correction", f"Approve correction\n\n{WORDS}", ""])
def test_a_correction_without_words_is_asked_about(undone, words: str) -> None:
    """Without words, with words only in the note below, or with the form left as it was, nothing leaves."""
    bench, tag, told = undone
    bench.mail("2027-02-22 09:00", PRIYA, tag, words or told.button("Approve correction")[1])
    bench.to("2027-02-22 12:00")
    assert not bench.letters("M54")
    assert "The words of the correction are missing" in bench.letter("M51", PRIYA).words


def test_the_officers_words_reach_those_who_got_the_letter(undone) -> None:
    """Each addressee gets the words; nobody but the party sees its name or contract, and no clock of ours is told."""
    bench, tag, _ = undone
    bench.mail("2027-02-22 09:00", PRIYA, tag, f"Approve correction: {WORDS}")
    bench.to("2027-02-22 12:00")
    assert {x.to for x in bench.letters("M54")} == {x.to for name in ("M33", "M34", "M35") for x in bench.letters(name)}
    assert all(WORDS in x.words and "date that now applies" not in x.words for x in bench.letters("M54"))
    theirs, referrers = bench.letter("M54", JOAN).words, bench.letter("M54", OLIVE).words
    assert "Oakfield Care Ltd" in theirs and "CM-2024-017" in theirs
    assert "Oakfield" not in referrers and "CM-2024-017" not in referrers
    told = bench.letter("M53", PRIYA).words
    assert told.count("Correction to our letter of") == len(bench.letters("M54"))


def test_a_correction_taken_back_waits_again(undone) -> None:
    """An approval that is undone in time sends nothing, and can be given again."""
    bench, tag, _ = undone
    bench.mail("2027-02-22 09:00", PRIYA, tag, f"Approve correction: {WORDS}")
    bench.mail("2027-02-22 09:05", PRIYA, tag, "Undo")
    bench.to("2027-02-22 12:00")
    assert not bench.letters("M54")
    bench.mail("2027-02-22 13:00", PRIYA, tag, "Approve correction: The date is wrong.")
    bench.to("2027-02-22 15:00")
    assert "The date is wrong." in bench.letter("M54", OLIVE).words


def test_a_correction_that_waits_is_not_forgotten(undone) -> None:
    """The owner is reminded on the working day after, then whoever stands above; the words end it."""
    bench, tag, _ = undone
    assert "concern TK" in bench.clocks()
    before = len(bench.letters("M50"))
    bench.to("2027-02-24 10:00")
    assert any("Write the correction" in x.words for x in bench.letters("M49"))
    assert len(bench.letters("M50")) > before
    bench.mail("2027-02-24 11:00", PRIYA, tag, f"Approve correction: {WORDS}")
    assert "concern TK" not in bench.clocks()
    bench.mail("2027-02-24 11:05", PRIYA, tag, "Undo")
    assert "concern TK" in bench.clocks()


def test_what_has_left_may_stand_with_a_reason(undone) -> None:
    """No correction: the reason goes on the file, nothing leaves, nobody is reminded; without a reason it is asked."""
    bench, tag, told = undone
    assert told.button("No correction")[1].startswith("No correction: (why none is needed)")
    bench.mail("2027-02-22 09:00", PRIYA, tag, "No correction")
    assert "Say why none is needed" in bench.letter("M51", PRIYA).words
    bench.mail("2027-02-22 09:30", PRIYA, tag, "No correction: the decision stays as it is")
    bench.to("2027-02-24 12:00")
    assert not bench.letters("M54") and "concern TK" not in bench.clocks()
    assert not any("Write the correction" in x.words for x in bench.letters("M49"))
