"""The rest of the weekly summary: times, twelve months, what waits, what changed, and what is late in red (6.2)."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import date
from email.policy import default

import pytest

from mailflow.flow import weekly
from mailflow.flow.counting import stories, week_before
from mailflow.flow.settings_watch import note_changes
from mailflow.flow.summarise import run_weekly
from mailflow.store import Store
from tests.flow.digests import INES, MAYA, PRIYA, Desk, at, office

MONDAY = "2027-03-15 08:00"


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


def table(desk: Desk, kind: str, today: date = date(2027, 3, 15), n: int = 0) -> dict:
    """The n-th section of a kind, as a manager of all services has it."""
    with desk.house.store.read() as unit:
        known = tuple(stories(desk.house, unit, desk.office))
        lines = tuple(unit.log.read(desk.office.stream))
    scope = weekly.Scope(desk.office, known, week_before(desk.office.calendar, today), today, changes=lines)
    section = [s for s in desk.office.procedure.summary if s.kind == kind][n]
    return weekly.shown(scope, section)


def numbers(shown: dict) -> dict[str, int]:
    """The rows of a table of two columns."""
    return {row[0]: row[1] for row in shown["rows"]}


# -- (7) ------------------------------------------------------------------------------------------------------------


def test_the_time_at_each_step_stands_against_its_timescale(desk):
    """Number, share in time, median and longest, in the unit of the timescale."""
    desk.to_review("2027-03-08 09:00")
    desk.to_review("2027-03-09 09:00")
    rows = {row[1]: row for row in table(desk, "times")["rows"]}
    stage, step, clause, n, share, median, longest, unit = rows["Send the concern to the provider"]
    assert (stage, n, share, longest, unit) == ("3", 2, 100, 0, "working days") or (n, share) == (2, 100)
    assert clause == "Within 2 working days from receipt of concern" and median <= longest


# -- (10) -----------------------------------------------------------------------------------------------------------


def test_twelve_months_in_figures_and_in_words(desk):
    """Each month has its row; the month that still runs says so; three sentences say the same."""
    for when in ("2026-05-04 09:00", "2027-01-11 09:00", "2027-02-01 09:00", "2027-02-08 09:00", "2027-03-09 09:00"):
        desk.concern(when)
    shown = table(desk, "trend")
    assert [row[0] for row in shown["rows"]][:2] == ["April 2026", "May 2026"]
    rows = {row[0]: row[1:4] for row in shown["rows"]}
    assert rows["February 2027"] == [2, 0, 4] and rows["March 2027 so far"] == [1, 0, 5] and len(rows) == 12
    assert rows["April 2026"] == [0, 0, 0]
    assert "5 concerns were received in these months, most in February 2027 (2)." in shown["note"]
    assert "February 2027 brought 2, 1 more than the month before." in shown["note"]
    assert "5 are open at the end, 5 more than at the end of April 2026." in shown["note"]


def test_what_has_ended_is_open_no_more(desk):
    """A case counts as ended in its month, and is not open at that month's end."""
    ref = desk.concern("2027-02-01 09:00")
    desk.says(ref, MAYA, "2027-02-02 09:00", "low_level")
    rows = {row[0]: row[1:4] for row in table(desk, "trend")["rows"]}
    assert rows["February 2027"] == [1, 1, 0] and rows["March 2027 so far"] == [0, 0, 0]


# -- (11) -----------------------------------------------------------------------------------------------------------


def test_what_waits_is_counted(desk):
    """Words that could not be taken, holds, also those whose date has passed, and cases reopened."""
    ref = desk.to_sent("2027-03-08 09:00")
    desk.says(ref, PRIYA, "2027-03-09 10:00", "decision_agreed")
    other = desk.concern("2027-03-08 10:00")
    desk.says(other, MAYA, "2027-03-09 09:00", ("hold", {"until": date(2027, 3, 12), "reason": "police"}))
    third = desk.concern("2027-03-08 11:00")
    desk.says(third, MAYA, "2027-03-09 09:00", "low_level")
    desk.says(third, MAYA, "2027-03-10 09:00", ("reopen", {"reason": "it came again"}))
    found = numbers(table(desk, "waiting"))
    assert found["Officers' words that were not taken and not said again"] == 1
    assert found["On hold now"] == 1 and found["On hold although the date has passed"] == 1
    assert found["Reopened in the week"] == 1


# -- (12) -----------------------------------------------------------------------------------------------------------


def with_files(desk: Desk, **changes: object) -> None:
    """The office's files say something else from now on."""
    desk.office = replace(desk.office, **changes)
    desk.house = replace(desk.house, offices={desk.office.id: desk.office})


