"""When digests are due, who gets them, and what they count (domain.md 6.1 M55, M56 and 6.2)."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import date, timedelta
from email.policy import default

import pytest

from mailflow.flow import weekly
from mailflow.flow.counting import stories, week_before
from mailflow.flow.office_mail import note
from mailflow.flow.summarise import due_digests, next_digest, run_daily, run_weekly
from mailflow.flow.verifying import witness
from mailflow.store import Store
from mailflow.store.chain import read_head
from tests.flow.digests import GEORGE, INES, MAYA, PRIYA, ROOT, TOM, Desk, at, office

MONDAY = at("2027-03-08 08:00")


@pytest.fixture
def store(tmp_path):
    """A fresh store."""
    fresh = Store(f"sqlite:///{tmp_path}/mailflow.db")
    fresh.migrate()
    yield fresh
    fresh.close()


@pytest.fixture
def desk(store):
    """The council's office."""
    return Desk(store)


def text_of(desk: Desk, template: str, party: str) -> str:
    """The plain words of the newest such mail, its lines joined."""
    mail = email.message_from_bytes(desk.octets(template, party), policy=default)
    return " ".join(mail.get_body(("plain",)).get_content().split())


def scope_of(desk: Desk, today: date) -> weekly.Scope:
    """What a manager of all services would see on a day."""
    with desk.house.store.read() as unit:
        known = tuple(stories(desk.house, unit, desk.office))
    return weekly.Scope(desk.office, known, week_before(desk.office.calendar, today), today)


def table(desk: Desk, kind: str, today: date) -> dict:
    """The first section of a kind, as the letter shows it."""
    section = next(s for s in desk.office.procedure.summary if s.kind == kind)
    return weekly.shown(scope_of(desk, today), section)


# -- when ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2027-03-01 07:59", "2027-03-01 08:00"),
        ("2027-03-01 08:00", "2027-03-02 08:00"),
        ("2027-03-05 09:00", "2027-03-08 08:00"),  # over the weekend
        ("2027-03-25 09:00", "2027-03-30 07:00"),  # Easter, and 8am of summer time is 7am UTC (K11)
    ],
)
def test_a_digest_is_due_at_eight_on_working_days(after, due):
    """Digests leave at 8am local time of a working day (K10)."""
    assert next_digest(office(), at(after)) == at(due)


def test_nothing_before_eight(desk):
    """At 7.59 nothing is made; at eight it is, once."""
    desk.to_review()
    assert not due_digests(desk.house, MONDAY - timedelta(minutes=1))
    assert due_digests(desk.house, MONDAY)
    assert not due_digests(desk.house, MONDAY + timedelta(minutes=1))


def test_after_an_outage_only_the_newest_weekly_is_made_up_for(desk):
    """Down for two weeks, up on a Wednesday: one summary, for the week that ended last."""
    desk.to_review()
    assert run_weekly(desk.house, desk.office, at("2027-03-24 13:00"))
    assert "week to Sunday 21 March 2027" in text_of(desk, "M56", INES)
    assert len(desk.letters("M56")) == 3


def test_a_daily_list_of_yesterday_is_not_sent_today(desk):
    """Down on Friday, up on Saturday: no list; it would say "today" of another day."""
    desk.to_review()
    assert not run_daily(desk.house, desk.office, at("2027-03-13 09:00"))
    assert desk.letters("M55") == []


def test_after_easter_the_summary_leaves_on_tuesday(desk):
    """The first working day of the week, not Monday (K1)."""
    desk.to_review()
    assert not run_weekly(desk.house, desk.office, at("2027-03-29 12:00"))
    run_weekly(desk.house, desk.office, at("2027-03-30 07:00"))
    assert "week to Sunday 28 March 2027" in text_of(desk, "M56", INES)


def test_a_new_office_begins_in_silence(desk):
    """Before anything has come there is nothing to sum up."""
    assert not run_weekly(desk.house, desk.office, MONDAY)
    desk.concern("2027-03-08 09:00")
    assert not run_weekly(desk.house, desk.office, at("2027-03-08 10:00"))


