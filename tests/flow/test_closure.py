"""The closure report says what happened, planned against actual, and hides whom it must (domain.md 6.3)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from mailflow.flow.closure import closure_file, file_of, known_section, sections
from mailflow.flow.counting import story
from mailflow.flow.history import history
from mailflow.flow.sealing import unseal
from mailflow.flow.timeline import steps_of
from mailflow.store import Store
from tests.flow.digests import MAYA, ROOT, Desk, at, office


@pytest.fixture
def desk(tmp_path):
    """The council's office on a fresh store."""
    store = Store(f"sqlite:///{tmp_path}/mailflow.db")
    store.migrate()
    yield Desk(store)
    store.close()


def shown(desk: Desk, ref: str, title: str) -> dict:
    """One section of the report of a case as it stands."""
    with desk.house.store.read() as unit:
        file = file_of(unit, desk.office, desk.office.procedure, desk.case(ref))
        return next(s for s in sections(file) if s["title"] == title)


def files(desk: Desk, ref: str) -> dict[str, bytes]:
    """The files asked for so far."""
    with desk.house.store.read() as unit:
        return {f.path: f.octets for f in unit.files.of(ref)}


def steps(desk: Desk, ref: str) -> dict:
    """The clocks that ran, by timer; of several runs the last."""
    with desk.house.store.read() as unit:
        found = steps_of(desk.office.procedure, desk.office.calendar, unit.log.read(ref))
    return {step.timer: step for step in found}


def test_every_declared_section_is_of_a_known_kind():
    """A loader can name a wrong kind before a case closes."""
    assert all(known_section(s.kind) for s in office().procedure.report)
    assert not known_section("pie chart")


def test_closing_asks_for_the_report_and_its_timeline(desk):
    """The report lies under the year and the reference, version 1, with the timeline as CSV beside it (step 13)."""
    ref = desk.to_conclusion()
    found = files(desk, ref)
    stem = f"2027/{ref}/{ref} closure report v1"
    assert set(found) == {f"{stem}.html", f"{stem}.csv"}
    page = unescape(re.sub(r"<[^>]+>", " ", found[f"{stem}.html"].decode()))
    assert "Closure report" in page and "Oakfield Care Ltd" in page and "The visits were missed." in page
    rows = list(csv.DictReader(io.StringIO(found[f"{stem}.csv"].decode("utf-8-sig"))))
    assert rows[0]["Step"] == "Screen the concern" and rows[0]["Actual"] == "2027-03-01"


def test_a_second_closing_is_a_second_version(desk):
    """13.2 writes a report of its own; the first is never written over."""
    ref = desk.to_conclusion("2027-03-01 09:00", "no", date(2027, 3, 31))
    desk.mail(ref, "provider", "2027-03-15 09:00")
    desk.says(ref, MAYA, "2027-03-15 10:00", ("evidence", {"n": 1}))
    desk.says(ref, MAYA, "2027-03-15 11:00", ("validated", {"n": 1}))
    with desk.house.store.unit() as unit:
        case = replace(desk.case(ref), files=("closure report", "closure report"))
        path, _ = closure_file(
            desk.house, unit, desk.office, desk.office.procedure, case, "closure report", at("2027-03-16 09:00")
        )
    assert path.endswith("closure report v2.html")


def test_planned_against_actual_with_lateness(desk):
    """A review done two working days after its date is two working days late, and says so."""
    ref = desk.to_review()  # due on Tuesday 9 March
    words = {"text": "Upheld.", "default_notice": "no", "actions": []}
    desk.says(ref, MAYA, "2027-03-11 10:00", ("recommend", words))
    review = steps(desk, ref)["T8"]
    assert (review.planned, review.actual, review.late) == (date(2027, 3, 9), date(2027, 3, 11), 2)
    row = next(r for r in shown(desk, ref, "Planned against actual")["rows"] if r[1] == "Review the concern")
    assert row[5] == "2 working days"


def test_an_extension_says_what_the_date_was(desk):
    """The old date stays in the history (K13)."""
    ref = desk.to_sent()
    desk.says(ref, MAYA, "2027-03-04 09:00", ("extend", {"until": date(2027, 3, 22)}))
    step = steps(desk, ref)["T4"]
    assert step.first == date(2027, 3, 15) and step.planned == date(2027, 3, 22)
    assert step.reasons == ("extended from Mon 15 Mar 2027",)


