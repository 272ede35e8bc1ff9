"""mailflow procedure simulate: many cases played through a procedure by people who act at random.

In: a procedure file, how many cases, a seed; or one case to be told line by line.
Out: how many end where and how long they take, what was sent, which rows and clocks were used; or the same as JSON.
Fails: exit 1 if a case got stuck, with what is needed to replay it; 78 for a broken file; 130 if interrupted.
Limits: people are made up (docs/trying.md says how); the engine, the calendars and the clocks are the real ones.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from mailflow.cli.procedure.calendar_option import calendar_option, counted_by
from mailflow.cli.procedure.reading_file import file_argument, told
from mailflow.cli.progress import INTERRUPTED, shown
from mailflow.study import tally as counting
from mailflow.study.habits import PEOPLE
from mailflow.study.simulation import Study, play_case, simulate
from mailflow.study.story import story
from mailflow.study.ways import Ways

MOST_TOLD, LAST_LINES = 3, 15


@click.command("simulate")
@file_argument
@click.option("--cases", default=1000, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="The same seed, the same cases.")
@calendar_option
@click.option("--silent", "people", flag_value="silent", help="From some moment on nobody ever answers.")
@click.option("--careless", "people", flag_value="careless", help="People say anything at any time.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Processes at once.")
@click.option("--replay", metavar="SEED:CASE", help="Tell one case line by line instead.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    file: Path,
    cases: int,
    seed: int,
    calendar: str | None,
    people: str | None,
    jobs: int,
    replay: str | None,
    as_json: bool,
) -> None:
    """Play many cases through a procedure, with people who answer, forget, err and change their minds.

    FILE is a procedure file, such as config/procedures/council-concerns.toml. Exit status 1 if a case got stuck:
    nothing would ever happen any more, nobody above hears, or it never ends although everybody acts.
    """
    procedure = told(ctx, file, None, "Nothing can be played.").procedure
    people = people or "usual"
    study = Study(procedure, counted_by(ctx, file, calendar), PEOPLE[people])
    if replay:
        ctx.exit(_tell(study, *_one_case(replay)))
    tally, interrupted = counting.Tally(procedure), False
    try:
        for outcome in shown(simulate(study, seed, cases, jobs), cases, "Playing", "cases played"):
            tally.add(outcome)
    except KeyboardInterrupt:
        interrupted = True
    about = {"procedure": procedure.id, "edition": procedure.edition, "calendar": study.calendar.name}
    about |= {"people": people, "seed": seed, "asked_for": cases}
    if as_json:
        click.echo(json.dumps(counting.as_json(tally, about), indent=2, ensure_ascii=False))
    else:
        stopped = f", stopped after {tally.cases}" if interrupted else ""
        click.echo(f"{procedure.title}: {cases} cases{stopped}, seed {seed}, {study.calendar.name}, people {people}\n")
        for line in counting.lines(tally):
            click.echo(line)
        _tell_stuck(study, tally, seed, file)
    ctx.exit(1 if tally.stuck else INTERRUPTED if interrupted else 0)


def _one_case(replay: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+):(\d+)", replay)
    if not found:
        raise click.UsageError(f"{replay} is no case. Write SEED:CASE, as the failure says it, for example 1:203.")
    return int(found[1]), int(found[2])


def _tell(study: Study, seed: int, number: int) -> int:
    """One case line by line; the exit status."""
    walk, outcome = play_case(study, Ways(study.procedure), seed, number)
    for line in story(walk.play):
        click.echo(line)
    click.echo(f"\n{outcome.stuck or 'It did not get stuck.'}")
    return 1 if outcome.stuck else 0


def _tell_stuck(study: Study, tally: counting.Tally, seed: int, file: Path) -> None:
    if not tally.stuck:
        click.echo("\nNo case got stuck.")
        return
    how = "" if study.habits is PEOPLE["usual"] else f" --{next(n for n, h in PEOPLE.items() if h is study.habits)}"
    click.echo(f"\n{len(tally.stuck)} got stuck:")
    for number, why in sorted(tally.stuck):
        click.echo(f"  {seed}:{number}  {why}")
    for number, _ in sorted(tally.stuck)[:MOST_TOLD]:
        options = f"--calendar {study.calendar.name}{how} --replay {seed}:{number}"
        click.echo(f"\nThe end of {seed}:{number}; all of it: mailflow procedure simulate {file} {options}")
        for line in list(story(play_case(study, Ways(study.procedure), seed, number)[0].play))[-LAST_LINES:]:
            click.echo(f"  {line}")
