"""A7 and A8: a concern that is parked while others investigate, and six months to the day."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import CMO, SAFEGUARDING, SCREEN, WHICH, council
from tests.acceptance.office import at, words


def test_a7_parked_until_the_outcome(tmp_path: Path):
    """A7: the investigators are asked after 28 days; what they send restarts the clocks; parking ages nothing."""
    with council(tmp_path, "2026-09-07 08:00") as c:
        ref = c.receive("2026-09-07 09:00")
        c.word(
            "2026-09-07 10:00",
            CMO,
            ref,
            f"Incident date 20 August 2026\nInvestigation by {SAFEGUARDING}\nService is Home care\n"
            "Not eligible: under investigation",
        )
        c.go("2026-10-05 14:59")
        assert not c.all(SAFEGUARDING, "Is there an outcome yet?")
        c.go("2026-10-06 09:00")
        chase = c.one(SAFEGUARDING, "Is there an outcome yet?")
        assert at(chase) == "2026-10-05 15:00"
        c.write("2026-12-18 10:00", SAFEGUARDING, f"Re: {chase.subject}", "Concluded: substantiated.", answers=chase)
        c.press("2026-12-18 11:00", CMO, c.last(CMO, "New information on the file"), "Outcome received")
        assert "4pm on Tuesday 22 December 2026" in words(c.last(CMO, SCREEN))
        c.word("2026-12-18 12:00", CMO, ref, "Provider is Oakfield Care Ltd\nEligible")
        assert (c.state(ref), c.clocks(ref)["T3"]) == ("ELG", "2026-12-22")
        assert "by 4pm on Tuesday 22 December 2026" in words(c.one(CMO, "Allocated to you"))


def test_a8_six_months_to_the_day(tmp_path: Path):
    """A8, K14: received before the date six months on passes; on that date the officer is asked and nothing moves."""
    told = "Provider is Oakfield Care Ltd\nIncident date 15 September 2026\nEligible"
    with council(tmp_path, "2027-03-12 09:00") as c:
        young = c.receive("2027-03-14 12:00", subject="Young matter")
        old = c.receive("2027-03-15 08:00", subject="Old matter")
        c.word("2027-03-15 09:00", CMO, young, told)
        c.word("2027-03-15 09:05", CMO, old, told)
        assert (c.state(young), c.state(old)) == ("ELG", "RCV")
        asked = words(c.one(CMO, WHICH, old))
        assert "six months old" in asked and "Eligible because" in asked and "Out of time" in asked
        assert c.show(old)["fields"].get("Provider") is None
        c.word("2027-03-15 10:00", CMO, old, told.replace("Eligible", "Eligible because it was reported late"))
        assert c.state(old) == "ELG"