def test_what_was_undone_did_not_take_time(desk):
    """An undone word leaves the clock running as it was (Q33)."""
    ref = desk.concern("2027-03-01 09:00")
    desk.says(ref, MAYA, "2027-03-01 10:00", "low_level")
    desk.says(ref, MAYA, "2027-03-01 10:05", "undo")
    assert steps(desk, ref)["T1"].actual is None
    assert any("Undone" in row[1] for row in shown(desk, ref, "Extensions, holds, words undone, corrections")["rows"])


def test_no_comments_after_a_reminder(desk):
    """ "None after our letter of (date)" is an answer; silence is recorded, not left out."""
    ref = desk.to_sent()
    desk.mail(ref, "provider", "2027-03-02 09:00")
    desk.says(ref, MAYA, "2027-03-02 10:00", "disputed")
    desk.says(ref, MAYA, "2027-03-02 11:00", "send_original")
    desk.sent(ref, "2027-03-02 12:00")
    title = "Referrer's comments"
    assert shown(desk, ref, title)["items"] == ["Referrer: none after our letter M27 of Tuesday 2 March 2027"]
    desk.mail(ref, "referrer", "2027-03-04 09:00", "nurse@council.example")
    assert shown(desk, ref, title)["items"] == ["Referrer: mail of Thursday 4 March 2027"]


def test_a_protected_referrer_is_not_named(desk):
    """Neither in the facts nor in the list of correspondence (Q9)."""
    ref = desk.to_conclusion()
    desk.says(ref, MAYA, "2027-03-10 09:00", "protect")
    facts = dict(shown(desk, ref, "The concern")["facts"])
    assert facts["Referrer"] == "protected"
    rows = shown(desk, ref, "Correspondence")["rows"]
    assert rows and not any("nurse@council.example" in str(cell) for row in rows for cell in row)


def test_the_retention_date_counts_from_the_last_event(desk):
    """So many years after the last thing that happened (Q35)."""
    ref = desk.to_conclusion()
    assert dict(shown(desk, ref, "Closing")["facts"])["To be kept until"] == date(2033, 3, 9)


def test_repeats_are_counted(desk):
    """Other concerns about the same provider in the twelve months before."""
    desk.to_review("2027-03-01 09:00")
    ref = desk.to_review("2027-03-03 09:00")
    facts = dict(shown(desk, ref, "Repeat concerns and lessons")["facts"])
    assert facts["Other concerns about the same provider in the 12 months before"] == 1


def test_a_report_that_cannot_be_written_holds_nothing_up(desk, tmp_path):
    """The case goes on, the file says what is wrong, and the administrator is told."""
    ref = desk.to_conclusion()
    broken = tmp_path / "shared"
    broken.mkdir()
    (broken / "closure-report.j2").write_text("{{ nothing_such }}", "ascii")
    house = replace(desk.house, letters=type(desk.house.letters)([tmp_path, ROOT / "templates"]))
    with house.store.unit() as unit:
        procedure = desk.office.procedure
        case, now = desk.case(ref), at("2027-03-10 09:00")
        path, octets = closure_file(house, unit, desk.office, procedure, case, "report", now)
    assert path.endswith("report v1.html") and b"could not be written" in octets and b"nothing_such" in octets
    assert desk.letters("M60") == [desk.office.administrator]


def test_the_history_names_the_row_of_the_procedure(desk):
    """Each move says by which row it came, each clock by which words and how it was worked out."""
    ref = desk.to_review()
    with desk.house.store.read() as unit:
        lines = unit.log.read(ref)
        entries = history(desk.office.procedure, desk.office.calendar, lines, lambda data: unseal(unit, data))
    told = {entry.what: entry.why for entry in entries}
    assert told["Under review"] == "row c25 of the procedure"
    assert told["Review the concern: due Tuesday 9 March 2027"].startswith("Within 5 working days after step 7: 5 ")


def test_the_past_can_be_folded(desk):
    """A case as it stood on a day is the fold of what its log told until then."""
    ref = desk.to_review()
    with desk.house.store.read() as unit:
        one = story(desk.house, unit, desk.office, ref)
    assert one.before(at("2027-03-01 09:30")).machines["concern"].state == "RCV"
    assert one.before(at("2027-03-09 09:30")).machines["concern"].state == "REV"
