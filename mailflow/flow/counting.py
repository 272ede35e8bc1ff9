"""The cases of an office as counts need them: each folded now, at the end of a week and a week before.

In: a unit of work, an office, the instants that bound the week.
Out: stories of cases and the steps that are open on them, with their owners and their lateness.
Fails: never.
Limits: reads every log of the office, once; an event told after the week but dated into it counts where it is dated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from mailflow.errors import EditionUnreadable
from mailflow.flow import people, sealing
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import office_for
from mailflow.flow.timeline import Step, moments, steps_of
from mailflow.procedure import shielding
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, Machine, fold
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import Contact
from mailflow.store import Unit
from mailflow.store.log import Line

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """Seven local days: `first` and `last` are Monday and Sunday; `start` and `end` bound them, UTC, end excluded."""

    first: date
    last: date
    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in the week."""
        return self.start <= at < self.end


def week_before(calendar: Calendar, today: date) -> Week:
    """The seven days that ended on the last Sunday before `today`, local time (domain.md 6.2)."""
    last = today - timedelta(days=today.isoweekday())
    first = last - timedelta(days=6)
    return Week(first, last, calendar.end_of(first - timedelta(days=1)), calendar.end_of(last))


@dataclass(frozen=True)
class Moved:
    """A machine of a case came into a state."""

    machine: str
    kind: str
    state: str
    at: datetime


@dataclass(frozen=True)
class Open:
    """A running clock that somebody has to mind. late: working days after `on` up to and including today."""

    ref: str
    party: str
    machine: str
    timer: str
    step: str
    stage: str
    on: date
    target: date
    soft: bool
    clause: str
    working: str
    owners: tuple[Contact, ...]
    late: int
    overdue: bool


@dataclass(frozen=True)
class Story:
    """One case with its log."""

    office: Office
    procedure: Procedure
    case: Case
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...]
    _past: dict[datetime, Case] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def at(self) -> tuple[datetime, ...]:
        """When each line happened."""
        return tuple(moments(self.lines))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every clock that ran."""
        return tuple(steps_of(self.procedure, self.office.calendar, self.lines))

    @cached_property
    def moves(self) -> tuple[Moved, ...]:
        """Every state a machine came into, in order; an undone word takes its moves with it."""
        return tuple(_moves(self.procedure, self.lines, self.at))

    @property
    def ref(self) -> str:
        """The case's reference."""
        return self.case.ref

    @property
    def main(self) -> Machine | None:
        """The case's own machine."""
        return self.case.machines.get(self.procedure.main)

    @property
    def opened(self) -> datetime:
        """When it came (K8)."""
        assert self.case.opened_at is not None
        return self.case.opened_at

    @property
    def protected(self) -> bool:
        """Whether a flag of the procedure hides a person of this case: then it is counted and never listed (Q9)."""
        return shielding.protected(self.procedure, self.case)

    def field(self, name: str) -> str:
        """A field in words, "" if it is not known."""
        value = self.case.fields.get(name)
        return "" if value is None else str(value)

    def of_type(self, kind: str) -> str:
        """The field of a type, for example "service"."""
        return next((self.field(f.name) for f in self.procedure.fields.values() if f.type == kind), "")

    def before(self, moment: datetime) -> Case:
        """The case as it stood then: what its log told up to the first line that happened later."""
        if moment not in self._past:  # every section of every manager's summary asks about the same few
            n = next((i for i, at in enumerate(self.at) if at >= moment), len(self.at))
            self._past[moment] = fold(self.facts[:n])
        return self._past[moment]

    def open_steps(self, today: date) -> list[Open]:
        """The clocks that run now, each once, with owners and lateness as on `today`."""
        if not any(not m.ended and m.timers for m in self.case.machines.values()):
            return []
        folk = people.people_of(self.office, self.procedure, self.case, today)
        return [self._open(m, name, folk, today) for m, name in self._running()]

    def _running(self) -> Iterator[tuple[Machine, str]]:
        for machine in self.case.live():
            defined = self.procedure.machines[machine.kind].timers
            for name, timer in machine.timers.items():
                if timer.state == "running" and not (name in defined and defined[name].shared):
                    yield machine, name

    def _open(self, machine: Machine, name: str, folk: Mapping[str, tuple[Contact, ...]], today: date) -> Open:
        calendar = self.office.calendar
        timer, definition = machine.timers[name], self.procedure.machines[machine.kind]
        step = definition.timers[name].step if name in definition.timers else self.procedure.hold.clause
        of = f"{definition.title} {machine.item}: " if machine.item else ""
        return Open(
            ref=self.ref,
            party=self.field(self.procedure.party),
            machine=machine.id,
            timer=name,
            step=of + step,
            stage=definition.states[machine.state].stage,
            on=timer.on,
            target=timer.target,
            soft=timer.soft,
            clause=timer.clause,
            working=timer.working,
            owners=self._owners(machine, folk),
            late=calendar.working_days_between(timer.on, today),
            overdue=today > timer.on,
        )

    def _owners(self, machine: Machine, folk: Mapping[str, tuple[Contact, ...]]) -> tuple[Contact, ...]:
        """Who does the stage's work today; nobody there: the next above (G13)."""
        role = self.procedure.machines[machine.kind].states[machine.state].owner
        main = self.main
        if not role and main is not None:
            role = self.procedure.top.states[main.state].owner
        tried: set[str] = set()
        while role and role not in tried:
            if folk.get(role):
                return folk[role]
            tried.add(role)
            role = self.procedure.roles[role].above
        return ()


