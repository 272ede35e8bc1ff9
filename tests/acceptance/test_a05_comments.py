"""A5 and A6: the referrer's comments on a disputed reply, and the five outcomes of screening."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import (
    CMO,
    IN_HOUSE,
    OTHER_REFERRER,
    PROVIDER,
    PROVIDER_OTHER,
    REFERRER,
    REFERRER_MANAGER,
    REFERRERS,
    SERVICE_MANAGER,
    council,
)
from tests.acceptance.office import at, words

COMMENTS = "The provider's response, for your comments"
REMINDER = "Reminder: your comments"


def test_a5_the_referrers_comments(tmp_path: Path):
    """A5: a silent referrer and their manager are reminded on day 7 (rolled over Easter); comments in time stop that;
    of a protected referrer no manager hears."""
    with council(tmp_path, "2027-03-01 08:30") as c:
        staff = (REFERRER, OTHER_REFERRER, IN_HOUSE)
        refs = [c.dispatched(f"2027-03-01 1{n}:00", f"2027-03-01 1{n}:45", sender=staff[n]) for n in range(3)]
        silent, commented, protected = refs
        for n, ref in enumerate(refs):
            c.replied(f"2027-03-17 1{n}:00", ref, f"We dispute what is said (matter {n}).")
            c.word(f"2027-03-17 1{n}:30", CMO, ref, "Disputed")
            assert c.clocks(ref)["T6"] == "2027-03-19"
        c.word("2027-03-18 10:00", CMO, protected, "Referrer agrees to be asked\nProtected referrer")
        for n, ref in enumerate(refs):
            c.word(f"2027-03-19 10:0{n}", CMO, ref, "Send original")
        c.go("2027-03-19 10:30")
        asked = c.one(REFERRER, COMMENTS, silent)
        assert "by 4pm on Tuesday 30 March 2027" in words(asked) and at(asked) == "2027-03-19 10:15"
        assert [f.name for f in asked.attachments] == ["response.eml"] and b"matter 0" in asked.attachments[0].octets

        c.write("2027-03-24 10:00", OTHER_REFERRER, f"Re: [{commented}] {COMMENTS}", "I do not agree with them.")
        shown = c.one(CMO, "New information on the file", commented)
        assert "I do not agree with them." in words(shown) and "Friday 2 April 2027" in words(shown)
        assert c.clocks(commented) == {"T8": "2027-04-02"}

        c.go("2027-03-30 14:59")
        assert not c.all(REFERRER, REMINDER)
        c.go("2027-03-30 18:00")
        reminder = c.one(REFERRER, REMINDER, silent)
        assert at(reminder) == "2027-03-30 15:00" and reminder.cc == (REFERRER_MANAGER,)
        assert "Tuesday 6 April 2027" in words(reminder)
        assert c.one(REFERRER_MANAGER, REMINDER).message_id == reminder.message_id
        assert c.one(IN_HOUSE, REMINDER, protected).cc == ()
        assert not c.all(OTHER_REFERRER, REMINDER, commented)
        assert (c.clocks(silent), c.state(silent)) == ({"T8": "2027-04-06"}, "REV")


def test_a6_the_five_outcomes(tmp_path: Path):
    """A6: each outcome has its letters to its people and nobody else; where nothing is awaited no clock runs."""
    with council(tmp_path, "2027-02-01 08:30") as c:
        refs = [c.receive(f"2027-02-01 09:0{n}", subject=f"Matter {n}", sender=REFERRERS[n]) for n in range(5)]
        parked, low, isolated, in_house, eligible = refs
        c.word("2027-02-01 10:00", CMO, parked, "Service is Home care\nNot eligible: under investigation")
        c.word("2027-02-01 10:01", CMO, low, "Not eligible: low level")
        c.word("2027-02-01 10:02", CMO, isolated, "Not eligible: isolated")
        c.word("2027-02-01 10:03", CMO, in_house, "Service is Reablement\nIn-house")
        c.word("2027-02-01 10:04", CMO, eligible, "Provider is Oakfield Care Ltd\nEligible")
        c.go("2027-02-01 11:00")
        assert [c.state(ref) for ref in refs] == ["PRK", "XLO", "XIS", "XIH", "ELG"]

        m05 = c.one(REFERRERS[0], "Your concern is not being processed at this stage", parked)
        m06 = c.one(SERVICE_MANAGER, "A concern is not being processed at this stage", parked)
        for told in (m05, m06):
            assert len(told.to) == 1 and not told.cc and "still under investigation" in words(told)
            assert "processed or investigated by the Contract Management Team" in words(told)
        m07 = c.one(REFERRERS[1], "Please take this up at operational level", low)
        m08 = c.one(REFERRERS[2], "Your concern is returned", isolated)
        assert "in this instance" in words(m08) and m07.attachments and m08.attachments
        m09 = c.one(IN_HOUSE, "For you to investigate", in_house)
        assert m09.attachments and "Matter 3" in m09.attachments[0].octets.decode()
        assert "Nadia Frost" in words(c.one(REFERRERS[3], "Passed to the in-house service", in_house))
        c.one(REFERRERS[4], "We are taking this forward", eligible)

        assert not c.inbox(PROVIDER) and not c.inbox(PROVIDER_OTHER)
        mine = {m.ref for m in c.inbox(SERVICE_MANAGER)} | {m.ref for m in c.inbox(IN_HOUSE)}
        assert mine == {parked, in_house}
        assert set(c.clocks(parked)) == {"TP1", "TP2"}
        assert [c.clocks(ref) for ref in (low, isolated, in_house)] == [{}, {}, {}]
