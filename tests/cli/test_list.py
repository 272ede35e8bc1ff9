"""mailflow list: every running case once, the most urgent first."""

from __future__ import annotations

import pytest

from tests.cli.installation import Installation
from tests.flow.digests import MAYA


@pytest.fixture
def house(tmp_path):
    """An installation with a store."""
    there = Installation(tmp_path)
    yield there
    there.store.close()


def test_nothing_is_said_to_be_nothing(house):
    """An empty list is a sentence, or an empty JSON list."""
    assert house.run("list").output == "No cases.\n"
    assert house.told("list") == []


def test_the_most_urgent_comes_first(house):
    """Ordered by the next due date; the step and its lateness stand beside it."""
    later = house.desk.to_sent("2027-03-10 09:00")
    sooner = house.desk.to_review("2027-03-01 09:00")
    rows = house.told("list")
    assert [row["ref"] for row in rows] == [sooner, later]
    assert rows[0]["next_step"] == "Review the concern" and rows[0]["next_on"] == "2027-03-09"


def test_a_case_that_is_over_is_listed_only_when_asked_for(house):
    """--all shows it too."""
    ref = house.desk.concern("2027-03-01 09:00")
    house.desk.says(ref, MAYA, "2027-03-01 10:00", "low_level")
    assert house.told("list") == []
    assert [row["ref"] for row in house.told("list", "--all")] == [ref]


def test_an_office_that_is_not_there_is_named(house):
    """The offices there are stand in the message."""
    result = house.run("list", "--office", "insurer")
    assert result.exit_code == 2 and "council" in result.output