# -- who ----------------------------------------------------------------------------------------------------------


def test_the_weekly_goes_to_subscribers(desk):
    """Officers whom the register lists for it."""
    desk.to_review()
    run_weekly(desk.house, desk.office, MONDAY)
    assert set(desk.letters("M56")) == {INES, PRIYA, GEORGE}


def test_the_last_word_on_a_subscription_counts(desk):
    """ "Weekly off" and "Weekly on" are lines of the office's stream; a stranger's changes nothing."""
    desk.to_review()
    words = [(PRIYA, False), (TOM, True), (INES, False), (INES, True), ("x@stranger.example", True)]
    for n, (address, on) in enumerate(words):
        with desk.house.store.unit() as unit:
            entry = [("subscription", {"address": address, "on": on})]
            note(unit, desk.office, entry, cause=f"word:{n}", now=at("2027-03-05 09:00"))
    run_weekly(desk.house, desk.office, MONDAY)
    assert set(desk.letters("M56")) == {TOM, INES, GEORGE}


def test_a_manager_sees_only_their_services(store):
    """A summary is scoped to the manager's services; one without limits sees all."""
    base = office()
    officers = tuple(
        replace(o, services=("Residential care",)) if o.email == PRIYA else o for o in base.register.officers
    )
    desk = Desk(store, replace(base, register=replace(base.register, officers=officers)))
    desk.to_review()
    run_weekly(desk.house, desk.office, MONDAY)
    assert "1 concern received" in text_of(desk, "M56", INES)
    assert "0 concerns received" in text_of(desk, "M56", PRIYA) and "CC-2027" not in text_of(desk, "M56", PRIYA)


# -- the daily list -----------------------------------------------------------------------------------------------


def daily(desk: Desk, when: str, party: str = MAYA) -> str:
    """The daily list of one officer on a day, in words; "" if there was none."""
    run_daily(desk.house, desk.office, at(when))
    return text_of(desk, "M55", party) if party in desk.letters("M55") else ""


def test_nothing_to_do_is_no_mail(desk):
    """A list leaves only if something is due, overdue, due next or waiting."""
    desk.to_review()  # the review is due on 9 March
    assert daily(desk, "2027-03-05 08:00") == ""


@pytest.mark.parametrize(
    ("when", "group"),
    [("2027-03-08 08:00", "Due on the next working day"), ("2027-03-09 08:00", "Due today")],
)
def test_the_day_before_and_the_day(desk, when, group):
    """ESC: one working day before a line in the list; on the day it is due."""
    desk.to_review()
    assert f"{group} ---" in daily(desk, when).replace("- -", "---")


def test_overdue_is_counted_in_working_days(desk):
    """From the day after the due date, up to and including today: Tuesday 9 to Monday 15 March is four."""
    desk.to_review()
    assert "4 working days" in daily(desk, "2027-03-15 08:00")


def test_a_wish_of_the_procedure_stands_apart(desk):
    """A missed "same working day where possible" is late, but softly (K7)."""
    desk.concern("2027-03-01 09:00")
    words = daily(desk, "2027-03-02 08:00")
    assert 'where it says "where possible"' in words and "Overdue ---" not in words


def test_a_word_that_was_not_taken_waits_for_its_officer(desk):
    """Whoever was asked "which did you mean?" finds it in the list until they say something that fits."""
    ref = desk.to_review()
    desk.says(ref, MAYA, "2027-03-03 09:00", "send")
    assert "Waiting for your answer" in daily(desk, "2027-03-04 08:00")
    desk.says(ref, MAYA, "2027-03-04 09:00", ("note", {"text": "done"}))
    run_daily(desk.house, desk.office, at("2027-03-05 08:00"))
    assert len(desk.letters("M55")) == 1


