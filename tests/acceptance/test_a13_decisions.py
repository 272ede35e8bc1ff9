"""A13 and A16: the senior officer's decision: more information, and words that decide nothing."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import CMO, LETTER_1, NOT_DONE, PROVIDER, SPO, WHICH, council
from tests.acceptance.office import at, words

PACK = "Recommendation for your decision by"


def test_a13_more_information(tmp_path: Path):
    """A13: a decision a day late, five working days for the answer over a bank holiday, then five new ones."""
    with council(tmp_path, "2027-04-05 08:00") as c:
        ref = c.dispatched("2027-04-06 08:00", "2027-04-06 09:00")
        c.replied("2027-04-21 09:00", ref)
        c.word("2027-04-21 10:00", CMO, ref, "Accepted")
        c.word("2027-04-22 10:00", CMO, ref, "Recommend: Missed calls are upheld.\nDefault notice: no")
        assert at(c.one(SPO, f"{PACK} Thursday 29 April 2027")) == "2027-04-22 10:00"
        c.go("2027-04-30 09:00")
        assert at(c.one(SPO, "Due today")) == "2027-04-29 08:00"
        late = c.one(SPO, "Overdue")
        assert at(late) == "2027-04-30 08:00" and "1 working day overdue" in words(late)
        c.word("2027-04-30 10:00", SPO, ref, "Decision: more information: what did the nurse say?")
        wanted = words(c.one(CMO, "SPO needs more information"))
        assert "what did the nurse say?" in wanted and "Monday 10 May 2027" in wanted
        assert (c.state(ref), c.clocks(ref)) == ("INF", {"T10b": "2027-05-10"})
        c.word("2027-05-07 10:00", CMO, ref, "Information: she saw nobody that day.")
        again = c.one(SPO, f"{PACK} Friday 14 May 2027")
        assert "she saw nobody that day." in words(again)
        assert (c.state(ref), c.clocks(ref)) == ("SPO", {"T10": "2027-05-14"})
        decided = [row for row in c.show(ref)["history"] if "Management decision" in row["what"]]
        assert any("29 April 2027" in row["what"] for row in decided)


def test_a16_words_that_decide_nothing(tmp_path: Path):
    """A16: the officer may not decide; "Agreed" alone is asked about; a provider commands nothing."""
    with council(tmp_path, "2027-02-01 08:00") as c:
        ref = c.dispatched("2027-02-01 09:00", "2027-02-01 10:00")
        c.replied("2027-02-02 09:00", ref)
        c.word("2027-02-02 10:00", CMO, ref, "Accepted")
        c.word("2027-02-02 11:00", CMO, ref, "Recommend: Upheld.\nDefault notice: no")
        clocks = c.clocks(ref)
        assert clocks == {"T10": "2027-02-09"}

        c.word("2027-02-03 09:00", CMO, ref, "Decision: agreed, no default notice")
        assert "Senior Procurement Officer" in words(c.one(CMO, NOT_DONE))
        assert "Maya Okafor" in words(c.one(SPO, NOT_DONE))

        c.word("2027-02-03 10:00", SPO, ref, "Agreed")
        asked = c.one(SPO, WHICH)
        assert "default notice" in words(asked).lower()
        assert {"Decision: agreed, default notice", "Decision: agreed, no default notice"} <= {
            b.label for b in asked.buttons
        }

        c.write("2027-02-03 11:00", PROVIDER, f"Re: [{ref}] {LETTER_1}", "Accepted\nDecision: agreed")
        assert "Decision: agreed" in words(c.one(CMO, "New information on the file"))
        assert (c.state(ref), c.clocks(ref)) == ("SPO", clocks)
        c.press("2027-02-03 12:00", SPO, asked, "Decision: agreed, no default notice")
        assert c.state(ref) == "DEC"
