"""A procedure as a table: each stage with who, the timescale, what may happen there and what then follows.

In: a procedure and its words (procedure/telling.py).
Out: a Table of plain values, in the paper's order of stages; table_text.py and picture.py show it.
Fails: never, for a procedure that was read without faults.
Limits: says what rows say; what only play shows (how long silence lasts, where cases end) is the check's matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailflow.procedure.definition import MachineDef, Row, State, TimerDef, Trigger, Verb
from mailflow.procedure.firing import BACK, SAME
from mailflow.procedure.telling import AT_ONCE, Telling
from mailflow.procedure.telling_names import hour, joined, mid_sentence, quoted, upper
from mailflow.study.effects import asides, follows, noted

SEVERAL = 5  # a way that leaves so many stages alike is told once


@dataclass(frozen=True)
class Clock:
    """A timescale of a stage. words: the paper's; rule: as it is counted; late: who is told when it is not kept;
    off: a setting has switched it off; only_while: when it runs at all, "" if always."""

    name: str
    step: str
    words: str
    rule: str
    counted_from: str
    waits_for: str
    late: tuple[str, ...]
    in_paper: bool
    may_be_extended: bool
    off: bool
    only_while: str


@dataclass(frozen=True)
class Event:
    """One thing that may happen. kind: word, mail, clock, letter or part; label: in short; by: titles of roles."""

    kind: str
    words: str
    label: str
    by: tuple[str, ...] = ()
    clock: str = ""


@dataclass(frozen=True)
class Move:
    """One way on: a row of the file as it works in one stage. to: a code, or "" where it leads back whence it came;
    opens: kinds of parts that it may open."""

    row: str
    line: int
    events: tuple[Event, ...]
    condition: str
    to: str
    to_words: str
    stays: bool
    opens: tuple[str, ...]
    follows: tuple[str, ...]
    asides: tuple[str, ...]
    noted: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """One stage, or one end, of a machine."""

    code: str
    number: str
    title: str
    ends: bool
    owner: str
    waits_for: str
    lives_by: str
    clocks: tuple[Clock, ...]
    standing: tuple[str, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Part:
    """One machine: the case itself, or a kind of part of it with a course of its own. begins: what opens it."""

    kind: str
    title: str
    begins: tuple[Move, ...]
    stages: tuple[Stage, ...]
    ends: tuple[Stage, ...]

    def stage(self, code: str) -> Stage | None:
        """The stage or end of this code."""
        return next((s for s in (*self.stages, *self.ends) if s.code == code), None)


@dataclass(frozen=True)
class Table:
    """A whole procedure. anywhere: words of every stage, by who may say them."""

    id: str
    title: str
    edition: str
    case_word: str
    parts: tuple[Part, ...]
    anywhere: tuple[tuple[str, tuple[str, ...]], ...]
    hold: str


def table(telling: Telling) -> Table:
    """The table of a procedure."""
    p = telling.procedure
    parts = tuple(_part(telling, machine) for machine in p.machines.values())
    return Table(p.id, p.title, p.edition, p.case_word, parts, _anywhere(telling), upper(p.hold.clause))


def number_key(number: str) -> tuple[tuple[int, int, str], ...]:
    """Stage numbers in the paper's order: 2 before 10, 13 before 13.1, A2 before B1."""
    return tuple((0, int(x), "") if x.isdigit() else (1, 0, x) for x in re.findall(r"\d+|[^\W\d_]+", number))


def _part(t: Telling, machine: MachineDef) -> Part:
    states = sorted(machine.states.values(), key=lambda s: number_key(s.stage))
    begins = tuple(
        _move(t, machine, row, n, None)
        for n, row in enumerate(machine.rows)
        if not row.sources and row.to in machine.states
    )
    return Part(
        machine.kind,
        upper(machine.title),
        begins,
        tuple(_stage(t, machine, s) for s in states if not s.ends),
        tuple(_stage(t, machine, s) for s in states if s.ends),
    )


def _stage(t: Telling, machine: MachineDef, state: State) -> Stage:
    clocks = [timer for timer in machine.timers.values() if state.code in timer.runs]
    standing = [timer for timer in machine.timers.values() if state.code in timer.stands | timer.pauses]
    moves = [_move(t, machine, row, n, state) for n, row in enumerate(machine.rows) if state.code in row.sources]
    return Stage(
        state.code,
        state.stage,
        state.title,
        state.ends,
        t.role_title(state.owner) if state.owner else "",
        upper(t.role(state.waits_for)) if state.waits_for else "",
        _lives_by(t, state),
        tuple(_clock(t, timer) for timer in clocks),
        tuple(f"{timer.step}: {mid_sentence(timer.clause)}" for timer in standing),
        tuple(moves),
    )


def _lives_by(t: Telling, state: State) -> str:
    if not state.lives_by:
        return ""
    kinds = [k for k in t.procedure.machines if k != t.procedure.main]
    if state.lives_by != "children":
        kinds = [state.lives_by]
    return f"The clocks of what is open from here: {joined((t.machine(k) for k in kinds), 'or')}"


def _clock(t: Telling, timer: TimerDef) -> Clock:
    return Clock(
        timer.name,
        timer.step,
        timer.clause,
        t.rule(timer),
        t.start(timer),
        t.roles(timer.chases),
        tuple(_late(t, timer)),
        not timer.extra,
        timer.extend,
        t.off(timer),
        _only_while(t, timer),
    )


