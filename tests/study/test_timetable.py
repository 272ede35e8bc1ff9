"""Every deadline, each step at its last moment: the figures of the published scenarios come out."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache

import pytest

from mailflow.study import timetable_text
from mailflow.study.timetable import timetable
from mailflow.study.timetable_values import Due, Path, Timetable
from tests.procedure.played import calendar
from tests.study.shipped import procedure
from tests.study.tiny import tiny

COUNCIL, INSURER = "council-concerns", "insurer-performance"
WITH_PROVIDER = "4, With the provider"


@cache
def of(name: str, start: str, profile: str = "uk-eng") -> Timetable:
    """The timetable of a shipped procedure from a local time on."""
    days, local = calendar(profile), datetime.fromisoformat(start)
    return timetable(procedure(name), days, days.instant(local.date(), local.time()))


def dues(path: Path, timer: str) -> list[Due]:
    """The deadlines of this clock on a path."""
    return [due for step in path.steps for due in step.dues if due.timer == timer]


def first(path: Path, timer: str) -> date:
    """The day of this clock on a path."""
    return dues(path, timer)[0].on


def branch(found: Timetable, words: str, leaves: str = "") -> Path:
    """The first branch that begins with these words, perhaps from this stage."""
    return next(b for b in found.branches if words in b.steps[0].how and b.leaves.startswith(leaves))


@pytest.mark.parametrize(
    ("received", "profile", "screened", "sent"),
    [
        ("2027-02-01T09:30", "uk-eng", date(2027, 2, 1), date(2027, 2, 3)),  # A1
        ("2027-03-06T23:10", "uk-eng", date(2027, 3, 8), date(2027, 3, 9)),  # A2
        ("2026-12-23T10:00", "uk-eng", date(2026, 12, 23), date(2026, 12, 29)),  # A4a
        ("2026-12-31T10:00", "uk-eng", date(2026, 12, 31), date(2027, 1, 5)),  # A4b
        ("2026-12-31T10:00", "uk-sct", date(2026, 12, 31), date(2027, 1, 6)),  # A4c
    ],
)
def test_screening_and_the_letter_of_stage_3(received, profile, screened, sent):
    """A1, A2, A4: the same working day, and two working days from receipt, by the calendar of the office."""
    found = of(COUNCIL, received, profile)
    assert (first(found.main, "T1"), first(found.main, "T3")) == (screened, sent)


def test_a3_a_letter_before_easter():
    """A3: letter on Fri 12 March; Good Friday rolls the reply to Tue 30 March 4pm; silence brings the reminder then."""
    found = of(COUNCIL, "2027-03-10T10:00")
    assert first(found.main, "T3") == date(2027, 3, 12)
    reply = dues(found.main, "T4")[0]
    assert (reply.on, reply.at, reply.nominal) == (date(2027, 3, 30), "16:00", date(2027, 3, 26))
    assert "Good Friday" in reply.working and reply.acts.isoformat() == "2027-03-30T16:00:00+01:00"
    silence = branch(found, "nothing comes", WITH_PROVIDER)
    assert silence.steps[0].at.isoformat() == "2027-03-30T16:00:00+01:00"


def test_a9_a_silent_provider():
    """A9: reminder 19 April naming 26 April, told on 27 April 9am, referred 28 April, decided by 6 May."""
    found = of(COUNCIL, "2027-04-01T10:00")
    assert (first(found.main, "T3"), first(found.main, "T4")) == (date(2027, 4, 5), date(2027, 4, 19))
    reminded = dues(branch(found, "nothing comes", WITH_PROVIDER), "T4b")[0]
    assert (reminded.on, reminded.acts.isoformat()) == (date(2027, 4, 26), "2027-04-27T09:00:00+01:00")
    silent = branch(found, "nothing comes", "4, Provider reminded")
    assert first(silent, "T14") == date(2027, 4, 28) and first(silent, "T14b") == date(2027, 5, 6)


def test_a14_an_action_without_a_date():
    """A14: conclusion on Mon 12 April: the reminder is due on Mon 26 April, the referral on Wed 28 April."""
    found = of(COUNCIL, "2027-03-05T10:00")
    assert first(found.main, "T11") == date(2027, 4, 12)
    assert first(branch(found, '"Action"'), "T13.1") == date(2027, 4, 26)
    overdue = [d for b in found.branches for d in dues(b, "T14") if d.machine == "RA-1"]
    assert overdue[0].on == date(2027, 4, 28)


def test_a15_a_default_notice():
    """A15: conclusion on Fri 7 May: dispute until 21 May, passed on by 25 May 4pm, decided by 2 June."""
    found = of(COUNCIL, "2027-04-02T10:00")
    assert first(found.main, "T11") == date(2027, 5, 7)
    notice = branch(found, '"Decision: agreed", "Default notice"')
    assert [first(notice, t) for t in ("TW", "T15", "T15b")] == [date(2027, 5, 21), date(2027, 5, 25), date(2027, 6, 2)]
    assert dues(notice, "T15")[0].at == "16:00"


@pytest.mark.parametrize(("profile", "called"), [("nz-wgn", date(2027, 1, 29)), ("nz-auk", date(2027, 1, 28))])
def test_a18_the_insurers_calendars(profile, called):
    """A18: routed on Thu 21 January, the call is due by the region's own anniversary day."""
    found = of(INSURER, "2027-01-20T10:00", profile)
    assert found.main.steps[1].at.date() == date(2027, 1, 21)
    assert first(found.main, "U2") == called


