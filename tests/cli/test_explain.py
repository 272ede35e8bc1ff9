"""mailflow explain: why a case stands where it stands, who is waited for, and what happens if nothing comes."""

from __future__ import annotations

import pytest

from tests.cli.installation import Installation


@pytest.fixture
def house(tmp_path):
    """An installation with a store."""
    there = Installation(tmp_path)
    yield there
    there.store.close()


def test_it_says_where_why_and_until_when(house):
    """The stage, the paper's words, the event that led here, whose step it is, the date with its working."""
    words = house.run("explain", house.desk.to_review()).output
    assert "Stage 8, Under review, since Tuesday 2 March 2027." in words
    assert 'The paper says: "Within 5 working days after step 7"' in words
    assert 'Why here: Tuesday 2 March 2027, 11am: Said: "accepted" (Maya Okafor)' in words
    assert "Whose step it is: Contract Management Officer (Maya Okafor)" in words
    assert "5 working days from Tue 2 Mar 2027 = Tue 9 Mar 2027" in words


def test_it_says_what_silence_leads_to(house):
    """Every reminder with its day, hour and people, to the one above the owner."""
    words = house.run("explain", house.desk.to_review()).output
    silence = words.partition("If nothing comes")[2].partition("What each person")[0]
    assert "Tuesday 9 March 2027, 9am\n    - Maya Okafor is reminded (M49)" in silence
    assert "Thursday 11 March 2027, 9am\n    - Ines Whitlock is reminded (M50)" in silence


def test_it_says_who_may_say_what(house):
    """Officers by the words of the stage, parties by what their mail does."""
    words = house.run("explain", house.desk.to_review()).output
    may = words.partition("What each person may say now")[2]
    assert "Contract Management Officer (Maya Okafor)\n    Withdrawn; Recommend" in may
    assert "any mail: the owner sees it" in may and "Officers may always say: " in may and "Note" in may


def test_it_fits_a_terminal(house):
    """No line is wider than 100 columns."""
    for ref in (house.desk.to_review(), house.desk.concern("2027-03-01 09:00", subject="Mr Doe was left alone")):
        words = house.run("explain", ref).output
        assert max(map(len, words.splitlines())) <= 100
        assert "Doe" not in words


def test_programs_read_the_same(house):
    """--json holds the standing, the dates and what is foreseen."""
    told = house.told("explain", house.desk.to_review())
    assert told["standings"][0]["stage"] == "8" and told["dates"][0]["day"] == "2027-03-09"
    assert told["foreseen"][0] == ["Tuesday 9 March 2027, 9am", ["Maya Okafor is reminded (M49)"]]


def test_asking_changes_nothing(house):
    """What is foreseen is played on a copy: log and agenda stand as before."""
    ref = house.desk.to_review()
    with house.store.read() as unit:
        before = (unit.log.last(ref), unit.agenda.of(ref))
    house.run("explain", ref)
    with house.store.read() as unit:
        assert (unit.log.last(ref), unit.agenda.of(ref)) == before
