"""`mailflow procedure diff` and `adopt` as the owner of a procedure calls them, over a store with open cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailflow import wiring
from mailflow.flow.editions import Editions
from tests.cli.installation import Installation

STEP_4 = '"On the 14th day after step 3", from = "letter M20", due = "14 days"'
LONGER = (STEP_4, '"On the 21st day after step 3", from = "letter M20", due = "21 days"')
WITHOUT_WPR = (('"WPR"', '"WPX"'), ("\nWPR = ", "\nWPX = "), (" WPR ", " WPX "))


pytestmark = pytest.mark.usefixtures("untried")


class Owner(Installation):
    """An installation with two open cases, one with the provider and one under review."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.place = folder / "config" / "procedures" / "council-concerns.toml"
        self.first = self.desk.office.procedure
        self.waiting = self.desk.to_sent("2027-03-01 09:00")
        self.reviewed = self.desk.to_review("2027-03-02 09:00")

    def draft(self, *swaps: tuple[str, str]) -> Path:
        """A changed copy of the procedure beside the configured file."""
        text = self.place.read_text("utf-8")
        for old, new in swaps:
            assert old in text, old
            text = text.replace(old, new)
        path = self.folder / "draft.toml"
        path.write_text(text, "utf-8")
        return path

    def editions(self) -> dict[str, str]:
        """The edition of each case."""
        return {ref: self.desk.case(ref).edition for ref in (self.waiting, self.reviewed)}


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    return Owner(tmp_path)


def flat(words: str) -> str:
    return " ".join(words.split())


def test_diff_says_for_whom_and_for_which_cases(owner: Owner):
    """Two files, and the store's open cases: grouped by who is affected, then case by case with its dates."""
    result = owner.run("procedure", "diff", str(owner.place), str(owner.draft(LONGER)))
    words = flat(result.output)
    assert result.exit_code == 0, result.output
    assert "For the service provider:" in words and "On the 21st day after step 3" in words
    assert f"{owner.waiting} edition {owner.first.edition}" in words
    assert "moves concern: Provider's response: Mon 15 Mar 2027 -> Mon 22 Mar 2027" in words
    assert "we write about the new date to: service provider" in words
    assert owner.editions() == dict.fromkeys(owner.editions(), owner.first.edition)


def test_diff_names_what_is_missing_for_an_open_case(owner: Owner):
    """A stage that the new edition lacks is named with the case that stands there."""
    result = owner.run("procedure", "diff", owner.first.edition, str(owner.draft(*WITHOUT_WPR)))
    words = flat(result.output)
    assert 'cannot move: concern stands at "With the provider" (WPR)' in words and owner.waiting in words


def test_diff_as_json_and_without_a_store(owner: Owner):
    """For programs; without settings only the files are compared."""
    told = owner.told("procedure", "diff", str(owner.place), str(owner.draft(LONGER)))
    assert {c["about"] for c in told["changes"]} == {"timescale"} and len(told["open_cases"]) == 2
    (moves,) = [c for case in told["open_cases"] for c in case["clocks"] if c["what"] == "moves"]
    assert (moves["timer"], moves["old"], moves["new"]) == ("T4", "2027-03-15", "2027-03-22")


def test_diff_of_what_is_not_there(owner: Owner):
    """A file or an edition that nobody knows: a sentence that says what may be given."""
    result = owner.run("procedure", "diff", "nonsense", str(owner.place))
    assert result.exit_code == 1 and "kept no edition of that name" in flat(result.output)


def test_adopt_without_open_cases_puts_the_file_in_its_place(owner: Owner, untried: list[str]):
    """New cases follow it, open ones stay, the old text stays in the store; the plan comes first."""
    draft, before = owner.draft(LONGER), owner.place.read_text("utf-8")
    result = owner.run("procedure", "adopt", str(draft), "--yes")
    assert result.exit_code == 0, result.output
    assert "Open cases (2) stay on the edition that they follow" in result.output
    assert owner.place.read_text("utf-8") == draft.read_text("utf-8") != before
    assert owner.editions() == dict.fromkeys(owner.editions(), owner.first.edition)
    house = wiring.open_house(wiring.install(owner.settings), owner.store)
    assert house.offices["council"].procedure.edition != owner.first.edition
    assert house.offices["council"].procedure.edition in untried, "it was tried before it was taken"
    assert house.procedure_of(house.offices["council"], owner.first.edition).edition == owner.first.edition