def test_nothing_has_changed_at_the_first_start(desk):
    """What a new store meets is no change; neither is the same once more."""
    assert not note_changes(desk.house, at("2027-03-09 09:00"))
    assert not note_changes(desk.house, at("2027-03-09 10:00"))
    assert table(desk, "changed")["rows"] == []


def test_a_changed_setting_is_told_with_both_values(desk):
    """Where, what, before and now; and that nobody knows who."""
    note_changes(desk.house, at("2027-03-01 09:00"))
    with_files(desk, settings={"dispute_days": 21})
    assert note_changes(desk.house, at("2027-03-09 09:00"))
    assert not note_changes(desk.house, at("2027-03-09 10:00"))
    shown = table(desk, "changed")
    assert shown["rows"] == [[date(2027, 3, 9), "settings of the procedure", "dispute_days", "14", "21"]]
    assert "who wrote them" in shown["note"]
    assert table(desk, "changed", date(2027, 3, 22))["rows"] == []


def test_changed_and_changed_back_are_two_changes(desk):
    """Both stand there, in order."""
    note_changes(desk.house, at("2027-03-01 09:00"))
    with_files(desk, settings={"dispute_days": 21})
    note_changes(desk.house, at("2027-03-09 09:00"))
    with_files(desk, settings={})
    note_changes(desk.house, at("2027-03-10 09:00"))
    assert [row[3:] for row in table(desk, "changed")["rows"]] == [["14", "21"], ["21", "14"]]


def test_other_files_are_told_without_their_words(desk):
    """Procedure and calendar by their editions, registers by numbers of lines, wordings only as changed."""
    note_changes(desk.house, at("2027-03-01 09:00"))
    register = desk.office.register
    with_files(
        desk,
        register=replace(register, contacts=register.contacts[1:]),
        procedure=replace(desk.office.procedure, edition="0123456789ab"),
        calendar=replace(desk.office.calendar, closures=frozenset({date(2027, 12, 29)})),
        texts={"privacy": "Other words about privacy"},
    )
    note_changes(desk.house, at("2027-03-09 09:00"))
    rows = {row[2]: row[3:] for row in table(desk, "changed")["rows"]}
    assert rows["contacts.csv"] == ["gone or changed: 1 line", "new or changed: 0 lines"]
    assert rows[desk.office.procedure.title][1] == "edition 0123456789ab"
    assert rows["wording privacy"] == ["not there", "there"]
    assert any(what.startswith("uk-") for what in rows)
    with desk.house.store.read() as unit:
        told = repr([line.data for line in unit.log.read(desk.office.stream)])
        kept = unit.meta.get(f"settings:{desk.office.id}")
    assert "Other words" not in told + kept and "joan.pell" not in told + kept


def test_the_clock_looks_at_its_start_and_after_a_reload(desk):
    """Without anybody asking."""
    from mailflow.loops.clock import Clock

    clock = Clock(desk.house)
    clock.hourly(at("2027-03-09 09:00"))
    with_files(desk, settings={"dispute_days": 21})
    clock.renew(desk.house)
    clock.hourly(at("2027-03-09 09:05"))
    assert len(table(desk, "changed")["rows"]) == 1


# -- how it looks ---------------------------------------------------------------------------------------------------


def test_what_is_overdue_is_red_and_marked_without_colour_too(desk):
    """Rows of the overdue tables have their class and a bar at the side; the number of days says it in words."""
    desk.concern("2027-03-01 09:00")
    run_weekly(desk.house, desk.office, at(MONDAY))
    mail = email.message_from_bytes(desk.octets("M56", INES), policy=default)
    html = mail.get_body(("html",)).get_content()
    late = re.findall(r'<tr[^>]*class="late"[^>]*>.*?</tr>', html, re.S)
    assert len(late) >= 1 and all("border-left" in row and "#a4001d" in row for row in late)
    assert "Working days late" in html
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert any(name.startswith("10-") for name in names) and any(name.startswith("03-") for name in names)
    assert office().procedure.summary


# -- what it costs --------------------------------------------------------------------------------------------------


def test_only_what_may_count_is_read(desk):
    """A case that ended long ago is left out by its view; one that is open, or ended lately, is read."""
    old, late, open_one = (desk.concern(when) for when in ("2025-09-01 09:00", "2027-01-11 09:00", "2025-09-02 09:00"))
    desk.says(old, MAYA, "2025-09-02 09:00", "low_level")
    desk.says(late, MAYA, "2027-01-12 09:00", "low_level")
    with desk.house.store.read() as unit:
        read = [s.ref for s in stories(desk.house, unit, desk.office, since=at("2026-01-14 00:00"))]
        assert set(read) == {late, open_one}
        assert len(stories(desk.house, unit, desk.office)) == 3
    assert run_weekly(desk.house, desk.office, at(MONDAY))
