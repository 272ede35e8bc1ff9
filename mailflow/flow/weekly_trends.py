"""More tables of the weekly summary: what waits, twelve months, what changed in the settings.

In: the scope of one manager's summary and the section as the procedure declares it.
Out: columns, rows of plain values, and the trend in a sentence beside its figures.
Fails: KeyError for a field that the procedure does not have.
Limits: counts what the logs tell; who changed a file is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from mailflow.flow import daily
from mailflow.flow.counting import Moved, Story
from mailflow.flow.weekly_tables import YEAR, Scope, Table
from mailflow.procedure import by_post
from mailflow.procedure.deadlines import add_months
from mailflow.procedure.definition import Section

CHANGED = "settings"  # a line of the office's stream: what the files say now that they did not say before


def _waiting(scope: Scope, section: Section) -> Table:
    def told(kind: str, **wanted: str) -> int:
        return sum(
            line.kind == kind and scope.week.holds(at) and all(line.data.get(k) == v for k, v in wanted.items())
            for story in scope.stories
            for line, at in zip(story.lines, story.at, strict=True)
        )

    def held(story: Story) -> date:
        return date.fromisoformat(str(story.case.hold["until"]))

    holds = [held(story) for story in scope.stories if story.case.hold]
    breached = [v.field for v in scope.office.procedure.verbs.values() if v.act == "breach"]
    breaches = sum(any(story.case.fields.get(name) for name in breached) for story in scope.stories)
    rows = [
        ["Questions about mail waiting for an officer's answer", scope.asked],
        ["Officers' words that were not taken and not said again", sum(map(daily.unsaid, scope.stories))],
        ["Mails in reply that wait to be judged", sum(len(v) for s in scope.stories for v in s.case.unjudged.values())],
        ["Letters that wait to be posted", sum(len(by_post.unposted(s.case)) for s in scope.stories)],
        ["On hold now", len(holds)],
        ["On hold although the date has passed", sum(until < scope.today for until in holds)],
        *([["Data breaches open now", breaches]] if breached else []),
        ["Letters that could not be delivered, in the week", told("settled", result="bounced")],
        ["Reopened in the week", told("cycle")],
        ["Words undone in the week", told("undone")],
    ]
    if scope.restricted:
        rows.append(["Restricted records, which are counted and shown nowhere", scope.restricted])
    return Table(("What", "Number"), rows)


def _counts(scope: Scope, section: Section) -> Table:
    """Fields that count something on each case: how often in the week, and on how many cases more than once by now."""
    rows = []
    for name in section.items:
        told = [
            (story, fact)
            for story in scope.stories
            for fact, at in zip(story.facts, story.at, strict=True)
            if fact.kind == "field" and fact.data["name"] == name and scope.week.holds(at)
        ]
        week = sum(str(fact.data["value"]) != "0" for _, fact in told)
        often = sum(int(story.field(name) or 0) > 1 for story in scope.stories if not story.main.ended)  # type: ignore[union-attr]
        rows.append([scope.office.procedure.fields[name].title, week, often])
    return Table(("What", "In the week", "Open with more than one"), rows)


def _trend(scope: Scope, section: Section) -> Table:
    """The twelve months that end with that of the week's last day, in figures and in words beside them (6.2 (10))."""
    kinds, local = section.items, scope.office.calendar.local_date
    last = scope.week.last.replace(day=1)
    months = [add_months(last, -n) for n in range(YEAR - 1, -1, -1)]
    rows = []
    for first in months:
        following = min(add_months(first, 1), scope.week.last + timedelta(days=1))
        inside = lambda at, a=first, b=following: a <= local(at) < b  # noqa: E731
        came = sum(inside(story.opened) for story in scope.stories)
        ended = sum(any(inside(m.at) for m in _endings(story)) for story in scope.stories)
        live = sum(_lived(story, following, local) for story in scope.stories)
        children = [sum(inside(at) for story in scope.stories for at in _begun(story, kind)) for kind in kinds]
        partly = " so far" if following < add_months(first, 1) else ""
        rows.append([f"{first:%B %Y}{partly}", came, ended, live, *children])
    titles = [f"{scope.office.procedure.machines[kind].title}s begun" for kind in kinds]
    return Table(("Month", "Received", "Ended", "Open at end", *titles), rows, _in_words(scope, rows))


def _endings(story: Story) -> list[Moved]:
    states = story.procedure.top.states
    return [m for m in story.moves if m.kind == story.procedure.main and states[m.state].ends]


def _begun(story: Story, kind: str) -> Iterator[datetime]:
    """When each child of this kind was made."""
    seen: set[str] = set()
    for move in story.moves:
        if move.kind == kind and move.machine not in seen:
            seen.add(move.machine)
            yield move.at


def _lived(story: Story, before: date, local: Callable) -> bool:
    """Whether the case was open when this day began."""
    moves = [m for m in story.moves if m.kind == story.procedure.main and local(m.at) < before]
    return bool(moves) and not story.procedure.top.states[moves[-1].state].ends


def _in_words(scope: Scope, rows: list[list[object]]) -> str:
    """The same in three short sentences, for whoever reads no table."""
    word = scope.office.procedure.case_word
    came = [int(str(row[1])) for row in rows]
    most = max(range(YEAR), key=lambda n: (came[n], n))
    whole = [n for n in range(YEAR) if not str(rows[n][0]).endswith(" so far")]
    said = [f"{sum(came)} {word}s were received in these months"]
    if sum(came):
        said[0] += f", most in {str(rows[most][0]).removesuffix(' so far')} ({came[most]})"
    if len(whole) > 1:
        now, before = whole[-1], whole[-2]
        change = came[now] - came[before]
        words = "as many as" if not change else f"{abs(change)} {'more' if change > 0 else 'fewer'} than"
        said.append(f"{rows[now][0]} brought {came[now]}, {words} the month before")
    first, last = int(str(rows[0][3])), int(str(rows[-1][3]))
    moved = "as many as" if first == last else f"{abs(last - first)} {'more' if last > first else 'fewer'} than"
    said.append(f"{last} are open at the end, {moved} at the end of {rows[0][0]}")
    return ". ".join(said)


def _changed(scope: Scope, section: Section) -> Table:
    local = scope.office.calendar.local_date
    rows = [
        [local(line.happened_at), change["where"], change["what"], change["old"], change["new"]]
        for line in scope.changes
        if line.kind == CHANGED and scope.week.holds(line.happened_at)
        for change in line.data["changes"]
    ]
    note = (
        "The dates are those on which the new files were first used; who wrote them only the files' own history tells"
    )
    return Table(("In use since", "Where", "What", "Before", "Now"), rows, note if rows else "")


TABLES: Mapping[str, Callable[[Scope, Section], Table]] = {
    "waiting": _waiting,
    "counts": _counts,
    "trend": _trend,
    "changed": _changed,
}
