"""A17: taking a word back, before anything has left and afterwards."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import CMO, CONCLUSION, PROVIDER, SPO, council
from tests.acceptance.office import words

CORRECTION = "Correction to our letter of"


def test_a17_undo_before_anything_left(tmp_path: Path, real: bool):
    """A17 (a): five minutes later the reply is to be judged again; both words stand on the file."""
    with council(tmp_path, "2027-03-01 08:00", real=real) as c:
        ref = c.dispatched("2027-03-01 09:00", "2027-03-01 10:00")
        c.replied("2027-03-09 09:00", ref)
        before = c.clocks(ref)
        c.word("2027-03-09 10:00", CMO, ref, "Accepted")
        review = c.one(CMO, "Review due Tuesday 16 March 2027")
        assert c.state(ref) == "REV"
        if any(b.label == "Undo" for b in review.buttons):
            c.press("2027-03-09 10:05", CMO, review, "Undo")
        else:
            c.word("2027-03-09 10:05", CMO, ref, "Undo")
        assert (c.state(ref), c.clocks(ref)) == ("RSP", before)
        said = [row["what"] for row in c.show(ref)["history"] if row["kind"] in ("said", "undone")]
        assert any("Accepted" in line for line in said) and any("Undo" in line or "undone" in line for line in said)
        assert "undone" in words(c.one(CMO, "Recorded: Undo"))


def test_a17_undo_after_the_conclusion_left(tmp_path: Path, real: bool):
    """A17 (b): the decision is open again, the correction is drafted, and nothing leaves that nobody has seen."""
    with council(tmp_path, "2027-03-01 08:00", real=real) as c:
        ref = c.dispatched("2027-03-01 09:00", "2027-03-01 10:00")
        c.decided("2027-03-02", ref, "Decision: agreed, no default notice")
        c.word("2027-03-03 10:00", CMO, ref, "Send")
        c.go("2027-03-03 11:00")
        assert c.state(ref) == "CLO" and c.one(PROVIDER, CONCLUSION)
        c.word("2027-03-03 12:00", SPO, ref, "Undo")
        assert (c.state(ref), c.clocks(ref)) == ("SPO", {"T10": "2027-03-09", "TK": "2027-03-03"})
        recorded = c.one(SPO, "Recorded: Undo")
        assert "correction" in words(recorded)
        c.go("2027-03-04 12:00")
        assert not c.all(PROVIDER, CORRECTION)
        c.word("2027-03-04 13:00", CMO, ref, "Approve correction: The conclusion of 3 March was sent by mistake.")
        c.go("2027-03-04 14:00")
        assert set(c.clocks(ref)) == {"T10"}
        letter = c.one(PROVIDER, CORRECTION)
        assert "Wednesday 3 March 2027" in letter.subject and "sent by mistake" in words(letter)
