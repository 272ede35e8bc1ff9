"""The insurer's clocks: the dates of A18, each of U1 to U11 switched off and on, and who hears of silence (2.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from mailflow.installation import contract_rules, unknown_settings
from mailflow.procedure.case import apply
from mailflow.procedure.recompute import recompute
from tests.procedure.driver import council
from tests.procedure.insurer import LIVE, STEPS, Issue, insurer, start, terms

# A18: routed on this day, by this calendar: U2 is due then (Wellington's day 25 January, Auckland's 1 February,
# Waitangi Day observed on Monday 8 February).
A18 = [
    ("nz-wgn", (21, 1), "2027-01-29"),
    ("nz-auk", (21, 1), "2027-01-28"),
    ("nz-auk", (28, 1), "2027-02-05"),
    ("nz-wgn", (28, 1), "2027-02-04"),
    ("nz-wgn", (3, 2), "2027-02-11"),
    ("nz-auk", (3, 2), "2027-02-11"),
]


@pytest.mark.parametrize(("region", "day", "due"), A18)
def test_a18_counts_by_the_regions_days(region, day, due):
    """A18 (a) to (e): an issue about a report's content, routed on this day."""
    play = Issue(terms(calendar=region))
    play.raised(play.instant(*day)).named()
    play.say("co", play.instant(*day, clock="11:00"), "kind_content")
    assert play.state == "A2P" and str(play.due("U2")) == due


@pytest.mark.parametrize("state", LIVE)
def test_a18_fraud_at_any_point(state):
    """A18 (f): N05 only; provider and supplier are told nothing."""
    play = start(state)
    before = set(play.case.letters)
    play.say("co", play.now + timedelta(hours=1), "kind_fraud")
    play.run_to(play.now + timedelta(days=120))
    new = {s.name for s in play.case.letters.values() if s.id not in before}
    assert play.state == "XIN" and new == {"N05", "M53R"}


CLOCKS = {
    **{"U1": "RAI", "U2": "A2P", "U3": "TMP", "U4": "B1", "U5": "B2", "U6": "C1", "U7": "CMT", "U8": "PIP"},
    **{"U9": "C3", "U10": "PNL"},
}


@pytest.mark.parametrize(("clock", "state"), CLOCKS.items())
def test_a_late_step_goes_to_the_owner_and_then_above(clock, state):
    """ESC of 2.4: one working day overdue the owner, two the owner's manager (CO to TM to TM's; SM to SM's)."""
    play = start(state)
    due = play.due(clock)
    owner = insurer().top.states[state].owner
    above = insurer().roles[owner].above
    before = set(play.case.letters)
    play.run_to(play.calendar.instant(play.calendar.add_working_days(due, 3), play.now.time().replace(hour=12)))
    told = [(s.name, s.to, play.calendar.local_date(s.at)) for s in play.case.letters.values() if s.id not in before]
    late = [t for t in told if t[2] > due]
    first = [t for t in late if t[2] == play.calendar.add_working_days(due, 1)]
    second = [t for t in late if t[2] == play.calendar.add_working_days(due, 2)]
    assert [(n, a[0]) for n, a, _ in first] == [("M49", f"{owner}@insurer.example")] and late == [*first, *second]
    assert [(n, a[0]) for n, a, _ in second] == [("M50", f"{above}@insurer.example")]


@pytest.mark.parametrize(("clock", "state"), CLOCKS.items())
def test_a_clock_may_be_switched_off_and_on_again(clock, state):
    """Q40: "off" stops a clock of open issues too; switched on again it counts from when the stage began."""
    play = start(state)
    due = play.due(clock)
    for value, stands in (("off", False), (None, True)):
        play.terms = replace(play.terms, settings={} if value is None else {clock.lower(): value})
        _settings_changed(play)
        assert (play.timer(clock) is not None) == stands
    assert play.due(clock) == due and play.refolded() == play.case


@pytest.mark.parametrize(("clock", "state"), CLOCKS.items())
def test_a_clock_switched_off_never_starts(clock, state):
    """With the setting, or for a contract, off: nothing is due and nobody is reminded."""
    before = {"U1": "", "U2": "RAI", "U3": "A2P", "U4": "A2S", "U5": "B1"} | {
        **{"U6": "B2", "U7": "C1", "U8": "CMT", "U9": "PIP", "U10": "C3"}
    }
    for off in ({"settings": {clock.lower(): "off"}}, {"overrides": {clock: "off"}}):
        if clock == "U1":
            play = Issue(terms(**off))
            play.raised(play.instant(1, 3))
        else:
            play = start(before[clock])
            play.terms = replace(play.terms, **off)
            _, who, words = STEPS[state]
            play.say(who, play.now, *words)
        assert play.state == state and play.timer(clock) is None
        count = len(play.letters("sent"))
        play.run_to(play.now + timedelta(days=100))
        waiting = {"M49", "M50"} & set(play.letters()[count:])
        assert not waiting