def test_adopt_moves_open_cases_and_a_second_run_does_nothing(owner: Owner):
    """Every case follows the new edition, the date moved; what is done is not done again."""
    draft = owner.draft(LONGER)
    result = owner.run("procedure", "adopt", str(draft), "--open-cases", "--yes")
    assert result.exit_code == 0, result.output
    assert "2 cases moved" in result.output
    (edition,) = set(owner.editions().values())
    assert edition != owner.first.edition and edition in Editions(owner.store)
    seqs = {ref: owner.desk.case(ref).seq for ref in owner.editions()}
    again = owner.run("procedure", "adopt", str(owner.place), "--open-cases", "--yes")
    assert again.exit_code == 0 and "Every open case follows this edition already" in again.output
    assert {ref: owner.desk.case(ref).seq for ref in owner.editions()} == seqs
    shown = owner.run("show", owner.waiting).output
    assert "Moved to another edition of the procedure" in shown and "moved from Monday 15 March 2027" in flat(shown)


def test_a_daemon_that_runs_beside_follows_the_moved_case(owner: Owner):
    """Its house was opened before: the new edition is found in the store, and the reminder comes on the new date."""
    assert owner.run("procedure", "adopt", str(owner.draft(LONGER)), "--open-cases", "--yes").exit_code == 0
    owner.desk.clock("2027-03-22 15:00")
    assert owner.desk.case(owner.waiting).machines["concern"].state == "WPR"
    owner.desk.clock("2027-03-22 17:00")
    assert owner.desk.case(owner.waiting).machines["concern"].state == "PRM"


def test_adopt_of_the_configured_file_itself(owner: Owner):
    """Edited in its place: nothing is written, the cases move."""
    owner.place.write_text(owner.draft(LONGER).read_text("utf-8"), "utf-8")
    result = owner.run("procedure", "adopt", str(owner.place), "--open-cases", "--yes")
    assert result.exit_code == 0 and "is written to" not in result.output
    assert owner.first.edition not in owner.editions().values()


def test_adopt_does_nothing_while_one_case_does_not_fit(owner: Owner):
    """Each reason is named, exit 1; the file in force stays, and so do the cases that would fit."""
    before = owner.place.read_text("utf-8")
    result = owner.run("procedure", "adopt", str(owner.draft(*WITHOUT_WPR)), "--open-cases", "--yes")
    assert result.exit_code == 1 and "(WPR), and the new edition has no such stage" in flat(result.output)
    assert "1 case cannot move, so no case is moved. Nothing was done." in result.output
    assert owner.place.read_text("utf-8") == before
    assert owner.editions() == dict.fromkeys(owner.editions(), owner.first.edition)


def test_adopt_asks_and_without_a_yes_does_nothing(owner: Owner):
    """Where nobody can be asked, --yes has to be said."""
    before = owner.place.read_text("utf-8")
    result = owner.run("procedure", "adopt", str(owner.draft(LONGER)), "--open-cases")
    assert result.exit_code == 1 and "--yes" in result.output
    assert owner.place.read_text("utf-8") == before
    assert owner.editions() == dict.fromkeys(owner.editions(), owner.first.edition)


def test_adopt_of_a_broken_file_names_every_fault(owner: Owner):
    """Exit 78 with all faults; also what only the whole installation shows, such as a missing template."""
    broken = owner.draft(('owner = "cmo", waits_for = "referrer"', 'owner = "nobody", waits_for = "none"'))
    result = owner.run("procedure", "adopt", str(broken), "--yes")
    assert result.exit_code == 78 and "nobody" in result.output and "none" in result.output
    letterless = owner.draft(("\n[letters]\n", '\n[letters]\nM99 = { to = "cmo" }\n'))
    result = owner.run("procedure", "adopt", str(letterless), "--yes")
    assert result.exit_code == 78 and "M99" in result.output


def test_adopt_needs_to_know_the_office(owner: Owner):
    """A procedure that nobody runs, or an office that is not there: exit 2 with what there is."""
    other = owner.draft(('id = "council-concerns"', 'id = "another"'))
    result = owner.run("procedure", "adopt", str(other), "--yes")
    assert result.exit_code == 2 and "No office runs the procedure another" in flat(result.output)
    result = owner.run("procedure", "adopt", str(owner.draft(LONGER)), "--yes", "--office", "nowhere")
    assert result.exit_code == 2 and "council" in result.output


def test_adopt_as_json(owner: Owner):
    """For programs: what was planned and what was done."""
    result = owner.run("procedure", "adopt", str(owner.draft(LONGER)), "--open-cases", "--yes", "--json")
    told = json.loads(result.stdout)  # what is logged goes to the other stream
    assert told["done"] and told["moved"] == 2 and told["stayed"] == [] and told["old"] == owner.first.edition
    assert json.dumps(told["open_cases"]).count('"moves"') == 1
