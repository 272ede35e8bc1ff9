"""mailflow show and note: what happened with reasons, what comes next and when; and a note on it."""

from __future__ import annotations

import pytest

from tests.cli.installation import Installation


@pytest.fixture
def house(tmp_path):
    """An installation with a store."""
    there = Installation(tmp_path)
    yield there
    there.store.close()


def test_what_comes_next_says_by_which_words(house):
    """The date, the paper's words, how it was worked out, and who has to act."""
    ref = house.desk.to_review()
    (step,) = house.told("show", ref)["next"]
    assert step["due"] == "2027-03-09" and step["owners"] == ["Maya Okafor"]
    assert step["clause"] == "Within 5 working days after step 7"
    assert step["working"].startswith("5 working days from Tue 2 Mar 2027")


def test_a_person_can_read_it(house):
    """The same in words."""
    words = house.run("show", house.desk.to_review()).output
    assert "Stage 8, Under review, since Tuesday 2 March 2027." in words
    assert "Review the concern: Tuesday 9 March 2027" in words and "row c25 of the procedure" in words


def test_a_reference_may_be_typed_carelessly(house):
    """Lower case and brackets do not matter."""
    ref = house.desk.to_review()
    assert house.told("show", f"[{ref.lower()}]")["ref"] == ref


def test_peoples_words_stay_sealed_unless_asked_for(house):
    """A terminal is seen by others: what people wrote shows only with --words."""
    ref = house.desk.concern("2027-03-01 09:00", subject="Mr Doe was left alone")
    assert "Doe" not in house.run("show", ref).output
    assert "Doe" in house.run("show", ref, "--words").output


def test_an_unknown_case_is_an_error_with_advice(house):
    """Exit 1 and one sentence."""
    result = house.run("show", "CC-2027-9999-XX")
    assert result.exit_code == 1 and "There is no case" in result.output


def test_a_note_is_a_line_of_the_log_and_moves_nothing(house):
    """The words are sealed like all words; the state stays."""
    ref = house.desk.to_review()
    before = house.desk.case(ref).machines
    assert house.run("note", ref, "The file is in room 12").exit_code == 0
    after = house.desk.case(ref)
    assert {k: m.state for k, m in after.machines.items()} == {k: m.state for k, m in before.items()}
    assert "The file is in room 12" in house.run("show", ref, "--words").output
    with house.store.read() as unit:
        assert unit.log.verify(ref) == "" and "room 12" not in str([line.data for line in unit.log.read(ref)])


def test_a_note_needs_words(house):
    """An empty note is refused."""
    assert house.run("note", house.desk.to_review(), " ").exit_code == 1
