"""The nastiest mails of mail.md whose trouble is time: rows 1, 21 and 24, through a running daemon on Dovecot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailflow.procedure.deadlines import long_date
from tests.acceptance.council import CMO, CONCLUSION, LETTER_2, PROVIDER
from tests.acceptance.nasty import PEOPLE, CutMail, WallClock, bed
from tests.acceptance.office import OfficeInPlay, words
from tests.acceptance.test_nasty_dovecot import automatic
from tests.flow.bench import write
from tests.flow.test_nasty_machines import GMAIL
from tests.servers import realmail

pytestmark = [
    pytest.mark.dovecot,
    pytest.mark.postfix,
    pytest.mark.skipif(bool(realmail.lacking()), reason=realmail.lacking()),
]


def test_row_01_the_reminder_leaves_on_its_day_all_the_same(tmp_path: Path):
    """Row 1: the clock is unchanged: an absence note does not stop the reminder of day 14."""
    with bed(tmp_path) as c:
        ref = c.waiting()
        c.deliver(automatic(GMAIL, c.letter(ref)), envelope="")
        c.go("2027-02-15 16:00")
        c.one(PROVIDER, LETTER_2, ref)


def test_row_21_arrival_at_the_last_second_of_a_day_across_the_clock_change(tmp_path: Path):
    """Row 21: 23:59:59 on the day of the change is that day in the office's zone, a second later the next one."""
    with bed(tmp_path, "2027-03-15 08:30") as c:
        first, second = c.waiting(), c.waiting()
        assert c.clocks(first) == {"T4": "2027-03-30"}, "day 14 is Easter Monday"
        for at, ref in (("2027-03-28T22:59:59+00:00", first), ("2027-03-28T23:00:00+00:00", second)):
            c.stage.now(datetime.fromisoformat(at))
            octets = write(PROVIDER, f"Re: [{ref}]", "We accept this.", auth="", message_id=f"<{ref}@x.test>")
            c.deliver(octets.replace(b"Mon, 01 Feb 2027", b"Mon, 05 Feb 2018"))
        assert [c.show(ref)["since"] for ref in (first, second)] == ["2027-03-28", "2027-03-29"]


def _change() -> date:
    """The last Sunday of March of last year: London goes forward."""
    last = date(datetime.now(UTC).year - 1, 3, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def test_row_21_internaldate_counts_and_not_the_date_header(tmp_path: Path):
    """Row 21: on the wall clock a mail was received when Dovecot says so, in the office's zone, whatever Date says."""
    sunday = _change()
    last = datetime(sunday.year, sunday.month, sunday.day, 22, 59, 59, tzinfo=UTC)
    arrivals = {PEOPLE[0]: last, PEOPLE[1]: last + timedelta(seconds=1)}
    dates = (b"Mon, 05 Feb 2018 09:00:00 +0000", f"Sat, 05 Feb {sunday.year + 2} 09:00:00 +0000".encode())
    with WallClock(tmp_path, strangers=PEOPLE[:2], mail=CutMail) as stage:
        office = OfficeInPlay(stage)
        for (who, arrived), said in zip(arrivals.items(), dates, strict=True):
            octets = write(who, "Missed calls", "Oakfield Care Ltd missed calls.", auth="", message_id=f"<21.{who}>")
            proof = f"Authentication-Results: {stage.mail.authserv_id}; dmarc=pass header.from=family.example\r\n"
            octets = proof.encode() + octets.replace(b"Mon, 01 Feb 2027 09:00:00 +0000", said)
            stage.mail.append(stage.mailboxes[0], octets, internaldate=arrived)
        found = {}
        for who in arrivals:
            answer = _answer(stage, who)
            fields = office.show(answer)["fields"]
            assert fields["Referrer"] == who
            found[who] = fields["Received"]
    assert found == {PEOPLE[0]: long_date(sunday), PEOPLE[1]: long_date(sunday + timedelta(days=1))}


def _answer(stage: WallClock, who: str) -> str:
    """The reference that the acknowledgement bears, as soon as it is there."""
    stage.mail.arrived(who, 1, seconds=90)
    return stage.inbox(who)[0].ref


def test_row_24_a_reply_a_year_after_the_end(tmp_path: Path):
    """Row 24: it goes to that concern and moves nothing; the officer is asked, and may open the dispute (M39)."""
    with bed(tmp_path) as c:
        ref = c.dispatched("2027-02-01 09:00", "2027-02-01 10:00")
        c.decided("2027-02-03", ref, "Decision: agreed, no default notice")
        c.word("2027-02-04 09:00", CMO, ref, "Send")
        c.go("2027-02-04 16:00")
        assert c.state(ref) == "CLO"
        c.go("2028-02-21 10:00")
        before = (c.state(ref), c.clocks(ref), c.children(ref), len(c.inbox(PROVIDER)))
        c.deliver(write(PROVIDER, f"Re: [{ref}] {CONCLUSION}", "We dispute your conclusion.", auth=""))
        assert (c.state(ref), c.clocks(ref), c.children(ref), len(c.inbox(PROVIDER))) == before
        asked = c.one(CMO, "The provider has written after the conclusion", ref)
        assert "We dispute your conclusion." in words(asked)
        c.press("2028-02-21 11:00", CMO, asked, "Dispute")
        assert c.children(ref) and c.count() == 1


def test_row_24_a_reply_to_a_merged_concern(tmp_path: Path):
    """Row 24: whoever answers a duplicate is heard on the concern that it was joined to, provider and referrer."""
    with bed(tmp_path) as c:
        first, somebody = c.waiting(), c.somebody()
        second = c.received(somebody)
        c.word(c.now, CMO, second, f"Provider is Oakfield Care Ltd\nDuplicate of {first}")
        joined = c.state(second)
        with c.unmoved(first, second):
            c.deliver(write(somebody, f"Re: [{second}]", "It happened again.", auth="", message_id="<r@x.t>"), somebody)
        assert any("It happened again." in words(mail) for mail in c.inbox(CMO) if mail.ref == first)
        c.deliver(write(PROVIDER, f"Re: [{second}]", "We accept this.", auth="", message_id="<p@x.test>"))
        assert (c.state(first), c.state(second)) == ("RSP", joined)
