"""The tables of the weekly summary, one function for each kind of section (the list stands in weekly.py).

In: the scope of one manager's summary and the section as the procedure declares it.
Out: columns, rows of plain values (dates are local dates), and a sentence where one is needed.
Fails: KeyError for a state, field or child that the procedure does not have (`faults_of` finds them first).
Limits: counts what the logs tell; a row in which nothing happened and nothing stands is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Protocol

from mailflow.flow.counting import Moved, Open, Story, Week
from mailflow.flow.ports import Office
from mailflow.procedure.deadlines import add_months
from mailflow.procedure.definition import Section
from mailflow.store.log import Line

YEAR = 12
UNKNOWN = "not known"


@dataclass(frozen=True)
class Table:
    """Columns, rows and a note in one sentence or none."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""
    late: bool = False  # every row is overdue: it is shown so, worst first


class Scope(Protocol):
    """What a table is made from (weekly.Scope)."""

    office: Office
    stories: tuple[Story, ...]
    week: Week
    today: object
    asked: int
    restricted: int
    changes: tuple[Line, ...]
    open_steps: tuple[tuple[Story, Open], ...]
    overdue: tuple[tuple[Story, Open], ...]
    coming: tuple[tuple[Story, Open], ...]


def _stages(scope: Scope, section: Section) -> Table:
    now = Counter(_states(scope.stories, scope.week.end))
    before = Counter(_states(scope.stories, scope.week.start))
    rows = []
    for code, state in scope.office.procedure.top.states.items():
        if not state.ends and (now[code] or before[code]):
            rows.append([state.stage, state.title, now[code], now[code] - before[code]])
    rows.append(["All", "All open", sum(row[2] for row in rows), sum(row[3] for row in rows)])
    return Table(("Stage", "Title", "Open", "Change in the week"), rows)


def _states(stories: Iterable[Story], moment: object) -> Iterator[str]:
    for story in stories:
        main = story.before(moment).machines.get(story.procedure.main)  # type: ignore[arg-type]
        if main is not None:
            yield main.state


def _overdue(scope: Scope, section: Section) -> Table:
    return replace(_late(scope, [pair for pair in scope.overdue if not pair[1].soft]), late=True)


def _late_soft(scope: Scope, section: Section) -> Table:
    return _late(scope, [pair for pair in scope.overdue if pair[1].soft])


def _late(scope: Scope, pairs: Sequence[tuple[Story, Open]]) -> Table:
    rows = [
        [step.ref, step.party or UNKNOWN, step.step, owner(step), step.on, step.late]
        for story, step in pairs
        if not story.protected
    ]
    columns = ("Reference", scope.office.procedure.party_title or "Party", "Step", "Owner", "Due", "Working days late")
    return Table(columns, rows, _hidden(pairs))


def _coming(scope: Scope, section: Section) -> Table:
    rows = [
        [step.ref, step.party or UNKNOWN, step.step, owner(step), step.on]
        for story, step in scope.coming
        if not story.protected
    ]
    return Table(
        ("Reference", scope.office.procedure.party_title or "Party", "Step", "Owner", "Due"),
        rows,
        _hidden(scope.coming),
    )


def _hidden(pairs: Iterable[tuple[Story, Open]]) -> str:
    n = sum(story.protected for story, _ in pairs)
    return f"{n} more on protected cases, which are counted and not listed" if n else ""


def owner(step: Open) -> str:
    """The officers who have to act, by name."""
    return ", ".join(c.name or c.email for c in step.owners) or UNKNOWN


def _arrivals(scope: Scope, section: Section) -> Table:
    came = sum(scope.week.holds(story.opened) for story in scope.stories)
    moves = Counter(move.state for _, move in _in_week(scope, scope.office.procedure.main))
    states = scope.office.procedure.top.states
    rows: list[Sequence[object]] = [["Received", came]]
    rows += [[states[code].title, moves[code]] for code in section.items if moves[code]]
    return Table(("What", "In the week"), rows)


def _in_week(scope: Scope, kind: str) -> Iterator[tuple[Story, Moved]]:
    for story in scope.stories:
        for move in story.moves:
            if move.kind == kind and scope.week.holds(move.at):
                yield story, move


def _standing(scope: Scope, section: Section) -> Table:
    states, local = scope.office.procedure.top.states, scope.office.calendar.local_date
    found = [s for s in scope.stories if s.main is not None and s.main.state in section.items]
    rows = []
    for story in sorted((s for s in found if not s.protected), key=lambda s: s.main.since):  # type: ignore[union-attr]
        since = local(story.main.since)  # type: ignore[union-attr]
        party = story.field(story.procedure.party) or UNKNOWN
        title = states[story.main.state].title  # type: ignore[union-attr]
        rows.append([story.ref, party, title, since, (scope.today - since).days])  # type: ignore[operator]
    hidden = sum(s.protected for s in found)
    note = f"{hidden} more on protected cases, which are counted and not listed" if hidden else ""
    return Table(("Reference", scope.office.procedure.party_title or "Party", "State", "Since", "Days"), rows, note)


