"""The weekly summary: counts and lists for managers, made from folded logs, in the sections the procedure declares.

In: the stories of an office, a manager, the week, the day of the summary.
Out: the context of the summary's letter: headline, and sections with columns, rows and a note.
Fails: KeyError for a section of a kind that `known_section` does not know (the loader asks it first).
Limits: names no person but officers; a protected case is counted and never listed (domain.md 6.2, Q36).

The kinds of sections a procedure's [[summary]] may declare, and what their `items` are:
    title         the words of the subject before the colon; shows nothing itself
    stages        cases by stage, and the change in the week · items: none
    overdue       clocks that have passed, worst first · items: none
    late_soft     the same for "where possible" clocks (K7) · items: none
    coming        clocks due in the seven days from the summary's date · items: none
    arrivals      cases that came, and those that came into these states · items: states
    standing      cases that stand in these states now, and for how long · items: states
    by            cases by the value of a field: twelve months, open now · items: the field, then kinds of children
    times         time taken at each step against its timescale · items: none
    children      what became of children in the week · items: kinds of children, "KIND FIELD" to count by a field, or
                  "KIND STATE if FIELD" to count those of cases on which the field says yes
    work          children open, overdue and ended · items: kinds of children, or "STATE without FIELD"
    counts        how often something was counted up on cases · items: fields of the type count
    waiting       what waits for an officer, holds, letters that came back, reopenings · items: none
    trend         twelve months by month, in figures and in words · items: kinds of children counted beside them
    changed       what the files say since the week that they did not say before · items: none
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from mailflow.flow import weekly_tables, weekly_trends
from mailflow.flow.counting import Open, Story, Week
from mailflow.flow.ports import Office
from mailflow.flow.weekly_tables import Table
from mailflow.procedure.definition import Section
from mailflow.register.naming import key_of
from mailflow.register.people import Officer
from mailflow.store.log import Line

TITLE = "title"
TABLES = {**weekly_tables.TABLES, **weekly_trends.TABLES}


def known_section(kind: str) -> bool:
    """Whether [[summary]] may declare a section of this kind."""
    return kind == TITLE or kind in TABLES


@dataclass(frozen=True)
class Scope:
    """What one manager's summary is made from: the cases of their services, the week, today, mails that wait."""

    office: Office
    stories: tuple[Story, ...]
    week: Week
    today: date
    asked: int = 0
    restricted: int = 0  # cases that are counted here and stand nowhere else (Q45)
    changes: tuple[Line, ...] = ()  # of the office's own stream

    @cached_property
    def open_steps(self) -> tuple[tuple[Story, Open], ...]:
        """Every running clock with its case."""
        return tuple((story, step) for story in self.stories for step in story.open_steps(self.today))

    @cached_property
    def overdue(self) -> tuple[tuple[Story, Open], ...]:
        """Clocks that have passed, worst first; those of "where possible" apart (K7)."""
        late = [(story, step) for story, step in self.open_steps if step.overdue]
        return tuple(sorted(late, key=lambda pair: (-pair[1].late, pair[1].on, pair[0].ref)))

    @cached_property
    def coming(self) -> tuple[tuple[Story, Open], ...]:
        """Clocks due in the seven days from the summary's date, that date included."""
        until = self.today + timedelta(days=6)
        due = [
            (s, step)
            for s, step in self.open_steps
            if self.today <= step.target <= until or self.today <= step.on <= until
        ]
        return tuple(sorted(due, key=lambda pair: (pair[1].on, pair[0].ref)))


def scoped(stories: Sequence[Story], manager: Officer) -> tuple[Story, ...]:
    """The cases of the manager's services, or all if the manager is limited to none; never restricted ones (Q45)."""
    stories = [story for story in stories if not story.case.restricted]
    if not manager.services:
        return tuple(stories)
    own = {key_of(name) for name in manager.services}
    return tuple(story for story in stories if key_of(story.of_type("service")) in own)


def summary_context(scope: Scope) -> dict[str, object]:
    """What the letter says besides what every mail says: title, week, headline, sections."""
    sections = [shown(scope, section) for section in scope.office.procedure.summary if section.kind != TITLE]
    return {
        "summary_title": summary_title(scope.office),
        "week_ending": scope.week.last,
        "headline": headline(scope),
        "sections": sections,
    }


def summary_title(office: Office) -> str:
    """The words of the subject: the section of the kind "title", otherwise the procedure's own title."""
    named = (section.title for section in office.procedure.summary if section.kind == TITLE)
    return next(named, office.procedure.title)


def shown(scope: Scope, section: Section) -> Mapping[str, object]:
    """One section as the letter and the CSV files need it."""
    make: Callable[[Scope, Section], Table] = TABLES[section.kind]
    table = make(scope, section)
    note = " ".join(x if x.endswith(".") else f"{x}." for x in (section.note, table.note) if x)
    return {
        "number": section.number,
        "title": section.title,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "note": note,
        "late": table.late,
    }


def headline(scope: Scope) -> list[str]:
    """Three lines: what came and went, what is late, what comes (domain.md 6.2 (1))."""
    word = scope.office.procedure.case_word
    came = sum(scope.week.holds(story.opened) for story in scope.stories)
    ended = {
        story.ref
        for story in scope.stories
        for move in story.moves
        if scope.week.holds(move.at) and move.kind == story.procedure.main and _ends(story, move.state)
    }
    live = sum(_lives(story.before(scope.week.end), story) for story in scope.stories)
    was = sum(_lives(story.before(scope.week.start), story) for story in scope.stories)
    change = "as many as" if live == was else f"{abs(live - was)} {'more' if live > was else 'fewer'} than"
    hard = [step for _, step in scope.overdue if not step.soft]
    worst = max((step.late for step in hard), default=0)
    late = f"{_count(len(hard), 'step')} overdue, the worst by {_count(worst, 'working day')}."
    soon = f"{_count(len(scope.coming), 'step')} due in the next seven days"
    asked = f"{_count(scope.asked, 'question')} waiting for an officer's answer"
    return [
        f"{_count(came, word)} received and {len(ended)} ended in the week; {live} open at its end, "
        f"{change} a week before.",
        late if hard else "Nothing is overdue.",
        f"{soon}; {asked}." if scope.asked else f"{soon}.",
    ]


def _ends(story: Story, state: str) -> bool:
    found = story.procedure.top.states.get(state)
    return bool(found and found.ends)


def _lives(case: object, story: Story) -> bool:
    main = case.machines.get(story.procedure.main)  # type: ignore[attr-defined]
    return main is not None and not main.ended


def _count(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
