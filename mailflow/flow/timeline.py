"""Planned against actual: every clock that ran on a case, when it was to be done and when it was.

In: the lines of a case's log, its procedure and its calendar.
Out: steps in the order in which they began, and the instant at which each line happened.
Fails: never; a clock that the procedure's edition does not know keeps its own name.
Limits: tells what the log tells; a letter that an officer sent by hand counts from the day the officer stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import HEADS, day, instant
from mailflow.procedure.deadlines import read_rule, short_date
from mailflow.procedure.definition import Procedure
from mailflow.store.log import Line

_TELLING = HEADS | {"moved", "spawned", "noted", "held", "released", "undone"}


@dataclass(frozen=True)
class Step:
    """One clock's run: `planned` is its due date at the end, `first` the one it began with, `actual` when it was over.

    late: working days after `planned` up to and including `actual`, 0 if in time. taken: from `anchor` to `actual`,
    in `unit` ("working days" or "days"); None while it runs. state: running, standing, paused or over.
    """

    machine: str
    kind: str
    timer: str
    stage: str
    title: str
    clause: str
    working: str
    soft: bool
    anchor: date
    first: date
    planned: date
    state: str = "running"
    actual: date | None = None
    over_at: datetime | None = None
    late: int = 0
    taken: int | None = None
    unit: str = "days"
    reasons: tuple[str, ...] = ()


def moments(lines: Sequence[Line]) -> list[datetime]:
    """When each line happened, UTC (K8, K9); what a passed deadline set off happened when it was done (G10)."""
    found: list[datetime] = []
    cause, at, by_clock = "", None, False
    for line in lines:
        if line.cause != cause:
            cause, at, by_clock = line.cause, line.happened_at, line.kind == "timer"
        if not by_clock and line.kind in _TELLING and line.data.get("at"):
            at = instant(line.data["at"])
        found.append(line.recorded_at if by_clock or at is None else at)
    return found


def steps_of(procedure: Procedure, calendar: Calendar, lines: Sequence[Line]) -> list[Step]:
    """Every clock that ran, in the order of the log; what was undone did not happen."""
    return _Reader(procedure, calendar).read(lines)


class _Reader:
    def __init__(self, procedure: Procedure, calendar: Calendar):
        self.procedure, self.calendar = procedure, calendar
        self.kinds = {procedure.main: procedure.main}
        self.states: dict[str, str] = {}
        self.open: dict[tuple[str, str], Step] = {}
        self.over: list[Step] = []
        self.before: dict[int, tuple[dict, list[Step]]] = {}
        self.moved_by: dict[int, set[str]] = {}

    def read(self, lines: Sequence[Line]) -> list[Step]:
        act = 0
        for line, at in zip(lines, moments(lines), strict=True):
            if line.kind in HEADS:
                act = line.seq
                self.before[act] = (dict(self.open), list(self.over))
            elif line.kind in ("moved", "spawned") or line.kind.startswith("timer_"):
                self.moved_by.setdefault(act, set()).add(line.machine)
            self._take(line, at)
        return [*self.over, *self.open.values()]

    def _take(self, line: Line, at: datetime) -> None:
        match line.kind:
            case "spawned":
                self.kinds[line.machine] = str(line.data["kind"])
                self.states[line.machine] = str(line.data["state"])
            case "moved":
                self.states[line.machine] = str(line.data["to"])
            case "timer_set":
                self._set(line, at)
            case "timer_ended":
                self._end((line.machine, str(line.data["timer"])), at)
            case "timer_paused":
                self._turn(line, "paused", "the clock was stopped and kept its days")
            case "timer_stood":
                self._turn(line, "standing", "stood still while a mail was judged")
            case "timer_ran":
                self._turn(line, "running", "")
            case "undone":
                self._undo(int(line.data["act"]))

    def _set(self, line: Line, at: datetime) -> None:
        data, key = line.data, (line.machine, str(line.data["timer"]))
        old, on = self.open.get(key), day(data["on"])
        if old is not None and (data.get("firming") or old.state == "paused" or data.get("extended")):
            moved = on != old.planned and not data.get("firming") and old.state != "paused"
            reasons = (*old.reasons, f"extended from {short_date(old.planned)}") if moved else old.reasons
            changes = {"planned": on, "state": "running", "reasons": reasons, "working": str(data["working"])}
            self.open[key] = replace(old, **changes)
            return
        if old is not None:  # the clock began anew
            self._end(key, at)
        self.open[key] = self._begun(line, on)

    def _begun(self, line: Line, on: date) -> Step:
        kind = self.kinds.get(line.machine, line.machine)
        machine = self.procedure.machines.get(kind)
        name = str(line.data["timer"])
        defined = machine.timers.get(name) if machine else None
        state = machine.states.get(self.states.get(line.machine, "")) if machine else None
        return Step(
            machine=line.machine,
            kind=kind,
            timer=name,
            stage=state.stage if state else "",
            title=defined.step if defined else self.procedure.hold.clause,
            clause=str(line.data["clause"]),
            working=str(line.data["working"]),
            soft=bool(line.data["soft"]),
            anchor=day(line.data["anchor"]),
            first=on,
            planned=on,
            unit=_unit(str(line.data["rule"])),
        )

    def _turn(self, line: Line, state: str, reason: str) -> None:
        key = (line.machine, str(line.data["timer"]))
        if key in self.open:
            old = self.open[key]
            reasons = (*old.reasons, reason) if reason and reason not in old.reasons else old.reasons
            self.open[key] = replace(old, state=state, reasons=reasons)

    def _end(self, key: tuple[str, str], at: datetime) -> None:
        step = self.open.pop(key, None)
        if step is None:
            return
        on = self.calendar.local_date(at)
        between = self.calendar.working_days_between
        taken = between(step.anchor, on) if step.unit == "working days" else max(0, (on - step.anchor).days)
        late = between(step.planned, on)
        self.over.append(replace(step, state="over", actual=on, over_at=at, late=late, taken=taken))

    def _undo(self, act: int) -> None:
        if act not in self.before:
            return
        touched = self.moved_by.get(act, set())
        opened, over = self.before[act]
        self.open = {k: v for k, v in self.open.items() if k[0] not in touched} | {
            k: v for k, v in opened.items() if k[0] in touched
        }
        self.over = [s for s in self.over if s.machine not in touched or s in over]


def _unit(rule: str) -> str:
    try:
        return "working days" if read_rule(rule).kind in ("working", "same_day") else "days"
    except ValueError:
        return "days"