def _by(scope: Scope, section: Section) -> Table:
    procedure, local = scope.office.procedure, scope.office.calendar.local_date
    field, *kinds = section.items
    since = add_months(scope.week.last + timedelta(days=1), -YEAR)
    groups: dict[str, list[Story]] = {}
    for story in scope.stories:
        groups.setdefault(story.field(field) or UNKNOWN, []).append(story)
    rows = []
    for value, members in groups.items():
        recent = sum(local(story.opened) >= since for story in members)
        live = sum(story.main is not None and not story.main.ended for story in members)
        children = [_spawned(members, kind, since, local) for kind in kinds]
        if recent or live or any(children):
            rows.append([value, recent, live, *children])
    rows.sort(key=lambda row: (-row[1], -row[2], row[0]))
    titles = [f"{procedure.machines[kind].title}, 12 months" for kind in kinds]
    return Table((procedure.fields[field].title, "Received in 12 months", "Open now", *titles), rows)


def _spawned(stories: Iterable[Story], kind: str, since: object, local: Callable) -> int:
    machines = {(s.ref, m.machine) for s in stories for m in s.moves if m.kind == kind and local(m.at) >= since}
    return len(machines)


def _times(scope: Scope, section: Section) -> Table:
    groups: dict[tuple[str, str], list] = {}
    for story in scope.stories:
        for step in story.steps:
            if step.over_at is not None and step.taken is not None and scope.week.holds(step.over_at):
                groups.setdefault((step.kind, step.timer), []).append(step)
    rows = []
    for steps in groups.values():
        first = steps[0]
        taken = [step.taken for step in steps]
        in_time = sum(step.actual <= step.planned for step in steps)
        share = round(100 * in_time / len(steps))
        rows.append([first.stage, first.title, first.clause, len(steps), share, median(taken), max(taken), first.unit])
    rows.sort(key=lambda row: (_stage_order(str(row[0])), row[1]))
    return Table(("Stage", "Step", "Timescale", "Number", "In time, %", "Median", "Longest", "Counted in"), rows)


def _stage_order(stage: str) -> tuple[float, str]:
    try:
        return float(stage), ""
    except ValueError:
        return float("inf"), stage


def _children(scope: Scope, section: Section) -> Table:
    machines = scope.office.procedure.machines
    rows: list[Sequence[object]] = []
    for item in section.items:
        counted, _, flag = item.partition(" if ")
        kind, _, field = counted.partition(" ")
        if flag:
            rows.append(_flagged(scope, kind, field, flag))
            continue
        if field:
            rows += _by_result(scope, kind, field)
            continue
        came = Counter(move.state for _, move in _in_week(scope, kind))
        now = Counter(m.state for s in scope.stories for m in s.case.machines.values() if m.kind == kind)
        for code, state in machines[kind].states.items():
            if came[code] or (now[code] and not state.ends):
                rows.append([machines[kind].title, state.title, came[code], 0 if state.ends else now[code]])
    return Table(("What", "State", "Came to it in the week", "Stand there now"), rows)


def _flagged(scope: Scope, kind: str, state: str, flag: str) -> Sequence[object]:
    procedure = scope.office.procedure
    machine = procedure.machines[kind]
    n = sum(move.state == state and story.field(flag) == "yes" for story, move in _in_week(scope, kind))
    title = procedure.fields[flag].title
    return [machine.title, f"{machine.states[state].title}, where {title[:1].lower()}{title[1:]}", n, 0]


def _by_result(scope: Scope, kind: str, field: str) -> Iterator[Sequence[object]]:
    procedure = scope.office.procedure
    ended = Counter(
        str(story.case.machines[move.machine].fields.get(field) or UNKNOWN)
        for story, move in _in_week(scope, kind)
        if procedure.machines[kind].states[move.state].ends and move.machine in story.case.machines
    )
    title = f"{procedure.machines[kind].title}: {procedure.fields[field].title.lower()}"
    for value, n in sorted(ended.items()):
        yield [title, procedure.verbs[value].label if value in procedure.verbs else value, n, 0]


def _work(scope: Scope, section: Section) -> Table:
    procedure = scope.office.procedure
    rows: list[Sequence[object]] = []
    kind = ""
    for item in section.items:
        state, _, field = item.partition(" without ")
        if field:
            rows.append(_without(scope, kind, state, field))
            continue
        kind = item
        title = procedure.machines[kind].title
        live = [(s, m) for s in scope.stories for m in s.case.live(kind)]
        late = {(step.ref, step.machine) for _, step in scope.overdue}
        rows.append([title, "Open now", len(live)])
        rows.append([title, "Overdue now", sum((s.ref, m.id) in late for s, m in live)])
        came = Counter(move.state for _, move in _in_week(scope, kind))
        ends = [(code, s) for code, s in procedure.machines[kind].states.items() if s.ends]
        rows += [[title, f"{state.title}, in the week", came[code]] for code, state in ends if came[code]]
    return Table(("What", "State", "Number"), rows)


def _without(scope: Scope, kind: str, state: str, field: str) -> Sequence[object]:
    procedure = scope.office.procedure
    n = sum(
        move.state == state and not story.case.machines[move.machine].fields.get(field)
        for story, move in _in_week(scope, kind)
        if move.machine in story.case.machines
    )
    machine = procedure.machines[kind]
    words = f"{machine.states[state].title}, in the week, without: {procedure.fields[field].title.lower()}"
    return [machine.title, words, n]


TABLES: Mapping[str, Callable[[Scope, Section], Table]] = {
    "stages": _stages,
    "overdue": _overdue,
    "late_soft": _late_soft,
    "coming": _coming,
    "arrivals": _arrivals,
    "standing": _standing,
    "by": _by,
    "times": _times,
    "children": _children,
    "work": _work,
}
