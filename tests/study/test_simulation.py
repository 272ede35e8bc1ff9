"""Many cases at random: everything ends, everything that sticks is found, and the same seed tells the same story."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from mailflow.procedure.definition import Procedure
from mailflow.study.habits import CARELESS, SILENT, USUAL, Habits
from mailflow.study.simulation import MOST_YEARS, Outcome, Study, play_case, simulate
from mailflow.study.story import story
from mailflow.study.tally import Tally, as_json, lines, middle
from mailflow.study.ways import Ways
from tests.procedure.played import calendar
from tests.study.shipped import NAMES, ROOT, procedure
from tests.study.tiny import tiny

CALENDARS = {"insurer-performance": "nz-wgn"}
TIMERLESS = ('runs = ["LOOK"]', 'runs = ["NEW"]')
SILENT_LADDER = ('runs = ["LOOK"], ladder = "up"', 'runs = ["LOOK"]')
ENDLESS = ('on = [{ said = "found" }]\nto = "FOUND"', 'on = [{ said = "found" }]\nto = "NEW"')
EXTRA_END = '[[row]]\nid = "k4"\nfrom = ["FOUND"]\non = [{ said = "look" }]\nto = "LOOK"\n\n[verbs]'


def played(which: Procedure, habits: Habits, cases: int, seed: int = 1, jobs: int = 1) -> list[Outcome]:
    """The outcomes of so many cases under the procedure's calendar."""
    study = Study(which, calendar(CALENDARS.get(which.id, "uk-eng")), habits)
    return sorted(simulate(study, seed, cases, jobs), key=lambda outcome: outcome.number)


@pytest.mark.parametrize("habits", [USUAL, CARELESS, SILENT], ids=["usual", "careless", "silent"])
@pytest.mark.parametrize("name", NAMES)
def test_no_case_of_a_shipped_procedure_gets_stuck(name: str, habits: Habits):
    """Whatever people do or leave undone, a case ends, or somebody above hears of it."""
    outcomes = played(procedure(name), habits, 60)
    assert [(o.number, o.stuck) for o in outcomes if o.stuck] == []
    assert habits is SILENT or all(o.ended for o in outcomes)


def test_it_plays_any_file_that_reads():
    """A procedure of three stages, whose stages have no numbers, is played as well as a long one."""
    outcomes = played(tiny(), USUAL, 40)
    assert {o.end for o in outcomes} == {"FOUND"} and not any(o.stuck for o in outcomes)


def test_a_stage_without_a_clock_is_stuck():
    """What could be forgotten is a failure, with the state that forgets it."""
    stuck = {o.stuck for o in played(tiny(TIMERLESS), USUAL, 10)}
    assert stuck == {'No clock runs in the state LOOK, "Looked for", of loss.'}


def test_a_case_that_never_ends_is_stuck():
    """People act for years and good sense finds no way out."""
    stuck = {o.stuck for o in played(tiny(ENDLESS), USUAL, 3)}
    assert stuck == {f"It has not ended after {MOST_YEARS} years though everybody acted."}


def test_silence_that_nobody_above_hears_of_is_stuck():
    """With --silent a ladder that does not go up is found."""
    stuck = {o.stuck for o in played(tiny(SILENT_LADDER), SILENT, 40) if o.stuck}
    assert stuck == {"With everybody silent, nobody above the owner hears of loss in the state LOOK."}


def test_the_same_seed_gives_the_same_cases_in_however_many_processes():
    """A failure can be played again; --jobs is only a matter of time."""
    one, two = played(procedure(NAMES[0]), USUAL, 60), played(procedure(NAMES[0]), USUAL, 60, jobs=2)
    assert one == two
    assert one != played(procedure(NAMES[0]), USUAL, 60, seed=2)


def test_the_same_seed_gives_the_same_counts_in_another_run():
    """Nothing hangs on the order of sets, which differs from run to run."""
    path = str(ROOT / "config" / "procedures" / "council-concerns.toml")
    order = [sys.executable, "-m", "mailflow", "procedure", "simulate", path, "--cases", "15", "--careless", "--json"]
    runs = [
        subprocess.run(order, env={**os.environ, "PYTHONHASHSEED": n}, cwd=ROOT, capture_output=True, check=True).stdout
        for n in ("1", "2")
    ]
    assert runs[0] == runs[1] and json.loads(runs[0])["cases"] == 15


def test_a_case_is_told_line_by_line():
    """The replay says who wrote, what was said, which clock acted, and where it led."""
    study = Study(tiny(), calendar(), USUAL)
    walk, outcome = play_case(study, Ways(study.procedure), 1, 3)
    told = list(story(walk.play))
    assert "Mail from" in told[0] and told[1].strip() == "loss begins: NEW, Reported"
    assert any('says "Found"' in line for line in told) and any("FOUND, Found (row k3)" in line for line in told)
    assert outcome.end == "FOUND"


def test_after_the_end_it_may_go_on():
    """A case that is opened again counts once, by how it ended at last."""
    again = tiny(("[verbs]", EXTRA_END))
    outcomes = played(again, CARELESS, 60)
    assert {o.end for o in outcomes} == {"FOUND"}
    assert any(o.rows["loss", "k4"] for o in outcomes)


def test_counts_are_told_in_a_table_and_as_json():
    """Every case is counted once; rows never taken are named; a hundred columns hold it."""
    which = procedure(NAMES[0])
    tally = Tally(which)
    for outcome in played(which, USUAL, 30):
        tally.add(outcome)
    data = as_json(tally, {"seed": 1})
    assert data["cases"] == 30 == sum(end["cases"] for end in data["ends"]) == data["ended"]
    rows = {row.id for machine in which.machines.values() for row in machine.rows}
    taken = {name for counts in data["rows"].values() for name in counts}
    assert taken.isdisjoint(never := {n for names in data["rows_never_taken"].values() for n in names})
    assert taken | never == rows
    assert json.loads(json.dumps(data)) == data
    assert max(len(line) for line in lines(tally)) <= 100


def test_the_middle_of_counts():
    """Median and nine in ten are values that occurred."""
    days = list(range(1, 11))
    assert (middle(days, 0.5), middle(days, 0.9), middle([7], 0.9), middle([], 0.5)) == (5, 9, 7, 0)