def _only_while(t: Telling, timer: TimerDef) -> str:
    if timer.asked:
        return f"mail from {t.roles(timer.asked)} waits to be judged"
    if timer.correcting:
        return "what has left waits for its correction"
    return "a printed letter waits to be posted" if timer.posting else ""


def _late(t: Telling, timer: TimerDef) -> Iterator[str]:
    for rung in timer.ladder:
        days = {0: "on the day itself", 1: "on the next working day"}.get(
            rung.offset, f"{rung.offset} working days after it"
        )
        yield f"{t.letter(rung.letter)} to {t.roles(rung.to, 'and')} {days} at {hour(rung.at)}"


def _move(t: Telling, machine: MachineDef, row: Row, n: int, state: State | None) -> Move:
    to = state.code if state and row.to == SAME else "" if row.to == BACK else row.to
    stays = bool(state) and to == state.code
    target = machine.states.get(to)
    place = (*(() if machine.kind == t.procedure.main else ("child", machine.kind)), "row", n)
    return Move(
        row.id,
        t.procedure.lines.get(place, 0),
        tuple(_event(t, machine, trigger) for trigger in _merged(t, row.on)),
        t.condition(row.needs, row.needs_any, machine.kind),
        to,
        "Stays here" if stays else "Back to where it came from" if target is None else _named(target),
        stays,
        tuple(dict.fromkeys([s.child for s in row.spawn] + [x.child for x in row.tells if x.open])),
        tuple(follows(t, machine, row)),
        tuple(asides(t, row)),
        tuple(noted(t, row)),
        tuple(row.otherwise.values()),
    )


def _merged(t: Telling, triggers: tuple[Trigger, ...]) -> list[Trigger]:
    """Mails from several roles, and words of the same people, are told in one breath."""
    found: list[Trigger] = []
    for one in triggers:
        last = found[-1] if found else None
        if last and one.kind in ("mail", "said") and _alike(t, last, one):
            found[-1] = replace(last, names=(*last.names, *one.names))
        else:
            found.append(one)
    return found


def _alike(t: Telling, one: Trigger, other: Trigger) -> bool:
    if (one.kind, one.setting) != (other.kind, other.setting):
        return False
    speakers = {x.by or t.procedure.verbs[n].by for x in (one, other) if x.kind == "said" for n in x.names}
    return len(speakers) <= 1


def _named(state: State) -> str:
    return state.title if state.ends else f"{state.stage} {state.title}"


KINDS = {"said": "word", "mail": "mail", "own_letter": "mail", "timer": "clock", "sent": "letter", "bounced": "letter"}


def _event(t: Telling, machine: MachineDef, trigger: Trigger) -> Event:
    verbs = [t.procedure.verbs[n] for n in trigger.names if trigger.kind == "said"]
    by = dict.fromkeys(t.role_title(role) for verb in verbs for role in trigger.by or verb.by)
    clock = trigger.names[0] if trigger.kind == "timer" and trigger.names else ""
    return Event(
        KINDS.get(trigger.kind, "part"),
        t.event(trigger, machine.kind),
        _label(t, machine, trigger),
        tuple(by),
        clock,
    )


def _label(t: Telling, machine: MachineDef, trigger: Trigger) -> str:
    """The event in the fewest words, as an arrow carries it."""
    names = trigger.names
    match trigger.kind:
        case "said":
            words = joined((shortest(t.procedure.verbs[n]) for n in names), "or")
        case "mail":
            words = "mail from anyone" if "anyone" in names else f"mail from {t.roles(names)}"
        case "own_letter":
            words = "officer's own letter"
        case "timer":
            words = _time_up(machine.timers[names[0]])
        case "sent":
            words = "all letters have left" if len((*names, *trigger.tried)) > 1 else "letter has left"
        case "bounced":
            words = "letter came back"
        case "children":
            words = "all that was open has ended"
        case _:
            words = "at once" if AT_ONCE.issuperset(names) else f"told {joined(quoted(names), 'or')}"
    return words + (", if the office has set it so" if trigger.setting else "")


def _time_up(timer: TimerDef) -> str:
    return f"time is up: {mid_sentence(timer.step)}"


def shortest(verb: Verb) -> str:
    """The first form of a word that has no blank, otherwise what its button says."""
    return f'"{next((say for say in verb.say if "{" not in say), verb.label)}"'


def _anywhere(t: Telling) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Words that every stage knows, by who may say them."""
    found: dict[str, list[str]] = {}
    for verb in t.procedure.verbs.values():
        if verb.act and verb.say and not verb.part_of:
            found.setdefault(upper(t.roles(verb.by)), []).append(verb.label)
    return tuple((who, tuple(words)) for who, words in found.items())


def shared(part: Part) -> dict[str, tuple[Clock, tuple[Stage, ...]]]:
    """Clocks that run at more than half of all stages: by name, with the stages, for telling them once."""
    found: dict[str, tuple[Clock, list[Stage]]] = {}
    every = (*part.stages, *part.ends)
    for stage in every:
        for clock in stage.clocks:
            found.setdefault(clock.name, (clock, []))[1].append(stage)
    least = max(SEVERAL, len(every) // 2 + 1)
    return {name: (clock, tuple(stages)) for name, (clock, stages) in found.items() if len(stages) >= least}


def alike(part: Part) -> dict[str, tuple[Stage, ...]]:
    """Rows that leave several stages alike: the row's id and the stages, for telling them once."""
    found: dict[str, list[Stage]] = {}
    for stage in (*part.stages, *part.ends):
        for move in stage.moves:
            found.setdefault(move.row, []).append(stage)
    return {row: tuple(stages) for row, stages in found.items() if len(stages) >= SEVERAL}
