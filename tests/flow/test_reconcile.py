"""The comparison of the books: each kind of difference, planted, is found and named; a sound office has none."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from mailflow.errors import MailboxUnavailable
from mailflow.flow.nightly import compare_nightly, done_on, night_of
from mailflow.flow.reconcile import Report, reconcile
from mailflow.mailbox.source import Listing
from tests.flow.bench import MAYA, OLIVE, Bench, at

VALIDITY = 1


class Box:
    """A mailbox that lists what it is told."""

    def __init__(self) -> None:
        self.uids: set[int] = set()
        self.validity, self.away = VALIDITY, False

    def folders(self) -> tuple[str, ...]:
        return ("INBOX",)

    def listed(self, folder: str) -> Listing:
        if self.away:
            raise MailboxUnavailable("The mailbox did not answer.")
        return Listing(self.validity, frozenset(self.uids))


class Office:
    """A concern that waits for the provider, its mailbox, and a way to damage its store."""

    def __init__(self, bench: Bench, path: Path) -> None:
        self.bench, self.path, self.box = bench, path, Box()
        self.now = bench.now
        self.box.uids = {row[0] for row in self.sql("SELECT uid FROM sightings")}

    def sql(self, *statements: str) -> list[tuple]:
        """Past every rule of the program."""
        with closing(sqlite3.connect(self.path)) as db, db:
            return [row for statement in statements for row in db.execute(statement).fetchall()]

    def report(self) -> Report:
        return reconcile(self.bench.house, self.bench.office, self.box, self.now)

    def kinds(self) -> list[str]:
        return sorted(d.kind for d in self.report().differences)

    def night(self) -> bool:
        """The comparison of this night; then what it put in the outbox leaves."""
        told = compare_nightly(self.bench.house, self.bench.office, self.box, self.now)
        self.bench.now = self.now
        self.bench.settle()
        return told

    def told(self) -> list[str]:
        """The reports on the books in the outbox, oldest first."""
        with self.bench.store.read() as unit:
            found = [letter for letter, _ in unit.outbox.of_case(self.bench.office.stream)]
        return [x.octets.decode("ascii") for x in found if x.why == "health"]


@pytest.fixture
def office(waiting: Bench, tmp_path: Path) -> Office:
    """A concern with the provider since 1 February 2027; every mail was read, every letter has left."""
    waiting._uid = itertools.count(2000)  # none that the ledger has
    return Office(waiting, tmp_path / "mailflow-0.db")


MAIL = f"(SELECT identity FROM inbox WHERE sender = '{MAYA}' ORDER BY first_kept_at LIMIT 1)"
FIRST = f"(SELECT identity FROM inbox WHERE sender = '{OLIVE}')"
LETTER = "(SELECT id FROM letters WHERE template = 'M20')"
PLANTED = {
    "no place": [f"DELETE FROM sightings WHERE identity = {MAIL}"],
    "no outcome": [f"UPDATE inbox SET state = 'lost' WHERE identity = {MAIL}"],
    "no reason": [f"UPDATE inbox SET reason = '' WHERE identity = {MAIL}"],
    "not sorted": [f"UPDATE inbox SET state = 'kept' WHERE identity = {FIRST}"],
    "not asked": [f"UPDATE inbox SET state = 'held' WHERE identity = {MAIL}"],
    "no case": [f"UPDATE inbox SET \"case\" = 'CC-2027-0999-XX' WHERE identity = {MAIL}"],
    "not filed": [f"DELETE FROM correspondence WHERE identity = {MAIL}"],
    "no letter": [
        f"DELETE FROM attempts WHERE letter = {LETTER}",
        f"DELETE FROM envelopes WHERE letter = {LETTER}",
        f"DELETE FROM letters WHERE id = {LETTER}",
    ],
    "no envelope": [f"DELETE FROM envelopes WHERE letter = {LETTER}"],
    "not sent": [f"UPDATE envelopes SET state = 'refused' WHERE letter = {LETTER}"],
    "claimed": [f"UPDATE attempts SET ended_at = NULL WHERE letter = {LETTER}"],
    "not decided": [
        "INSERT INTO letters SELECT 'CC-2027-0001-AS/x/9', \"case\", machine, template, party, 999, '<x@y>', "
        "mail_from, leave_at, why, party_mail, priority, recorded_at, home_at, octets FROM letters "
        "WHERE template = 'M20'",
        "INSERT INTO envelopes SELECT 'CC-2027-0001-AS/x/9', recipient, state, attempts, next_at, left_at, verdict, "
        f"home FROM envelopes WHERE letter = {LETTER}",
    ],
}


def test_a_sound_office_has_none(office: Office):
    """Nothing differs, and the counts say what was compared."""
    report = office.report()
    assert report.differences == () and report.away == ""
    assert (report.sightings, report.outcomes) == (3, {"done": 3})
    assert report.cases == 1 and report.letters >= 5
    (inbox,) = report.folders
    assert (inbox.listed, inbox.known, inbox.waiting, inbox.gone) == (3, 3, 0, 0)


@pytest.mark.parametrize("kind", PLANTED)
def test_each_kind_of_difference_is_found_and_named(office: Office, kind: str):
    """One sentence that names the mail or the letter, and what to do; nothing else is called different."""
    office.now += timedelta(hours=2)
    about = office.sql(f"SELECT {LETTER if 'letter' in PLANTED[kind][0] else FIRST if kind == 'not sorted' else MAIL}")
    office.sql(*PLANTED[kind])
    if kind == "no place":
        office.box.uids.clear()
    (found,) = office.report().differences
    assert found.kind == kind and found.do.endswith((".", "list"))
    if kind == "not decided":
        assert found.letter == "CC-2027-0001-AS/x/9" in found.what
    elif found.letter:
        assert found.letter == about[0][0] in found.what
    else:
        assert found.mail == about[0][0] and found.mail[:16] in found.what
        assert (found.folder, found.uidvalidity, found.uid > 999) == ("INBOX", 1, True) or kind == "no place"


def test_a_mail_that_the_ledger_saw_and_the_inbox_lost(office: Office):
    """It is named by its place, and the case by whose event it is missed."""
    (identity,) = office.sql(f"SELECT {MAIL}")[0]
    (uid,) = office.sql(f"SELECT uid FROM sightings WHERE identity = '{identity}'")[0]
    office.sql(f"DELETE FROM inbox WHERE identity = '{identity}'")
    place, event = office.report().differences
    assert place.kind == event.kind == "no mail"
    assert f"UID {uid} in INBOX" in place.what and (place.uid, place.folder) == (uid, "INBOX")
    assert event.case == office.bench.ref() and identity[:16] in event.what


def test_a_letter_that_waits_beyond_its_time_is_late(office: Office):
    """A letter that has not left a day after it was to leave is named, with what the outbox says of it."""
    office.sql(
        f"UPDATE envelopes SET state = 'deferred', next_at = '2027-03-01' WHERE letter = {LETTER}",
    )
    assert office.kinds() == ["not sent"]
    office.now += timedelta(hours=23)
    assert office.kinds() == ["late", "not sent"]


def test_a_claim_without_an_attempt(office: Office):
    """An envelope that is claimed although nobody is trying would wait for ever."""
    office.sql(f"UPDATE envelopes SET state = 'claimed' WHERE letter = {LETTER}")
    assert "claimed" in office.kinds()


def test_a_live_attempt_is_no_difference(office: Office):
    """A courier at work holds its claim until the lease runs out."""
    lease = (office.now + timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S.000000")
    office.sql(
        f"UPDATE envelopes SET state = 'claimed' WHERE letter = {LETTER}",
        f"UPDATE attempts SET ended_at = NULL, lease_until = '{lease}' WHERE letter = {LETTER}",
    )
    assert "claimed" not in office.kinds()
    office.now += timedelta(minutes=40)
    assert "claimed" in office.kinds()


def test_a_doubt_about_which_nobody_is_asked(office: Office):
    """In doubt is an outcome as long as somebody is asked; after two days in silence it is a difference."""
    office.sql(f"UPDATE envelopes SET state = 'in_doubt' WHERE letter = {LETTER}")
    assert "in doubt" not in office.kinds()
    office.now += timedelta(days=3)
    assert "in doubt" in office.kinds()
    letter = office.sql(f"SELECT {LETTER}")[0][0]
    office.sql(f"INSERT INTO held VALUES ('letter:{letter}', '{letter}', 'doubt', '{{}}', '2027-02-01', '', 1)")
    assert "in doubt" not in office.kinds()


def test_a_home_copy_that_never_came(office: Office):
    """Named only where a copy of a later letter came home, a day on, and for thirty days."""
    office.now += timedelta(days=2)
    assert office.kinds() == [], "no copy ever came home: nothing is proved"
    last = "(SELECT letter FROM attempts ORDER BY id DESC LIMIT 1)"
    office.sql(f"UPDATE letters SET home_at = '2027-02-01 11:30:00' WHERE id = {last}")
    letters = office.report().letters
    assert office.kinds() == ["no copy"] * (letters - 1)
    assert all("its copy never came home" in d.what and d.letter in d.what for d in office.report().differences)
    office.sql("UPDATE letters SET home_at = '2027-02-01 11:30:00'")
    assert office.kinds() == []
    office.sql("UPDATE letters SET home_at = NULL WHERE template = 'M01'")
    assert office.kinds() == ["no copy"]
    office.now += timedelta(days=30)
    assert "no copy" not in office.kinds()


def test_a_copy_of_a_letter_that_the_outbox_does_not_know(office: Office):
    """As after an older backup was put back: our own header proves that it left, and the outbox knows nothing."""
    (octets,) = office.sql("SELECT octets FROM letters WHERE template = 'M20'")[0]
    letter = office.sql(f"SELECT {LETTER}")[0][0]
    office.sql(*PLANTED["no letter"], f"DELETE FROM message_ids WHERE identity = '{letter}'")
    office.bench.raw("2027-02-01 12:00", octets)
    assert office.kinds() == ["no letter", "unknown copy"]
    (found,) = [d for d in office.report().differences if d.kind == "unknown copy"]
    assert found.letter == letter in found.what and "backup" in found.do


def test_an_old_header_of_somebody_else_proves_nothing(office: Office):
    """A loop header alone can be written by anybody: only a letter id that we signed is a letter of ours."""
    (octets,) = office.sql("SELECT octets FROM letters WHERE template = 'M20'")[0]
    head = b"".join(
        x for x in octets.splitlines(True) if not x.lower().startswith((b"message-id", b"x-mailflow-letter"))
    )
    office.bench.raw("2027-02-01 12:00", head)
    assert office.kinds() == []


# -- the mailbox ----------------------------------------------------------------------------------------------------


def test_what_officers_do_with_mail_that_was_read_is_no_difference(office: Office):
    """Moved and deleted mail is counted as gone."""
    office.box.uids.pop()
    report = office.report()
    assert report.differences == () and report.folders[0].gone == 1


def test_what_came_after_the_last_look_waits(office: Office):
    """It is counted, not called a difference."""
    office.box.uids |= {5000, 5001}
    report = office.report()
    assert report.differences == () and report.folders[0].waiting == 2


def test_a_folder_made_again_is_read_again(office: Office):
    """Under a new UIDVALIDITY every mail waits; the old places are no difference."""
    office.box.validity, office.box.uids = 2, {1, 2, 3}
    report = office.report()
    assert report.differences == () and report.folders[0].waiting == 3


def test_a_mail_that_was_passed_over(office: Office):
    """Later mails were read and this one was not: named by folder, UIDVALIDITY and UID."""
    office.box.uids |= {7}
    (found,) = office.report().differences
    assert (found.kind, found.folder, found.uidvalidity, found.uid) == ("not read", "INBOX", 1, 7)
    assert "UID 7 in INBOX" in found.what and "UIDVALIDITY 1" in found.what


def test_a_mail_that_the_server_lists_and_does_not_give(office: Office):
    """For a day it is asked for again and waits; then it is named."""
    office.box.uids |= {7}
    with office.bench.store.unit() as unit:
        since = f'{{"INBOX/7": "{office.now.isoformat()}"}}'
        unit.meta.put(f"missing:{office.bench.office.mailbox}", since)
    assert office.kinds() == [] and office.report().folders[0].waiting == 1
    office.now += timedelta(days=1)
    assert office.kinds() == ["not given"]


def test_a_mailbox_that_is_away_is_said_and_the_rest_compared(office: Office):
    """The books are compared without it."""
    office.box.away = True
    office.sql(*PLANTED["no reason"])
    report = office.report()
    assert report.away and [d.kind for d in report.differences] == ["no reason"]


def test_what_is_under_way_is_looked_at_twice(office: Office):
    """A difference that is gone at the second look was only a moment between two commits."""
    office.box.uids |= {7}
    looks = []

    def listed(_folder: str) -> Listing:
        looks.append(1)
        return Listing(1, frozenset(office.box.uids if len(looks) == 1 else office.box.uids - {7}))

    office.box.listed = listed  # type: ignore[method-assign]
    assert office.report().differences == () and len(looks) == 2


# -- every night ----------------------------------------------------------------------------------------------------


def test_a_night_without_differences_tells_nobody(office: Office):
    """0 differences is the normal answer, and it is remembered that the night is done."""
    office.now = at("2027-02-02 03:00")
    assert not office.night() and office.told() == []
    assert done_on(office.bench.house, office.bench.office) == "2027-02-02"


def test_it_is_due_at_three_by_the_office_s_clock(office: Office):
    """Before that hour no night is due."""
    assert night_of(office.bench.office, at("2027-07-01 01:59")) == ""
    assert night_of(office.bench.office, at("2027-07-01 02:00")) == "2027-07-01", "summer time"


def test_the_administrator_hears_of_a_difference_once(office: Office):
    """Not again the next night; again when it has changed, and when it was gone and is back."""
    office.now = at("2027-02-02 03:00")
    office.box.uids |= {7}
    assert office.night() and len(office.told()) == 1
    assert "UID 7 in INBOX" in " ".join(office.told()[0].split())
    for _ in range(2):
        office.now += timedelta(days=1)
        assert not office.night()
    office.box.uids |= {8}
    office.now += timedelta(days=1)
    assert office.night() and len(office.told()) == 2
    assert "UID 8 in INBOX" in office.told()[-1] and "UID 7" not in office.told()[-1]
    office.box.uids -= {7, 8}
    office.now += timedelta(days=1)
    assert not office.night()
    office.box.uids |= {7}
    office.now += timedelta(days=1)
    assert office.night() and len(office.told()) == 3


def test_a_mail_that_still_waits_the_next_night_is_named(office: Office):
    """What had come at one night and is unread at the next: the reading does not get on."""
    office.now = at("2027-02-02 03:00")
    office.box.uids |= {5000}
    assert not office.night()
    office.now += timedelta(days=1)
    assert office.night() and "UID 5000 in INBOX" in " ".join(office.told()[0].split())


def test_many_differences_are_one_mail_of_bounded_length(office: Office):
    """Twenty are named, the others counted; the command shows all."""
    office.now = at("2027-02-02 03:00")
    office.box.uids |= set(range(1, 60))
    assert office.night()
    (mail,) = office.told()
    assert "Difference 20" in mail and "Difference 21" not in mail and "39 further ones" in mail
    office.now += timedelta(days=1)
    assert not office.night(), "the others were told of as well"


def test_a_health_letter_that_cannot_be_rendered_is_told_the_next_night(office: Office, monkeypatch):
    """The night is done, and nothing counts as told."""
    from mailflow.errors import CannotRender
    from mailflow.flow import nightly

    def broken(*_: object, **__: object) -> str:
        raise CannotRender("shared/M60")

    office.now = at("2027-02-02 03:00")
    office.box.uids |= {7}
    with monkeypatch.context() as patch:
        patch.setattr(nightly, "tell_administrator", broken)
        assert not office.night()
    office.now += timedelta(days=1)
    assert office.night()
