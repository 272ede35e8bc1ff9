"""A case moves to another edition only if it fits there; its clocks follow the new rules, and nothing is told twice."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from random import Random

import pytest

from mailflow.procedure.adopting import adopt, fates, obstacles
from mailflow.procedure.case import Case, apply
from mailflow.procedure.definition import Procedure
from mailflow.procedure.reading import read
from mailflow.study.walk import Walk
from mailflow.study.ways import Ways
from tests.procedure.driver import Play, council, local
from tests.procedure.played import Played
from tests.procedure.starts import until
from tests.procedure.test_walk import begun, concern, issue, judged_at_last, judged_now
from tests.tree import ROOT

FOLDER = ROOT / "config" / "procedures"


@cache
def edition(file: str, *swaps: tuple[str, str]) -> Procedure:
    """A shipped procedure with patterns of its file replaced."""
    text = (FOLDER / file).read_text("utf-8")
    for old, new in swaps:
        text, count = re.subn(old, new, text)
        assert count, old
    procedure, faults = read(text + "\n# another edition\n", file)
    assert procedure is not None and not faults, faults
    return procedure


def council_with(*swaps: tuple[str, str]) -> Procedure:
    """Another edition of the council's procedure."""
    return edition("council-concerns.toml", *swaps)


def moved(play: Played, new: Procedure) -> Case:
    """The play goes on under the new edition; returns the case as it was."""
    before = play.case
    assert obstacles(play.procedure, new, before) == []
    facts = adopt(play.procedure, new, play.terms, before, play.now, {play.calendar.name: play.calendar})
    for fact in facts:
        play.case = apply(play.case, fact)
        play.log.append((play.now, fact))
    play.procedure = new
    return before


def what(play: Played, before: Case) -> dict[str, tuple[str, date | None, date | None]]:
    return {f.timer: (f.what, f.old, f.new) for f in fates(play.procedure, before, play.case)}


LONGER = ('(T4 = .*)due = "14 days"', r'\1due = "21 days"')
SHORTER = ('(T4 = .*)due = "14 days"', r'\1due = "3 days"')


def test_a_longer_timescale_moves_the_date_and_writes_to_the_party_once():
    """14 days become 21: later by a week, in the paper's words, with one letter about the new date."""
    play = Play().dispatched(local(1, 3))
    before = moved(play, council_with(LONGER))
    assert what(play, before)["T4"] == ("moves", date(2027, 3, 15), date(2027, 3, 22))
    assert play.case.edition == play.procedure.edition != before.edition
    assert play.letters("decided").count("M47") == 1
    play.run_to(local(22, 3, clock="15:59"))
    assert play.state == "WPR"
    play.run_to(local(22, 3, clock="16:01"))
    assert play.state == "PRM" and play.letters("sent").count("M22") == 1


def test_a_date_given_in_a_letter_never_comes_earlier():
    """14 days become 3: the letter said 15 March, and so it stays; nobody is written to."""
    play = Play().dispatched(local(1, 3))
    before = moved(play, council_with(SHORTER))
    assert what(play, before)["T4"] == ("keeps", date(2027, 3, 15), date(2027, 3, 15))
    assert "M47" not in play.letters()


def test_an_officers_step_is_not_late_on_the_day_on_which_a_shorter_rule_comes():
    """5 working days become 1 in the middle of them: it is due on the next working day, not last week."""
    play = Play().reviewed(local(1, 3))
    due = play.due("T8")
    play.run_to(local(4, 3))
    before = moved(play, council_with(('(T8 = .*)due = "5 working days"', r'\1due = "1 working day"')))
    assert what(play, before)["T8"] == ("moves", due, date(2027, 3, 5))