def stories(
    house: House, unit: Unit, office: Office, *, live_only: bool = False, since: datetime | None = None
) -> list[Story]:
    """The cases of an office in the order in which they were opened; with `live_only`, without those that are over.

    since: without those that were over before it and wait for nothing. To fold a case costs some milliseconds.
    """
    found = []
    for ref in unit.log.cases():
        if not office.has(ref):
            continue
        view = unit.views.get(ref) if live_only or since else None
        if view is not None and not view.get("live", True) and (live_only or _long_over(view, since)):
            continue
        with suppress(EditionUnreadable):  # it stands still; the administrator knows (flow/editions.py)
            found.append(story(house, unit, office, ref))
    return found


def _long_over(view: Mapping[str, Any], since: datetime | None) -> bool:
    """Whether nothing has happened to an ended case since then, as its view tells, and nothing is awaited on it."""
    if since is None or not view.get("since") or view.get("unjudged") or view.get("timers"):
        return False
    last = max(str(view["since"]), *(str(child["since"]) for child in view.get("children", ())), "")
    return datetime.fromisoformat(last) < since


def story(house: House, unit: Unit, office: Office, ref: str) -> Story:
    """One case with its log, words included."""
    lines = unit.log.read(ref)
    facts = tuple(sealing.facts_of(unit, lines))
    case = fold(facts)
    procedure = house.procedure_of(office, case.edition)
    return Story(office_for(office, procedure, case), procedure, case, tuple(lines), facts)


def _moves(procedure: Procedure, lines: Iterable[Line], at: Iterable[datetime]) -> list[Moved]:
    kinds = {procedure.main: procedure.main}
    found: list[tuple[int, Moved]] = []
    causes: dict[int, str] = {}
    for line, when in zip(lines, at, strict=True):
        causes[line.seq] = line.cause
        if line.kind == "spawned":
            kinds[line.machine] = str(line.data["kind"])
            found.append((line.seq, Moved(line.machine, kinds[line.machine], str(line.data["state"]), when)))
        elif line.kind == "moved" and line.data["from"] != line.data["to"]:
            kind = kinds.get(line.machine, line.machine)
            found.append((line.seq, Moved(line.machine, kind, str(line.data["to"]), when)))
        elif line.kind == "undone":
            act = int(line.data["act"])
            found = [(seq, m) for seq, m in found if seq < act or causes[seq] != causes.get(act)]
    return [moved for _, moved in found]
