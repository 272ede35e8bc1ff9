"""What is drawn of a procedure: its stages, its ends, and the ways between them, each told in a few words.

In: the table of a procedure (table.py).
Out: a Picture: for each machine its cards with their ways on, and notes for what holds at many stages.
Fails: never.
Limits: what only stays at a stage (reminders, notes, mail for the file) stands in the table alone; has no place yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailflow.procedure.telling_names import in_sentence, joined, mid_sentence, upper
from mailflow.study.table import Clock, Event, Move, Part, Stage, Table, alike, number_key, shared

PEOPLE, CLOCK, COURSE = "people", "clock", "course"
"""Kinds of ways: somebody says or writes something; time is up; it follows from itself."""

ALIKE = ("mail from ", "told ")  # labels that begin alike


@dataclass(frozen=True)
class Way:
    """One arrow, or a line without one (target "": back to where it came from). rows: the rows it stands for."""

    source: str
    target: str
    kind: str
    words: str
    goal: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One stage or end as it is drawn."""

    code: str
    number: str
    title: str
    ends: bool
    who: str
    waits_for: str
    clocks: tuple[str, ...]
    opens: str
    begins: str
    many: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Note:
    """What holds at many stages, told once: where, what, where it leads. rows: the rows it stands for."""

    where: str
    words: str
    goal: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """One machine."""

    kind: str
    title: str
    begins: str
    cards: tuple[Card, ...]
    ends: tuple[Card, ...]
    notes: tuple[Note, ...]

    def card(self, code: str) -> Card:
        """The card of this stage or end."""
        return next(c for c in (*self.cards, *self.ends) if c.code == code)


@dataclass(frozen=True)
class Picture:
    """A whole procedure as it is drawn."""

    title: str
    edition: str
    hold: str
    charts: tuple[Chart, ...]


def picture(table: Table) -> Picture:
    """What is drawn of this table."""
    charts = tuple(_chart(table, part, n) for n, part in enumerate(table.parts))
    return Picture(table.title, table.edition, table.hold, charts)


def _chart(table: Table, part: Part, n: int) -> Chart:
    once = {row for row in alike(part) if any(_moves_on(m) for m in _moves_of(part, row))}
    return Chart(
        part.kind,
        part.title,
        _begins(table, part, n),
        tuple(_card(table, part, stage, once) for stage in part.stages),
        tuple(_card(table, part, stage, once) for stage in part.ends),
        (*(_note(part, row) for row in alike(part) if row in once), *_clock_notes(part)),
    )


def _moves_of(part: Part, row: str) -> list[Move]:
    return [m for stage in (*part.stages, *part.ends) for m in stage.moves if m.row == row]


def _moves_on(move: Move) -> bool:
    return not move.stays


def _begins(table: Table, part: Part, n: int) -> str:
    if n == 0:
        return ""
    # What opens a part is told at the stage that opens it; here only which stages these are.
    at = [s for other in table.parts for s in (*other.stages, *other.ends) if part.kind in _opened(s)]
    numbers = sorted({s.number for s in at}, key=number_key)
    return f"Opened at stage {joined(numbers, 'or')}" if numbers else ""


def _begins_here(part: Part, stage: Stage) -> str:
    labels = [e.label for move in part.begins if move.to == stage.code for e in move.events]
    told = joined((label for label in dict.fromkeys(labels) if label != "at once"), "or")
    return f"Begins here{f': {told}' if told else ''}" if labels else ""


def _opened(stage: Stage) -> set[str]:
    return {kind for move in stage.moves for kind in move.opens}


def _card(table: Table, part: Part, stage: Stage, once: set[str]) -> Card:
    moves = [m for m in stage.moves if m.row not in once and _moves_on(m)]
    often = shared(part)
    return Card(
        stage.code,
        stage.number,
        stage.title,
        stage.ends,
        stage.owner,
        in_sentence(stage.waits_for) if stage.waits_for else "",
        tuple(
            dict.fromkeys(
                _clock_words(c) for c in stage.clocks if not c.off and not c.only_while and c.name not in often
            )
        )
        + ((stage.lives_by,) if stage.lives_by else ()),
        joined((in_sentence(p.title) for p in table.parts if p.kind in _opened(stage)), "or"),
        _begins_here(part, stage),
        "From many stages" if any(m.to == stage.code for row in once for m in _moves_of(part, row)) else "",
        tuple(_ways(part, stage, moves)),
    )


def _clock_words(clock: Clock) -> str:
    return clock.words if clock.in_paper else f"{clock.words} *"


def _ways(part: Part, stage: Stage, moves: list[Move]) -> list[Way]:
    """The ways on from a stage: one for each target and kind, with all that leads there."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    leads: dict[str, set[str]] = {}
    for move in moves:
        for event in move.events:
            found.setdefault((move.to, _kind(event)), []).append((event.label, move.row))
            leads.setdefault(event.label, set()).add(move.to)
    ways = []
    for (to, kind), told in found.items():
        words = dict.fromkeys(label for label, _ in told)
        sometimes = any(len(leads[label]) > 1 for label in words)
        said = upper(joined(_short(list(words)), "or")) + (", in some cases" if sometimes else "")
        target = part.stage(to)
        goal = "back to where it came from" if target is None else "end" if target.ends else target.number
        ways.append(Way(stage.code, to, kind, said, goal, tuple(dict.fromkeys(row for _, row in told))))
    return ways


def _short(labels: list[str]) -> list[str]:
    """Mails from several roles, and several signals, in one breath."""
    told = [label for label in labels if not label.startswith(ALIKE)]
    for begin in ALIKE:
        some = [label.removeprefix(begin) for label in labels if label.startswith(begin)]
        told += [begin + joined(some, "or")] if some else []
    return told


def _kind(event: Event) -> str:
    return {"word": PEOPLE, "mail": PEOPLE, "clock": CLOCK}.get(event.kind, COURSE)


def _note(part: Part, row: str) -> Note:
    stages = alike(part)[row]
    move = next(m for m in stages[0].moves if m.row == row)
    words = upper(joined(_short([e.label for e in move.events]), "or"))
    ends = [s for s in stages if s.ends]
    live = _stages(part, [s for s in stages if not s.ends])
    where = [
        *([f"From {live}"] if live else []),
        *([f"After the end: {joined((s.title for s in ends), 'or')}"] if ends else []),
    ]
    return Note(". ".join(where), words, move.to_words, (row,))


def _clock_notes(part: Part) -> Iterator[Note]:
    """Clocks of most stages."""
    for clock, stages in shared(part).values():
        where = "every stage and end" if len(stages) == len(part.stages) + len(part.ends) else "most stages"
        when = f", while {clock.only_while}" if clock.only_while else ""
        yield Note(f"At {where}{when}", f"{upper(clock.step)}: {mid_sentence(_clock_words(clock))}", "", ())


def _stages(part: Part, some: list[Stage]) -> str:
    """Stages by their numbers, "1 to 8 and 14"; by their titles where not all stages of one number are meant."""
    if len(some) == len(part.stages):
        return "every stage"
    numbers = list(dict.fromkeys(s.number for s in part.stages))
    whole = [n for n in numbers if all(s in some for s in part.stages if s.number == n)]
    runs: list[list[str]] = []
    for number in whole:
        if runs and numbers.index(number) == numbers.index(runs[-1][-1]) + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [f"{run[0]} to {run[-1]}" if len(run) > 2 else joined(run, "and") for run in runs]
    told += [f"{s.number} {s.title}" for s in some if s.number not in whole]
    return f"{'stages' if len(some) > 1 else 'stage'} {joined(told, 'and')}" if told else ""