def test_a_clock_that_the_new_edition_brings_counts_from_the_stage_but_never_from_the_past():
    """A new clock for the review: from entry, or from today where that has gone by."""
    clock = 'T8z = { clause = "Soon", from = "entry", due = "2 working days", runs = ["REV"], step = "Look" }'
    fresh = ("(?m)^(T8 = .*)$", rf"\1\n{clock}")
    play = Play().reviewed(local(1, 3))
    before = moved(play.copy(), council_with(fresh))
    early = play.copy()
    moved(early, council_with(fresh))
    assert what(early, before)["T8z"] == ("appears", None, date(2027, 3, 3))
    play.run_to(local(10, 3))
    before = moved(play, council_with(fresh))
    assert what(play, before)["T8z"] == ("appears", None, date(2027, 3, 12))


def test_a_clock_that_no_longer_runs_in_the_stage_vanishes():
    """It is known to the new edition, but not there: it ends."""
    play = Play().reviewed(local(1, 3))
    before = moved(play, council_with(('(T8 = .*)runs = \\["REV"\\]', r'\1runs = ["REC"]')))
    assert what(play, before)["T8"][0] == "vanishes" and "T8" not in play.case.machines["concern"].timers


def test_a_reminder_that_was_given_is_not_given_again():
    """The ladder gets one rung more: what the owner was told on the due day is not told once more."""
    play = until(Play().reviewed(local(1, 3)), "concern", "REV")
    play.run_to(local(8, 3))
    assert play.letters().count("M49") == 1
    more = ("(?m)^(esc = \\[)$", r'\1\n  { on = "+3", at = "09:00", letter = "M50", to = ["above", "owner"] },')
    moved(play, council_with(more))
    play.run_to(local(9, 3))
    assert Counter(play.letters())["M49"] == 2  # that of the due day and that of the day after
    play.run_to(local(12, 3))
    assert Counter(play.letters())["M50"] == 2 and Counter(play.letters())["M49"] == 2


def test_what_was_said_under_the_old_rules_cannot_be_undone():
    """An undo would bring back clocks and stages of an edition that the case does not follow any more."""
    play = Play().reviewed(local(1, 3))
    moved(play, council_with(LONGER))
    facts = play.say("cmo", play.now + timedelta(minutes=5), "undo")
    assert [f.data["why"] for f in facts if f.kind == "asked"] == ["There is nothing of yours to undo here."]


GONE = {
    "a stage": (('"REV"', '"RVW"'), ("(?m)^REV = ", "RVW = ")),
    "a clock": (('"T8"', '"T8x"'), ("(?m)^T8 = ", "T8x = ")),
    "a field": (("\\bdetermination\\b", "outcome_of_five"),),
}


@pytest.mark.parametrize("missing", GONE)
def test_a_case_never_moves_to_an_edition_that_lacks_what_it_needs(missing: str):
    """The stage it stands at, a clock that runs, a field that is filled in: each is named."""
    play = Play().reviewed(local(1, 3))
    swaps = [s for s in GONE[missing] if re.search(s[0], (FOLDER / "council-concerns.toml").read_text("utf-8"))]
    why = obstacles(play.procedure, council_with(*swaps), play.case)
    assert why and all(sentence.endswith(".") for sentence in why)


def test_a_kind_of_part_a_list_and_a_waiting_letter_are_needed_too():
    """What hangs on the case moves with it or not at all."""
    play = Play().concluded(local(8, 3), items=None, actions=[{"text": "Train", "by": None}])
    assert any(m.kind == "RA" for m in play.case.machines.values())
    machines = {k: v for k, v in council().machines.items() if k != "RA"}
    (why,) = obstacles(council(), replace(council(), edition="x", machines=machines), play.case)
    assert "RA-1" in why
    assert "list actions" in obstacles(council(), replace(council(), edition="x", lists={}), play.case)[0]
    waiting = Play().received(local(1, 3)).eligible(local(1, 3))
    waiting.say("cmo", local(1, 3), "send_original")
    letters = {k: v for k, v in council().letters.items() if k != "M20"}
    assert any(
        "M20" in why for why in obstacles(council(), replace(council(), edition="x", letters=letters), waiting.case)
    )
    assert "not of other" in obstacles(council(), replace(council(), id="other"), waiting.case)[0]


