"""Stage 16: the provider disputes the outcome, the reviewer sees the grounds, both sides hear the result."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import CMO, CONCLUSION, HOP, PROVIDER, REFERRER, SPO, council
from tests.acceptance.office import words


def test_a_dispute_is_acknowledged_reviewed_and_answered(tmp_path: Path):
    """C78 to C84: the provider hears who decides by when; the grounds reach the reviewer; the default notice waits."""
    with council(tmp_path, "2027-05-04 07:00") as c:
        ref = c.dispatched("2027-05-04 08:00", "2027-05-04 09:00")
        c.decided("2027-05-06", ref, "Decision: agreed, default notice", recommend="Default notice: yes")
        c.word("2027-05-07 09:00", CMO, ref, "Send")
        c.go("2027-05-07 10:00")
        c.write("2027-05-10 10:00", PROVIDER, f"Re: [{ref}] {CONCLUSION}", "We dispute it: the rota was right.")
        asked = c.one(CMO, "The provider has written after the conclusion")
        assert "In time for a dispute: yes" in words(asked)
        c.press("2027-05-10 11:00", CMO, asked, "Dispute")
        told = words(c.one(PROVIDER, "We have received your dispute"))
        assert "received your dispute of the outcome of this concern on Monday 10 May 2027" in told
        assert "Monday 24 May 2027" in told and "Who decides" in told
        assert c.children(ref)["DN-1"] == "Suspended by a dispute"

        c.word("2027-05-10 12:00", CMO, ref, "Forward: grounds are given")
        pack = c.one(HOP, "Dispute for review by Monday 24 May 2027")
        assert "the rota was right." in words(pack) and "grounds are given" in words(pack)
        assert "In time: yes" in words(pack) and [f.name for f in pack.attachments] == ["response.eml"]

        c.word("2027-05-11 09:00", SPO, ref, "Dispute not upheld: I decided this myself")
        assert c.all(SPO, "Not done") or c.all(SPO, "Which did you mean?")
        assert c.children(ref)["D-1"] == "With the reviewer"
        c.press("2027-05-12 09:00", HOP, pack, "Dispute upheld", {"(reasons)": "the rota shows it"})
        c.go("2027-05-12 10:00")
        outcome = words(c.one(PROVIDER, "Outcome of your dispute"))
        assert "the rota shows it" in outcome and "no default notice is issued" in outcome
        assert "the rota shows it" in words(c.one(REFERRER, "Outcome after the provider's dispute"))
        assert c.children(ref) == {"DN-1": "Not issued", "D-1": "Outcome communicated"}
        assert c.state(ref) == "CLO"
