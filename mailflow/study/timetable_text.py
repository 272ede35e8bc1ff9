"""A timetable in words: a table of at most 100 columns, or a value for JSON.

In: a timetable.
Out: lines of plain text; a value whose keys stay as they are (docs/trying.md).
Fails: never.
Limits: dates are local dates of the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, time
from textwrap import wrap

from mailflow.procedure.deadlines import clock_words, short_date
from mailflow.study.timetable_values import Due, Path, Timetable

WIDTH = 100
STAGE, WHAT, WHO = 7, 38, 32
INDENT = " " * (STAGE + 2)


def lines(found: Timetable, title: str, word: str) -> Iterator[str]:
    """The paper's own way, then each branch from where it leaves."""
    start = _moment(found.start)
    yield from wrap(f"{title}: {word} of {start}, each step at its last moment ({found.calendar})", WIDTH)
    yield ""
    yield _row("Stage", "What is to be done", "Who", "Due")
    yield from _steps(found.main)
    for n, branch in enumerate(found.branches, 1):
        yield ""
        yield from wrap(f"Branch {n}, from {branch.leaves}", WIDTH)
        yield from _steps(branch)
    if found.endings:
        yield ""
        yield "These words end it at once:"
        for where, words, end in found.endings:
            yield from wrap(f"from {where}: {words} = {end}", WIDTH, initial_indent="  ", subsequent_indent="    ")


def _steps(path: Path) -> Iterator[str]:
    for step in path.steps:
        yield from wrap(f"> {_moment(step.at)}: {step.how}", WIDTH, subsequent_indent="  ")
        for due in step.dues:
            yield from _due(due)
    if path.ends:
        yield f"= {path.ends}"


def _due(due: Due) -> Iterator[str]:
    what, who = wrap(due.step, WHAT - 2), wrap(due.who, WHO - 2)
    for n in range(max(len(what), len(who))):
        first = n == 0
        cells = (what[n] if n < len(what) else "", who[n] if n < len(who) else "")
        yield _row(due.stage if first else "", *cells, _day(due.on, due.at) if first else "")
    words = due.working
    if due.soft:
        words += " (where possible)"
    if due.acts and not due.at:
        words += f"; what follows comes on {_moment(due.acts)}"
    if due.waits_for:
        words += f"; until then the {due.waits_for} may answer"
    yield from wrap(words, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _row(stage: str, what: str, who: str, due: str) -> str:
    return f"{stage:{STAGE}}{what:{WHAT}}{who:{WHO}}{due}".rstrip()


def _day(day: date, at: str) -> str:
    return short_date(day) + (f" {clock_words(time.fromisoformat(at))}" if at else "")


def _moment(at: datetime) -> str:
    return f"{short_date(at.date())} {clock_words(at.time())}"


def as_json(found: Timetable) -> dict[str, object]:
    """The same for programs: dates and local instants in ISO form."""
    return {
        "procedure": found.procedure,
        "edition": found.edition,
        "calendar": found.calendar,
        "start": found.start.isoformat(),
        "main": _path(found.main),
        "branches": [_path(branch) for branch in found.branches],
        "endings": [{"from": where, "how": words, "end": end} for where, words, end in found.endings],
    }


def _path(path: Path) -> dict[str, object]:
    steps = [
        {
            "at": step.at.isoformat(),
            "how": step.how,
            "now": [{"stage": stage, "title": title, "state": state} for stage, title, state in step.now],
            "dues": [_plain(due) for due in step.dues],
        }
        for step in path.steps
    ]
    return {"leaves": path.leaves, "steps": steps, "ends": path.ends}


def _plain(due: Due) -> dict[str, object]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(due).items()}