CHANGED = {
    "council-concerns.toml": (
        ('due = "5 working days"', 'due = "7 working days"'),
        LONGER,
        ("value = 7, ", "value = 9, "),
    ),
    "insurer-performance.toml": (
        ('value = "5 working days"', 'value = "7 working days"'),
        ('value = "2 w', 'value = "1 w'),
    ),
}
CASTS = {"council-concerns.toml": concern, "insurer-performance.toml": issue}


@pytest.mark.parametrize("file", CHANGED)
@pytest.mark.parametrize("group", range(4))
def test_whatever_has_happened_a_case_can_move_and_go_on(file: str, group: int):
    """At a random moment of a random case: the same stages, no letter twice, and the log tells the same case."""
    new, cast = edition(file, *CHANGED[file]), CASTS[file]
    for seed in range(group, 80, 4):
        walk, when = begun(seed, cast), Random(seed).randrange(5, 40)
        for step in range(45):
            if step == when and walk.play.case.live():
                _moves(walk, new)
            walk.step() if walk.play.case.live() else walk.after_the_end()
            judged_now(walk.play)
        walk.run_to(walk.play.now + timedelta(days=100))
        judged_now(walk.play)
        judged_at_last(walk.play)


@cache
def ways(edition_: str) -> Ways:
    """The ways of a changed edition, found once."""
    return Ways(
        next(edition(file, *swaps) for file, swaps in CHANGED.items() if edition(file, *swaps).edition == edition_)
    )


def _moves(walk: Walk, new: Procedure) -> None:
    before = moved(walk.play, new)
    walk.procedure, walk.ways = new, ways(new.edition)
    after = walk.play.case
    assert {m.id: m.state for m in after.machines.values()} == {m.id: m.state for m in before.machines.values()}
    assert walk.play.refolded() == after
    fresh = [s for s in after.letters.values() if s.id not in before.letters]
    assert {s.name for s in fresh} <= {"M47", "M61"} and len({(s.role, s.to) for s in fresh}) == len(fresh)
    for machine in after.machines.values():
        for timer in machine.timers.values():
            old = before.machines[machine.id].timers.get(timer.name)
            assert old is None or not old.promised or timer.on >= old.promised
            assert len({name for name, _ in timer.steps}) == len(timer.steps)


@pytest.mark.parametrize("file", CASTS)
def test_an_edition_that_means_the_same_changes_no_date_and_writes_no_letter(file: str):
    """A remark in the file is no reason to move anything."""
    new, cast = edition(file), CASTS[file]
    for seed in range(30):
        walk = begun(seed, cast)
        for _ in range(30):
            walk.step() if walk.play.case.live() else walk.after_the_end()
        before = moved(walk.play, new)
        after = walk.play.case
        assert {f.what for f in fates(new, before, after)} <= {"keeps"}
        assert len(after.letters) == len(before.letters)
        for machine in after.machines.values():
            assert machine.timers == before.machines[machine.id].timers


def test_a_stage_that_is_only_remembered_is_needed_while_a_row_may_lead_back_there():
    """From the reply it may go back to "with the provider"; from the review it may not any more."""
    play = Play().dispatched(local(1, 3))
    play.mail("provider", local(2, 3))
    assert (play.state, play.case.machines["concern"].came_from) == ("RSP", "WPR")
    without = council_with(('"WPR"', '"WPX"'), ("(?m)^WPR = ", "WPX = "), (" WPR ", " WPX "))
    assert "may go back to" in obstacles(council(), without, play.case)[0]
    play.say("cmo", local(2, 3, clock="11:00"), "accepted")
    assert play.state == "REV" and obstacles(council(), without, play.case) == []