def test_the_main_way_goes_through_the_papers_stages():
    """From receipt to the end in the paper's order; the other ways are branches; what ends it at once is listed."""
    council = of(COUNCIL, "2026-12-23T10:00")
    stages = [stage for step in council.main.steps for stage, _, _ in step.now]
    assert stages == ["1", "2", "3", "4", "5", "8", "10", "11", "13"] and council.main.ends == "Closed"
    for words in ("Disputed", "nothing comes", '"Default notice"', '"Dispute"', "under investigation"):
        assert branch(council, words), words
    assert {end for _, _, end in council.endings} >= {"Returned: low level", "Out of time", "Withdrawn"}
    insurer = of(INSURER, "2027-01-20T10:00", "nz-wgn")
    stages = [stage for step in insurer.main.steps for stage, _, _ in step.now]
    assert stages[0] == "A1" and "B1" in stages and "C3" in stages
    assert branch(insurer, "client complaint")


@pytest.mark.parametrize(("name", "profile"), [(COUNCIL, "uk-eng"), (INSURER, "nz-wgn")])
def test_every_clock_is_shown(name, profile):
    """No deadline is missing: each clock that can start stands on the main way or on a branch."""
    found = of(name, "2027-01-20T10:00", profile)
    paths = (found.main, *found.branches)
    shown = {(d.machine.partition("-")[0], d.timer) for p in paths for s in p.steps for d in s.dues}
    timers = [(m.kind, t) for m in procedure(name).machines.values() for t in m.timers.values()]
    wanted = {(kind, t.name) for kind, t in timers if t.runs and not t.shared and not t.posting}
    # Stage 9 passes in the same moment; duty rota and check-in are off unless an office switches them on; a correction
    # waits for its words only after a word has been undone.
    never = {("concern", "T9"), ("concern", "TR"), ("concern", "TK"), ("issue", "U11"), ("issue", "UK")}
    assert wanted - shown <= never


def test_any_file_that_reads_has_a_timetable():
    """Three stages without numbers: in the order of the file."""
    days = calendar()
    found = timetable(tiny(), days, days.instant(date(2026, 12, 24), time(16)))
    assert [(d.timer, d.on) for s in found.main.steps for d in s.dues] == [
        ("D1", date(2026, 12, 30)),
        ("D2", date(2027, 1, 7)),
    ]
    assert found.main.ends == "Found"


def test_it_is_told_in_a_hundred_columns_and_as_json():
    """Stage, what, who and due stand in columns; the working below; JSON holds the same in ISO form."""
    found = of(COUNCIL, "2026-12-23T10:00")
    lines = list(timetable_text.lines(found, "Procedure", "concern"))
    assert max(map(len, lines)) <= 100
    assert "3      Send the concern to the provider      Contract Management Officer     Tue 29 Dec 2026 4pm" in lines
    data = timetable_text.as_json(found)
    due = data["main"]["steps"][0]["dues"][1]
    assert (due["timer"], due["on"], due["acts"]) == ("T3", "2026-12-29", "2026-12-29T16:00:00+00:00")
