"""A14 and A15: remedial actions that are not taken, and a default notice on its way to the one who may issue it."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import CMO, CONCLUSION, NOT_DONE, OPS, PROVIDER, REFERRER, SPO, council
from tests.acceptance.office import at, words

OVERDUE = "Reminder: action overdue"
NOT_TAKEN = "For your decision: action not taken"
TO_ISSUE = "Default notice to issue"
ISSUED = "Default notice issued"
CONFIRM = "Please confirm"


def test_a14_actions_not_taken(tmp_path: Path):
    """A14: the reminder on day 14 or on the agreed date, referral two working days later, each action by itself."""
    with council(tmp_path, "2027-04-06 08:00") as c:
        ref = c.dispatched("2027-04-07 08:00", "2027-04-07 08:45")
        ordered = "Action: Train the staff\nAction: Publish a new rota by 30 April\nDefault notice: no"
        c.decided("2027-04-09", ref, f"Decision: alternative: Upheld in part.\n{ordered}")
        c.word("2027-04-12 09:00", CMO, ref, "Send")
        c.go("2027-04-12 10:00")
        letter = words(c.one(PROVIDER, CONCLUSION))
        assert "Train the staff" in letter and "Friday 30 April 2027" in letter and "Monday 26 April 2027" in letter
        assert "Train the staff" in words(c.one(OPS, "Please validate these actions"))
        assert c.show(ref)["fields"]["Closed on the contract database"] == "Monday 12 April 2027"
        assert c.state(ref) == "CON"

        c.go("2027-05-06 09:00")
        first, second = c.all(PROVIDER, OVERDUE)
        assert at(first) == "2027-04-26 15:00" and "Train the staff" in words(first)
        assert "Wednesday 28 April 2027" in words(first)
        assert at(second) == "2027-04-30 15:00" and "Publish a new rota" in words(second)
        assert [at(m) for m in c.all(SPO, NOT_TAKEN)] == ["2027-04-28 15:00", "2027-05-05 15:00"]
        there = c.children(ref)
        assert there["DN-1"] == "Being considered" and len([k for k in there if k.startswith("DN")]) == 1
        assert c.state(ref) == "CON"


def test_a15_a_default_notice_is_passed_on_and_never_sent(tmp_path: Path):
    """A15: the time to dispute, the pack to the senior officer, five working days; only a person serves the notice.
    Recording it needs a fresh code (G7), and an officer without the role cannot."""
    with council(tmp_path, "2027-05-04 08:00") as c:
        ref = c.dispatched("2027-05-04 08:00", "2027-05-04 09:00")
        decision = "Decision: agreed, default notice"
        c.decided("2027-05-06", ref, decision, recommend="Default notice: yes")
        c.word("2027-05-07 09:00", CMO, ref, "Send")
        c.go("2027-05-07 10:00")
        assert "Friday 21 May 2027" in words(c.one(PROVIDER, CONCLUSION))
        assert c.clocks(ref)["TW"] == "2027-05-21"
        c.go("2027-05-25 14:59")
        assert not c.all(SPO, TO_ISSUE)
        c.go("2027-05-25 15:30")
        pack = c.one(SPO, TO_ISSUE)
        assert at(pack) == "2027-05-25 15:00" and "Wednesday 2 June 2027" in words(pack)
        assert "This is a default notice under contract CM-2024-017" in words(pack)
        assert c.clocks(ref) == {"T15b": "2027-06-02"}

        told = "Default notice issued 26 May 2027 remedy by 30 June 2027"
        c.word("2027-05-26 09:00", CMO, ref, told)
        assert c.all(CMO, NOT_DONE)
        c.word("2027-05-26 10:00", SPO, ref, told)
        assert c.children(ref)["DN-1"] == "To be issued by the Senior Procurement Officer"
        asked = c.inbox(SPO)[-1]
        c.press("2027-05-26 10:05", SPO, asked, asked.buttons[0].label)
        issued = words(c.one(CMO, ISSUED))
        assert "Wednesday 26 May 2027" in issued and "Wednesday 30 June 2027" in issued
        assert c.children(ref)["DN-1"] == "Issued"
        for reader in (PROVIDER, REFERRER):
            assert not c.all(reader, "Default notice")
