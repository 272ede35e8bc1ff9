"""The daily list of officers and the managers' weekly summary."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import CMO, OTHER_CMO, SPO, TMG, council
from tests.acceptance.office import at, words

DAILY = "Your concerns today"
WEEKLY = "Contract concerns: week to"


def test_daily_list_and_weekly_summary(tmp_path: Path):
    """M55: at 8am on working days to whoever has something due; M56: on the first working day of the week at 8am."""
    with council(tmp_path, "2027-04-01 08:00") as c:
        ref = c.receive("2027-04-01 09:00")
        c.eligible("2027-04-01 10:00", ref)
        c.go("2027-04-02 08:00")
        first = c.one(CMO, DAILY)
        assert at(first) == "2027-04-02 07:00" and ref in words(first) and "Tuesday 6 April 2027" not in words(first)
        assert "Monday 5 April 2027" in words(first)
        assert not c.all(OTHER_CMO, DAILY)
        c.go("2027-04-05 08:00")
        weekly = c.one(TMG, WEEKLY)
        assert at(weekly) == "2027-04-05 07:00" and weekly.subject.endswith("week to Sunday 4 April 2027")
        assert ref in words(weekly) and "Oakfield Care Ltd" in words(weekly) and "Beth Carrow" not in words(weekly)
        assert any(f.name.endswith(".csv") for f in weekly.attachments)
        assert [at(m) for m in c.all(CMO, DAILY)] == ["2027-04-02 07:00", "2027-04-05 07:00"]
        c.write("2027-04-05 09:00", SPO, "Weekly off", "Weekly off")
        c.go("2027-04-12 08:00")
        assert len(c.all(TMG, WEEKLY)) == 2 and len(c.all(SPO, WEEKLY)) == 1
