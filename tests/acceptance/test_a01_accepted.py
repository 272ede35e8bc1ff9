"""A1 to A4: a concern that is accepted and closed, and the dates that weekends and holidays move."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.council import (
    CMO,
    CONCLUSION,
    LETTER_1,
    LETTER_2,
    OPS,
    PDF,
    PROVIDER,
    PROVIDER_OTHER,
    RECEIVED,
    REFERRER,
    REPLIED,
    SCREEN,
    SPO,
    TO_REFERRER,
    council,
)
from tests.acceptance.office import at, words


def test_a1_accepted_agreed_and_closed(tmp_path: Path, real: bool):
    """A1: received 1 February, closed 19 February, every date as the letters state it; nobody is reminded."""
    with council(tmp_path, "2027-02-01 09:00", real=real) as c:
        ref = c.receive("2027-02-01 09:30")
        assert at(c.one(REFERRER, RECEIVED)) == "2027-02-01 09:30"
        asked = words(c.one(CMO, SCREEN))
        assert "by the end of Monday 1 February 2027" in asked and "4pm on Wednesday 3 February 2027" in asked
        c.word("2027-02-01 10:15", CMO, ref, "Provider is Oakfield Care Ltd\nService is Home care\nEligible")
        assert "by 4pm on Wednesday 3 February 2027" in words(c.one(CMO, "Allocated to you"))

        c.word("2027-02-02 10:00", CMO, ref, "Send", attachments=[PDF])
        c.go("2027-02-02 10:15")
        letter = c.one(PROVIDER, LETTER_1)
        assert at(letter) == "2027-02-02 10:15" and "by 4pm on Tuesday 16 February 2027" in words(letter)
        assert letter.to == (PROVIDER,) and letter.cc == (PROVIDER_OTHER,)
        assert [(f.name, f.octets) for f in letter.attachments] == [(PDF[0], PDF[2])]
        assert c.clocks(ref)["T4"] == "2027-02-16"

        c.replied("2027-02-10 09:00", ref)
        assert c.clocks(ref)["T4"] == "2027-02-16 standing"
        c.press("2027-02-10 10:00", CMO, c.one(CMO, REPLIED), "Accepted")
        c.one(CMO, "Review due Wednesday 17 February 2027")
        assert c.clocks(ref) == {"T8": "2027-02-17"}

        c.word("2027-02-15 11:00", CMO, ref, "Recommend: The concern is upheld.\nDefault notice: no")
        pack = c.one(SPO, "Recommendation for your decision by Monday 22 February 2027")
        assert at(pack) == "2027-02-15 11:00" and "The concern is upheld." in words(pack)
        c.press("2027-02-18 11:00", SPO, pack, "Decision: agreed, no default notice")
        assert "by 4pm on Monday 22 February 2027" in words(c.one(CMO, "Decision made"))
        assert c.clocks(ref) == {"T11": "2027-02-22", "T12": "2027-02-22"}

        c.word("2027-02-19 11:00", CMO, ref, "Send")
        c.go("2027-02-19 11:15")
        concluded = c.one(PROVIDER, CONCLUSION)
        assert at(concluded) == "2027-02-19 11:15" and "by Friday 5 March 2027" in words(concluded)
        assert [f.name for f in concluded.attachments] == [PDF[0]]
        assert at(c.one(REFERRER, TO_REFERRER)) == "2027-02-19 11:15"
        assert len([m for m in c.inbox(OPS) if m.ref == ref]) == 1
        closed = c.one(CMO, "Closed")
        assert "Friday 19 February 2027" in words(closed) and at(closed) == "2027-02-19 11:15"
        assert len(c.report(ref)) == 1 and c.report(ref)[0].name in [f.name for f in closed.attachments]

        c.go("2027-02-20 12:00")
        told = c.show(ref)
        assert (told["state"], told["ended"], told["next"]) == ("CLO", True, [])
        assert told["fields"]["Dispute possible until"] == "Friday 5 March 2027"
        assert not c.all(PROVIDER, LETTER_2) and len(c.inbox(PROVIDER)) == 2


def test_a2_received_on_saturday_night(tmp_path: Path):
    """A2: the acknowledgement leaves at once; the clocks run from the Saturday, and the soft target is Monday."""
    with council(tmp_path, "2027-03-05 09:00") as c:
        c.receive("2027-03-06 23:10")
        assert at(c.one(REFERRER, RECEIVED)) == "2027-03-06 23:10"
        asked = words(c.one(CMO, SCREEN))
        assert "by the end of Monday 8 March 2027" in asked and "4pm on Tuesday 9 March 2027" in asked


def test_a3_a_reminder_over_easter(tmp_path: Path, real: bool):
    """A3: day 14 is Good Friday: the letter states Tuesday 30 March, and the reminder leaves then at 4pm BST."""
    with council(tmp_path, "2027-03-10 09:00", real=real) as c:
        silent = c.dispatched("2027-03-11 09:00", "2027-03-12 10:00")
        answering = c.dispatched("2027-03-12 11:00", "2027-03-12 13:00", subject="Late calls at Oakfield Care Ltd")
        for ref in (silent, answering):
            letter = words(c.one(PROVIDER, LETTER_1, ref))
            assert "by 4pm on Tuesday 30 March 2027" in letter and "26 March" not in letter
        assert c.clocks(silent)["T4"] == "2027-03-30"
        # Easter Monday, 10am summer time.
        c.replied("2027-03-29 09:00", answering)
        assert "by the end of Tuesday 30 March 2027" in words(c.one(CMO, REPLIED, answering))
        c.go("2027-03-30 14:59")
        assert not c.all(PROVIDER, LETTER_2)
        c.go("2027-03-30 18:00")
        reminder = c.one(PROVIDER, LETTER_2)
        assert reminder.ref == silent and at(reminder) == "2027-03-30 15:00"
        assert "12 March 2027" in words(reminder) and "Tuesday 6 April 2027" in words(reminder)
        assert (c.state(silent), c.state(answering)) == ("PRM", "RSP")


@pytest.mark.parametrize(
    ("calendar", "received", "due"),
    [
        ("uk-eng", "2026-12-23 10:00", "4pm on Tuesday 29 December 2026"),
        ("uk-eng", "2026-12-31 10:00", "4pm on Tuesday 5 January 2027"),
        ("uk-sct", "2026-12-31 10:00", "4pm on Wednesday 6 January 2027"),
    ],
)
def test_a4_christmas_and_new_year(tmp_path: Path, calendar: str, received: str, due: str):
    """A4: bank holidays, their substitute days and a country's own holidays are no working days."""
    with council(tmp_path, "2026-12-21 09:00", calendar=calendar) as c:
        c.receive(received)
        assert due in words(c.one(CMO, SCREEN))