def test_a_held_mail_waits_for_whoever_screens(desk):
    """A mail nobody could place stands in the list under its own tag."""
    with desk.house.store.unit() as unit:
        at_nine = at("2027-03-01 09:00")
        unit.inbox.keep(
            "i1",
            b"From: x@y.example\r\n\r\nhello",
            mailbox=desk.office.mailbox,
            folder="INBOX",
            uidvalidity=1,
            uid=1,
            arrived_at=at_nine,
            kept_at=at_nine,
        )
        unit.held.open("CCH-2027-0001-AA", "i1", "nobody knows the sender", {}, at_nine)
    words = daily(desk, "2027-03-02 08:00", TOM)
    assert "CCH-2027-0001-AA" in words and "nobody knows the sender (asked Mon 1 Mar 2027)" in words


# -- the weekly summary -------------------------------------------------------------------------------------------


def test_the_subject_names_the_week(desk):
    """The words come from the procedure, the date is the Sunday (6.2)."""
    desk.to_review()
    run_weekly(desk.house, desk.office, MONDAY)
    mail = email.message_from_bytes(desk.octets("M56", INES), policy=default)
    assert mail["Subject"] == "Contract concerns: week to Sunday 7 March 2027"
    assert mail["List-Unsubscribe"] and mail["Auto-Submitted"] == "auto-generated"


def test_tables_are_attached_as_csv(desk):
    """What the mail shows as tables can be opened in a spreadsheet; the first octets say that it is UTF-8."""
    desk.to_review()
    run_weekly(desk.house, desk.office, MONDAY)
    mail = email.message_from_bytes(desk.octets("M56", INES), policy=default)
    files = {a.get_filename(): a.get_payload(decode=True) for a in mail.iter_attachments()}
    octets = files["02-concerns-by-stage.csv"]
    assert octets.startswith(b"\xef\xbb\xbf") and b"8,Under review,1,1\r\n" in octets


def test_a_case_is_counted_where_it_stood_on_sunday(desk):
    """What happens on Monday morning belongs to the next week."""
    ref = desk.to_review()
    before = table(desk, "stages", date(2027, 3, 8))["rows"]
    desk.says(ref, MAYA, "2027-03-08 07:30", ("withdrawn", {"reason": "by the referrer"}))
    assert table(desk, "stages", date(2027, 3, 8))["rows"] == before
    assert table(desk, "stages", date(2027, 3, 15))["rows"][-1] == ["All", "All open", 0, -1]


def test_the_week_is_local(desk):
    """A concern of Sunday 11.30pm summer time belongs to the week that ends then (K2)."""
    desk.concern("2027-04-04 22:30")
    desk.concern("2027-04-04 23:30")  # Monday 0.30am in London
    assert table(desk, "arrivals", date(2027, 4, 5))["rows"][0] == ["Received", 1]
    assert table(desk, "arrivals", date(2027, 4, 12))["rows"][0] == ["Received", 1]


def test_overdue_comes_worst_first(desk):
    """Reference, party, step, owner, due date and working days late, up to and including the day of the report."""
    first, second = desk.to_review("2027-03-01 09:00"), desk.to_review("2027-03-03 09:00")
    rows = table(desk, "overdue", date(2027, 3, 15))["rows"]
    assert [(row[0], row[3], row[5]) for row in rows] == [(first, "Maya Okafor", 4), (second, "Maya Okafor", 2)]


def test_a_protected_case_is_counted_and_not_listed(desk):
    """Neither reference nor party of a protected case stands in the summary (6.2, Q9)."""
    ref = desk.to_review()
    desk.says(ref, MAYA, "2027-03-03 09:00", ("protect", {}))
    overdue = table(desk, "overdue", date(2027, 3, 15))
    assert overdue["rows"] == [] and "1 more on protected cases" in overdue["note"]
    assert table(desk, "stages", date(2027, 3, 15))["rows"][-1][2] == 1


