"""Open dates worked out again when the calendar or a setting has changed (K12).

In: a case and today's terms and calendar.
Out: facts: which clocks got another date, old and new; [] if none did.
Fails: ValueError from a rule that cannot be computed.
Limits: a date that a letter has promised moves later, never earlier; dates of clocks that have ended stay history.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from mailflow.procedure import deadlines
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, Machine, Timer
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import Terms
from mailflow.procedure.timers import dated, is_off, rule_of, set_timer, steps_of

SWITCH = re.compile(r"\{\w+\}")  # a rule that is wholly a setting may be switched off and on


def recompute(
    procedure: Procedure, terms: Terms, case: Case, now: datetime, calendars: Mapping[str, Calendar]
) -> list[Fact]:
    """The facts that bring every running or standing clock in line with today's calendar and settings."""
    d = Decision(procedure, terms, case, now, calendars[terms.calendar])
    for machine in case.live():
        for name, timer in machine.timers.items():
            if name not in d.definition(machine).timers:
                continue
            if is_off(d, d.definition(machine).timers[name]):
                d.emit("timer_ended", machine.id, timer=name, how="off")
            elif timer.state != "paused":
                _again(d, machine, timer)
        _switched_on(d, machine)
    return d.facts


def _switched_on(d: Decision, machine: Machine) -> None:
    """A clock that the office had switched off counts from when the stage began; what is past acts at once."""
    for name, definition in d.definition(machine).timers.items():
        idle = name not in machine.timers and machine.state in definition.runs
        if idle and not d.case.hold and SWITCH.fullmatch(definition.due) and not (definition.once or definition.asked):
            if not is_off(d, definition):
                d.at = machine.since
                set_timer(d, machine, definition)


def _again(d: Decision, machine: Machine, timer: Timer) -> None:
    definition = d.definition(machine).timers[timer.name]
    rule = rule_of(d, definition)
    fixed = timer.nominal if timer.fixed else None
    deadline = deadlines.compute(rule, timer.anchor, d.calendar, fixed)
    if rule.kind == "same_day" and fixed is None:
        # The hour of the event decided the day (K7) and is not kept: only the roll is done again.
        deadline = deadlines.compute(rule, timer.on, d.calendar, timer.on)
    if timer.promised is not None:
        deadline = deadlines.later_of(deadline, timer.promised)
    if deadline.on == timer.on:
        return
    left_over = {name for name, _ in timer.steps}
    steps = [s for s in steps_of(d, definition, deadline.on) if s[0] in left_over]
    d.emit(
        "recomputed",
        machine.id,
        timer=timer.name,
        old=timer.on.isoformat(),
        new=deadline.on.isoformat(),
        at=d.now.isoformat(),
    )
    d.emit(
        "timer_set",
        machine.id,
        **dated(definition, rule, deadline),
        anchor=timer.anchor.isoformat(),
        steps=steps,
        promised=timer.promised.isoformat() if timer.promised else "",
        extended=timer.extended,
        letter=timer.letter,
        firm=timer.firm,
        firming=True,
        fixed=timer.fixed,
    )
    if timer.state == "standing":
        d.emit("timer_stood", machine.id, timer=timer.name)
