"""A9, A10 and A12: a provider who says nothing, who asks us to wait, who asks for more time."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import CMO, LETTER_2, PROVIDER, PROVIDER_OTHER, REPLIED, SPO, WHICH, council
from tests.acceptance.office import at, words

NO_RESPONSE = "For your decision: no response"


def test_a9_a_provider_who_never_answers(tmp_path: Path):
    """A9: reminder with the last date, heads-up, referral by the clock, and five working days over a bank holiday."""
    with council(tmp_path, "2027-04-02 09:00") as c:
        ref = c.dispatched("2027-04-02 10:00", "2027-04-05 10:00")
        c.go("2027-04-28 14:59")
        reminder = c.one(PROVIDER, LETTER_2)
        assert at(reminder) == "2027-04-19 15:00" and "Monday 26 April 2027" in words(reminder)
        assert reminder.cc == (PROVIDER_OTHER,)
        ahead = c.one(CMO, "No response after the reminder")
        assert at(ahead) == "2027-04-27 08:00" and "4pm on Wednesday 28 April 2027" in words(ahead)
        assert not c.all(SPO, NO_RESPONSE)
        c.go("2027-04-28 18:00")
        referred = c.one(SPO, NO_RESPONSE)
        assert at(referred) == "2027-04-28 15:00" and "Thursday 6 May 2027" in words(referred)
        assert c.state(ref) == "NRS" and c.clocks(ref)["T14b"] == "2027-05-06"
        c.word("2027-04-29 09:00", SPO, ref, "Review on the information available\nDefault notice: no")
        assert c.state(ref) == "REV" and c.children(ref) == {"DN-1": "Considered and declined"}


def test_a10_a_holding_reply(tmp_path: Path):
    """A10: "we are looking into it" stops nothing once the officer says so: the reminder leaves on its first date."""
    with council(tmp_path, "2027-04-12 09:00") as c:
        ref = c.dispatched("2027-04-12 10:00", "2027-04-13 10:00")
        c.replied("2027-04-15 10:00", ref, "Thank you, we are looking into it.")
        c.press("2027-04-16 10:00", CMO, c.one(CMO, REPLIED), "Holding reply")
        assert (c.state(ref), c.clocks(ref)) == ("WPR", {"T4": "2027-04-27"})
        c.go("2027-04-27 18:00")
        assert at(c.one(PROVIDER, LETTER_2)) == "2027-04-27 15:00"


def test_a12_more_time(tmp_path: Path):
    """A12, Q20: up to 14 days more from the officer, beyond that from the senior officer; a date gone by is asked."""
    with council(tmp_path, "2027-02-04 09:00") as c:
        refs = [c.dispatched(f"2027-02-05 1{n}:00", f"2027-02-05 1{n}:45") for n in range(3)]
        given, long, past = refs
        for n, ref in enumerate(refs):
            assert c.clocks(ref) == {"T4": "2027-02-19"}
            c.replied(f"2027-02-17 1{n}:00", ref, f"May we have more time for matter {n}?")
        c.word("2027-02-18 09:00", CMO, given, "Extend to 3 March")
        c.word("2027-02-18 09:05", CMO, long, "Extend to 28/3")
        c.word("2027-02-18 09:10", CMO, past, "Extend to 3 February")
        c.go("2027-02-18 10:00")
        agreed = c.one(PROVIDER, "New date agreed")
        assert agreed.ref == given and "by 4pm on Wednesday 3 March 2027" in words(agreed)
        assert (c.state(given), c.clocks(given)) == ("WPR", {"T4": "2027-03-03"})

        refused = words(c.one(CMO, WHICH, long))
        assert "Tuesday 30 March 2027" in refused and "Senior Procurement Officer" in refused
        c.one(CMO, WHICH, past)
        for ref in (long, past):
            assert (c.state(ref), c.clocks(ref)["T4"]) == ("RSP", "2027-02-19 standing")
        c.word("2027-02-18 11:00", SPO, long, "Extend to 28/3")
        c.go("2027-02-18 12:00")
        assert "by 4pm on Tuesday 30 March 2027" in words(c.one(PROVIDER, "New date agreed", long))
        assert c.clocks(long) == {"T4": "2027-03-30"}