def test_no_person_but_officers(desk):
    """The summary names neither the referrer nor the provider's contact (Q36)."""
    desk.to_review()
    run_weekly(desk.house, desk.office, MONDAY)
    words = text_of(desk, "M56", INES).lower()
    assert "nurse" not in words and "pat" not in words.split() and "maya okafor" in words


def test_the_head_of_the_record_stands_in_it(desk):
    """G14: each manager's mailbox is a witness: the mail names the newest entry, and says what that is for."""
    desk.to_review()
    with desk.house.store.read() as unit:
        head = unit.chain.head()
    run_weekly(desk.house, desk.office, MONDAY)
    words = text_of(desk, "M56", INES)
    assert f"Record up to {head}" in " ".join(words.split()) and "Please keep this mail" in words
    for part in ("plain", "html"):
        mail = email.message_from_bytes(desk.octets("M56", PRIYA), policy=default)
        named = read_head(re.sub("<[^>]*>", " ", mail.get_body((part,)).get_content()))
        with desk.house.store.read() as unit:
            assert named and witness(unit, named).good and unit.chain.at(named.number).hash == head.hash


def test_what_is_due_counts_the_days_date_and_six_more(desk):
    """Due in the seven days from the summary's date, that date included."""
    desk.to_review("2027-03-08 09:00")  # the review is due on 16 March
    for day, n in ((9, 0), (10, 1), (16, 1), (17, 0)):
        assert len(table(desk, "coming", date(2027, 3, day))["rows"]) == n, day


def test_refusals_are_counted_by_their_outcome(desk):
    """Received, and refused by each outcome, in the week."""
    ref = desk.concern("2027-03-01 09:00")
    desk.says(ref, MAYA, "2027-03-02 09:00", "low_level")
    rows = dict(map(tuple, table(desk, "arrivals", date(2027, 3, 8))["rows"]))
    assert rows == {"Received": 1, "Returned: low level": 1}


def test_an_undone_word_is_not_counted(desk):
    """What was undone did not happen (Q33)."""
    ref = desk.concern("2027-03-01 09:00")
    desk.says(ref, MAYA, "2027-03-02 09:00", "low_level")
    desk.says(ref, MAYA, "2027-03-02 09:05", "undo")
    rows = dict(map(tuple, table(desk, "arrivals", date(2027, 3, 8))["rows"]))
    assert rows == {"Received": 1}


def test_parked_cases_say_for_how_long(desk):
    """Parked, and for how many days."""
    ref = desk.concern("2027-03-01 09:00")
    desk.says(ref, MAYA, "2027-03-01 10:00", "ground_under_investigation")
    (row,) = table(desk, "standing", date(2027, 3, 15))["rows"]
    assert row[0] == ref and row[3:] == [date(2027, 3, 1), 14]


def test_time_at_each_step_against_its_timescale(desk):
    """Number, share in time, median and longest."""
    desk.to_review()
    rows = {row[1]: row for row in table(desk, "times", date(2027, 3, 8))["rows"]}
    assert rows["Provider's response"][3:] == [1, 100, 1, 1, "days"]


def test_the_loader_can_ask_which_sections_there_are():
    """A kind that is not in the list can be named as a fault before anything runs."""
    assert all(weekly.known_section(s.kind) for s in office().procedure.summary)
    assert not weekly.known_section("pie chart")


def test_a_digest_that_cannot_be_written_is_told_once(desk, tmp_path):
    """A broken template must not stand in the way of deadlines: the administrator hears, and it is not tried again."""
    broken = tmp_path / "shared"
    broken.mkdir()
    source = '{% extends "mail.j2" %}{% block subject %}{{ nothing_such }}{% endblock %}'
    (broken / "M56.j2").write_text(source, "ascii")
    letters = type(desk.house.letters)([tmp_path, ROOT / "templates"])
    desk.to_review()
    house = replace(desk.house, letters=letters)
    assert run_weekly(house, desk.office, MONDAY) and not run_weekly(house, desk.office, MONDAY)
    assert desk.letters("M56") == [] and desk.letters("M60") == [desk.office.administrator]
