"""Open dates worked out again when the calendar, a setting or the edition has changed (K12).

In: a case and today's terms and calendar.
Out: facts: that the case has come under another calendar; which clocks got another date, old and new, and one letter
  to each party whose given date moved; or [].
Fails: ValueError from a rule that cannot be computed.
Limits: a date that a letter has promised moves later, never earlier; dates of clocks that have ended stay history.
  A party is not written to about a letter of ours that has not left yet: its date becomes firm when it does (K9).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailflow.procedure import deadlines, dispatch
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, Machine, Timer, day
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import Procedure, TimerDef
from mailflow.procedure.events import Terms
from mailflow.procedure.standing import Sent
from mailflow.procedure.timers import FIRE, anchor_of, dated, is_off, rule_of, set_timer, steps_of


@dataclass(frozen=True)
class Moved:
    """A clock whose date is another one now; `told` is the letter in which its party was given the old one."""

    machine: str
    timer: str
    old: date
    new: date
    told: Sent | None


def recompute(
    procedure: Procedure, terms: Terms, case: Case, now: datetime, calendars: Mapping[str, Calendar]
) -> list[Fact]:
    """The facts that bring every running or standing clock in line with today's calendar and settings.

    A case that has come under another calendar (K1) says so first.
    """
    d = Decision(procedure, terms, case, now, calendars[terms.calendar])
    other = _comes_under(d)
    moved = []
    for machine in case.live():
        for name, timer in machine.timers.items():
            definition = d.definition(machine).timers.get(name)
            if definition and is_off(d, definition):
                came_or_went(d, machine, name, timer.on, None)
                d.emit("timer_ended", machine.id, timer=name, how="off")
            elif definition and timer.state != "paused":
                moved += again(d, machine, timer, definition, definition, reworded=other)
        _switched_on(d, machine)
    if case.live():
        date_fields(d)
    tell_parties(d, moved)
    return d.facts


def _comes_under(d: Decision) -> bool:
    """Whether the case has come under another calendar (K1), which it then says."""
    name = d.terms.calendar if d.terms.calendar_why else ""
    if name == d.case.calendar:
        return False
    told = {"name": name, "old": d.case.calendar, "why": d.terms.calendar_why}
    d.emit("calendar", d.procedure.main, **told, at=d.now.isoformat())
    return True


def _switched_on(d: Decision, machine: Machine) -> None:
    """A clock that the office had switched off counts from when the stage began; what is past acts at once."""
    for name, definition in d.definition(machine).timers.items():
        idle = name not in machine.timers and machine.state in definition.runs
        if (
            idle
            and not d.case.hold
            and definition.due[1:-1] in d.procedure.rules_by_setting
            and not (definition.once or definition.asked)
        ):
            if not is_off(d, definition):
                d.at = machine.since
                set_timer(d, machine, definition)
                d.at = d.now
                came_or_went(d, machine, name, None, d.case.machines[machine.id].timers[name].on)


def date_fields(d: Decision) -> None:
    """Dates that stand in fields and count from a letter (until when a party may still do something) move later."""
    for row in (r for m in d.procedure.machines.values() for r in m.rows):
        for name, words in row.date_field.items():
            letter = d.case.last_letter(words.partition(" from letter ")[2])
            if letter is None or letter.status != "sent" or not d.case.fields.get(name):
                continue
            rule = deadlines.read_rule(d.fill(words).partition(" from letter ")[0])
            until = deadlines.compute(rule, letter.at, d.calendar).on
            if until > day(d.case.fields[name]):
                d.emit("field", d.procedure.main, name=name, value=until.isoformat())


def again(
    d: Decision, machine: Machine, timer: Timer, old: TimerDef | None, new: TimerDef, *, reworded: bool = False
) -> list[Moved]:
    """Work out a clock's date anew; `old` is how it was defined when it got its date (None: nobody knows any more).

    reworded: a date that stays has another working all the same.
    """
    rule = rule_of(d, new)
    deadline = _deadline(d, machine, timer, old, new, rule)
    told = _given_in(d, timer, new)
    promised = timer.promised or (timer.on if told else None)
    if promised is not None:
        deadline = deadlines.later_of(deadline, promised)
    if old != new and timer.on > deadline.on:
        # A new rule makes nobody late on the day on which it comes into force.
        tomorrow = d.calendar.next_working_day(d.calendar.local_date(d.now))
        deadline = deadlines.later_of(
            deadline, min(timer.on, tomorrow), "so that a new rule makes nothing late at once"
        )
    steps = _steps_left(d, timer, old, new, deadline.target)
    reworded = reworded and not timer.fixed and deadline.working != timer.working
    if deadline.on == timer.on and not reworded and (old == new or _same_words(timer, new, rule, steps)):
        return []
    if deadline.on != timer.on:
        given = told.role if told else ""
        d.emit("recomputed", machine.id, **_recomputed(d, timer.name, timer.on, deadline.on), given=given)
    d.emit(
        "timer_set",
        machine.id,
        **dated(new, rule, deadline),
        anchor=timer.anchor.isoformat(),
        steps=steps,
        promised=(deadline.on if told else promised).isoformat() if promised else "",
        extended=timer.extended,
        letter=timer.letter,
        firm=timer.firm,
        firming=True,
        fixed=timer.fixed,
    )
    if timer.state == "standing":
        d.emit("timer_stood", machine.id, timer=timer.name)
    return [Moved(machine.id, timer.name, timer.on, deadline.on, told)] if deadline.on != timer.on else []


def came_or_went(d: Decision, machine: Machine, name: str, old: date | None, new: date | None) -> None:
    """A clock that another edition or setting brought or took away, told like one that moved."""
    d.emit("recomputed", machine.id, **_recomputed(d, name, old, new))


def _recomputed(d: Decision, name: str, old: date | None, new: date | None) -> dict[str, object]:
    dates = {"old": old.isoformat() if old else "", "new": new.isoformat() if new else ""}
    return {"timer": name, **dates, "at": d.now.isoformat()}


def _deadline(
    d: Decision, machine: Machine, timer: Timer, old: TimerDef | None, new: TimerDef, rule: deadlines.Rule
) -> deadlines.Deadline:
    if timer.fixed:
        return deadlines.compute(rule, timer.anchor, d.calendar, timer.nominal)
    anchor: date | datetime = timer.anchor
    if old is not None and old.start != new.start:
        d.at = machine.since
        found = anchor_of(d, machine, new)
        d.at = d.now
        anchor = found[0] if found else anchor
    elif rule.kind == "same_day" and rule.text == timer.rule:
        # The hour of the event decided the day (K7) and is not kept: only the roll is done again.
        return deadlines.compute(rule, timer.on, d.calendar, timer.on)
    return deadlines.compute(rule, anchor, d.calendar)


def _same_words(timer: Timer, new: TimerDef, rule: deadlines.Rule, steps: list[list[str]]) -> bool:
    """Whether a clock that keeps its date keeps its words and its steps too."""
    old = [[name, at.isoformat()] for name, at in timer.steps]
    return (timer.clause, timer.rule) == (new.clause, rule.text) and old == steps


def _steps_left(d: Decision, timer: Timer, old: TimerDef | None, new: TimerDef, on: date) -> list[list[str]]:
    """The steps of a clock that it has not done yet: what has been told once is not told again."""
    left = {name for name, _ in timer.steps}
    if old is None or old == new:
        return [step for step in steps_of(d, new, on) if step[0] in left]
    rungs = {(r.offset, r.letter, r.to) for n, r in enumerate(old.ladder) if f"rung {n}" not in left}
    acted = bool(old.at or old.next) and FIRE not in left
    found = []
    for name, at in steps_of(d, new, on):
        rung = None if name == FIRE else new.ladder[int(name.split()[1])]
        done = acted if rung is None else (rung.offset, rung.letter, rung.to) in rungs
        if not done:
            found.append([name, at])
    return found


def _given_in(d: Decision, timer: Timer, definition: TimerDef) -> Sent | None:
    """The letter that has given a party this clock's date: the one it counts from, once that has left."""
    letter = d.case.letters.get(timer.letter)
    if letter is None or letter.status != "sent" or not d.is_party(letter.role):
        return None
    return letter if d.procedure.party_of(letter.role) in definition.chases else None


def tell_parties(d: Decision, moved: Iterable[Moved]) -> None:
    """One letter to each party whose given date came later, with all such dates of this case (K12).

    A procedure without a letter for new dates leaves it to the owner, who is told to whom the old one was given.
    """
    if "new_date" not in d.procedure.acts:
        return
    by_party: dict[tuple[str, tuple[str, ...]], list[Moved]] = {}
    for one in moved:
        if one.told and one.new > one.old:
            by_party.setdefault((one.told.role, one.told.to), []).append(one)
    for (role, to), dates in by_party.items():
        letter = dates[0].told
        assert letter is not None
        dispatch.send(
            d,
            d.case.machines[dates[0].machine],
            d.procedure.acts["new_date"],
            to_roles=(role,),
            people=(to, tuple(str(a) for a in letter.data.get("cc", ()))),
            timer=dates[0].timer,
            extra={"moved": [{"machine": x.machine, "timer": x.timer, "old": x.old.isoformat()} for x in dates]},
        )