def _settings_changed(play: Issue) -> None:
    for fact in recompute(play.procedure, play.terms, play.case, play.now, {play.terms.calendar: play.calendar}):
        play.case = apply(play.case, fact)
        play.log.append((play.now, fact))


def test_the_check_in_is_off_by_default_and_comes_once():
    """U11, Q44: no check-in unless the office wants one; then one, and silence leaves the issue closed."""
    play = start("END")
    assert play.timer("U11") is None
    play = start("A2P")
    play.terms = replace(play.terms, settings={"u11": "30 days"})
    play.say("co", play.now, "resolved")
    assert str(play.due("U11")) == "2027-03-31"
    play.run_to(play.now + timedelta(days=300))
    assert play.letters().count("CHECKIN") == 1 and play.timer("U11") is None and play.state == "END"


def test_a_reopened_issue_is_not_checked_in_on():
    """The check-in belongs to the end: reopened before it, none comes."""
    play = start("A2P")
    play.terms = replace(play.terms, settings={"u11": "30 days"})
    play.say("co", play.now, "resolved")
    play.say("co", play.now, ("reopen", {"reason": "again"}))
    play.run_to(play.now + timedelta(days=60))
    assert "CHECKIN" not in play.letters() and play.timer("U11") is None


def test_the_meeting_and_the_plan_give_the_dates():
    """U7 is one working day after the meeting; U9 the plan's end, and twenty working days where there is no plan."""
    assert str(start("CMT").due("U7")) == "2027-03-10"
    assert str(start("C3").due("U9")) == "2027-06-10"
    play = start("PIP")
    play.say("sm", play.now, ("no_pip", {"reason": "small"}))
    assert str(play.due("U9")) == "2027-03-31"
    play = start("C3")
    play.say("sm", play.now, ("extend_pip", {"until": date(2027, 8, 28)}))  # a Saturday
    assert str(play.due("U9")) == "2027-08-30" and play.case.fields["pip_end"] == "2027-08-28"


def test_a_case_without_a_plan_after_one_with_counts_anew():
    """A plan of an earlier round leaves no date behind."""
    play = start("END after C")
    play.say("sm", play.now, ("reopen", {"reason": "again"}))
    play.say("co", play.now, "kind_concern")
    play.say("co", play.now, "not_resolved")
    play.say("tm", play.now, "not_resolved")
    play.say("tm", play.now, ("summary_done", {"ref": "1"}))
    play.say("sm", play.now, ("non_compliance_meeting", {"on": play.calendar.local_date(play.now)}))
    play.say("sm", play.now, "met")
    play.say("sm", play.now, ("no_pip", {"reason": "small"}))
    assert str(play.due("U9")) == "2027-03-31"


def test_a_clock_of_the_office_must_be_a_timescale_or_off():
    """What an office writes for u1 to u11 is read when it starts, not when an issue comes to that stage."""
    said = SimpleNamespace(settings={"u2": "soon", "u3": "off", "u4": "3 working days"}, setting_lines={"u2": 7})
    (fault,) = unknown_settings(Path("mailflow.toml"), said, insurer())  # type: ignore[arg-type]
    assert fault.line == 7 and '"soon" is not a timescale' in fault.what and "off" in fault.fix


def test_a_contracts_timescale_is_read_at_the_start_too():
    """What a contract overrides must be a timescale; "off" only where the clock's rule is a setting."""
    contracts = (SimpleNamespace(number="SC-1", overrides={"U2": "off", "U3": "soon", "other": "x"}),)
    (fault,) = contract_rules(Path("register"), SimpleNamespace(contracts=contracts), insurer())  # type: ignore[arg-type]
    assert "Contract SC-1, U3" in fault.what and fault.file.endswith("contracts.csv")
    contracts = (SimpleNamespace(number="C-1", overrides={"T4": "off", "T14": "3 working days"}),)
    (fault,) = contract_rules(Path("register"), SimpleNamespace(contracts=contracts), council())  # type: ignore[arg-type]
    assert "Contract C-1, T4" in fault.what
