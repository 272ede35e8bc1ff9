"""Starting, standing, pausing and ending the clocks of a machine as it enters and leaves states.

In: a decision in the making and the machine.
Out: timer facts: set, stood, ran again, paused, ended.
Fails: ValueError from a rule that cannot be computed.
Limits: clocks are derived from states (composition 1 of domain.md section 4); rows only restart or date them.
"""

from __future__ import annotations

from datetime import date, datetime, time

from mailflow.procedure import by_post, deadlines
from mailflow.procedure.case import Machine, Timer, day, instant
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import TimerDef
from mailflow.procedure.events import TimerDue

FIRE = "fire"


def rule_of(d: Decision, timer: TimerDef) -> deadlines.Rule:
    """The rule of a clock today: its own, or the one this contract sets (C3), with settings filled in."""
    return deadlines.read_rule(d.fill(str(d.terms.overrides.get(timer.name, timer.due))))


def is_off(d: Decision, timer: TimerDef) -> bool:
    """Whether this office, or this contract, has switched the clock off, which only a rule that is a setting allows."""
    if timer.due[1:-1] not in d.procedure.rules_by_setting:
        return False
    return d.fill(str(d.terms.overrides.get(timer.name, timer.due))).strip().casefold() == deadlines.OFF


def anchor_of(d: Decision, machine: Machine, timer: TimerDef) -> tuple[date | datetime, str, bool] | None:
    """What the clock counts from: (day or instant, letter id if one, whether that letter has left)."""
    for source in timer.start:
        kind, _, name = source.partition(" ")
        if kind == "entry":
            return d.at, "", True
        if kind == "field":
            value = d.field(machine, name)
            if value:
                return (instant(value) if "T" in str(value) else day(value)), "", True
        if kind == "timer" and name in machine.past:
            return _passed(d, machine, name), "", True
        if kind == "letter":
            letter = d.case.last_letter(name)
            if letter and letter.status == "sent":
                return letter.at, letter.id, True
            if letter and letter.status == "decided":
                return letter.leave_at or letter.at, letter.id, False  # K9: provisional until it leaves
    return None


def _passed(d: Decision, machine: Machine, name: str) -> date:
    """The day on which another clock of the machine ran out; if it acted late, dates run from when it acted (G10)."""
    on = machine.past[name]
    event = d.event
    if not isinstance(event, TimerDue) or (event.machine, event.timer) != (machine.id, name):
        return on
    acted = d.calendar.local_date(d.now)
    if d.definition(machine).timers[name].next:
        acted = d.calendar.add_working_days(acted, -1)
    return max(on, acted)


def _agreed(d: Decision, machine: Machine, timer: TimerDef) -> date | None:
    """The agreed date that beats the rule (13.1), with the setting that may be added to it (Q22)."""
    if timer.posting:
        return by_post.watched(d)
    if not timer.date:
        return None
    kind, _, name = timer.date.partition(" ")
    value: object = None
    if kind == "item":
        items = d.case.lists.get(d.definition(machine).item, ())
        value = next((i.get(name) for i in items if i["n"] == machine.item), None)
    else:
        value = d.field(machine, name)
    if not value:
        return None
    agreed = day(value)
    if timer.plus_setting:
        agreed = agreed.fromordinal(agreed.toordinal() + int(str(d.setting(timer.plus_setting))))
    return agreed


def steps_of(d: Decision, timer: TimerDef, on: date) -> list[list[str]]:
    """The instants at which the clock acts: its own hour, and each rung of its ladder (ESC, K7)."""
    steps: list[tuple[datetime, str]] = []
    if timer.shared:
        return []  # another machine's clock of the same name does the telling (composition 11)
    if timer.at:
        steps.append((_to_come(d, timer, d.calendar.instant(on, time.fromisoformat(timer.at))), FIRE))
    if timer.next:
        day_after = d.calendar.next_working_day(on)
        steps.append((_to_come(d, timer, d.calendar.instant(day_after, time.fromisoformat(timer.next))), FIRE))
    for n, rung in enumerate(timer.ladder):
        when = on if rung.offset == 0 else d.calendar.add_working_days(on, rung.offset)
        steps.append((d.calendar.instant(when, time.fromisoformat(rung.at)), f"rung {n}"))
    return [[name, at.isoformat()] for at, name in sorted(steps, key=lambda s: s[0])]


def _to_come(d: Decision, timer: TimerDef, when: datetime) -> datetime:
    """This instant, or if it has passed the clock's hour on the next working day that has it still to come (K13)."""
    if when > d.now:
        return when
    hour = time.fromisoformat(timer.at or timer.next or "09:00")
    today = d.calendar.local_date(d.now)
    again = d.calendar.instant(d.calendar.roll(today), hour)
    return again if again > d.now else d.calendar.instant(d.calendar.next_working_day(today), hour)


def set_timer(
    d: Decision,
    machine: Machine,
    timer: TimerDef,
    *,
    explicit: date | None = None,
    extended: bool = False,
    left: int | None = None,
    firming: bool = False,
) -> None:
    """Give a clock its date. `explicit` is an agreed or extended date (K13), `left` the days it kept in a pause."""
    old = machine.timers.get(timer.name)
    rule = rule_of(d, timer)
    found = anchor_of(d, machine, timer)
    anchor, letter, firm = found if found else (d.at, "", True)
    if explicit is None and not extended and left is None:
        explicit = _agreed(d, machine, timer)
    if left is not None:
        deadline = deadlines.resume(rule, left, d.today, d.calendar)
    else:
        deadline = deadlines.compute(rule, anchor, d.calendar, explicit)
    promised = old.promised if (old and firming) else None
    if promised is not None:
        deadline = deadlines.later_of(deadline, promised)
    if letter and not firm:
        promised = deadline.on
    steps = steps_of(d, timer, deadline.target)
    if firming and old is not None:
        left_over = {name for name, _ in old.steps}
        steps = [s for s in steps if s[0] in left_over]
    d.emit(
        "timer_set",
        machine.id,
        **dated(timer, rule, deadline),
        anchor=(d.calendar.local_date(anchor) if isinstance(anchor, datetime) else anchor).isoformat(),
        steps=steps,
        promised=promised.isoformat() if promised else "",
        extended=(old.extended if old else 0) + (1 if extended else 0),
        letter=letter,
        firm=firm,
        firming=firming,
        fixed=explicit is not None or left is not None,
        aside=timer.aside,
        # Nothing that it should count from was known: it counts from now, and proof.py says so to who wrote the file.
        **({} if found or explicit is not None or left is not None else {"unanchored": True}),
    )


def dated(timer: TimerDef, rule: deadlines.Rule, deadline: deadlines.Deadline) -> dict[str, object]:
    """What a `timer_set` fact keeps of a deadline: its dates, the words of its rule and its working."""
    return {
        "timer": timer.name,
        "on": deadline.on.isoformat(),
        "nominal": deadline.nominal.isoformat(),
        "target": deadline.target.isoformat(),
        "clause": timer.clause,
        "working": deadline.working,
        "rule": rule.text,
        "soft": deadline.soft,
        "overdue_from": deadline.breach_from.isoformat(),
    }


def act_again(d: Decision, machine_id: str, timer: TimerDef) -> None:
    """A clock whose row could not be taken keeps its date and acts once more on the next working day, at its hour."""
    held = d.case.machines[machine_id].timers[timer.name]
    day_after = d.calendar.next_working_day(d.calendar.local_date(d.now))
    once_more = (FIRE, d.calendar.instant(day_after, time.fromisoformat(timer.at or timer.next)))
    _keep(d, machine_id, held, [*held.steps, once_more])


def _keep(d: Decision, machine_id: str, held: Timer, steps: list[tuple[str, datetime]]) -> None:
    """The clock as it is, set again with these steps: a step that was done once under a setting is done with it."""
    d.emit(
        "timer_set",
        machine_id,
        timer=held.name,
        on=held.on.isoformat(),
        nominal=held.nominal.isoformat(),
        target=held.target.isoformat(),
        clause=held.clause,
        working=held.working,
        rule=held.rule,
        soft=held.soft,
        overdue_from=d.calendar.end_of(held.on).isoformat(),
        anchor=held.anchor.isoformat(),
        steps=[[name, at.isoformat()] for name, at in sorted(steps, key=lambda step: step[1])],
        promised=held.promised.isoformat() if held.promised else "",
        extended=held.extended,
        letter=held.letter,
        firm=held.firm,
        firming=True,
        fixed=held.fixed,
    )


def _pause(d: Decision, machine: Machine, timer: Timer) -> None:
    left = deadlines.days_left(deadlines.read_rule(timer.rule), timer.on, d.today, d.calendar)
    d.emit("timer_paused", machine.id, timer=timer.name, left=left)


def settle_timers(d: Decision, machine_id: str, restart: tuple[str, ...] = (), was: str = "") -> None:
    """After a move (from the state `was`): every clock of the machine takes the state it has in the new stage (K13)."""
    machine = d.case.machines[machine_id]
    states = d.definition(machine).states
    for timer in d.definition(machine).timers.values():
        now = d.case.machines[machine_id]
        if timer.name not in now.timers and now.state not in timer.runs:
            continue
        settle(d, now, timer, timer.name in restart)
        if was and states[was].owner != states[machine.state].owner:
            _tell_anew(d, d.case.machines[machine_id], timer)
    if not d.case.hold:
        return
    if d.case.machines[d.procedure.main].ended and not d.case.hold.get("breach"):
        # Nothing is held any more when the case has ended.
        d.emit("released", d.procedure.main, by="", at=d.at.isoformat())
        d.emit("timer_ended", d.procedure.main, timer=d.procedure.hold.timer, how="ended")
    else:
        pause_all(d)


def settle(d: Decision, machine: Machine, timer: TimerDef, restart: bool = False) -> None:
    """One clock takes the state it has in the machine's stage: it starts, stands, pauses, goes on or ends."""
    held = machine.timers.get(timer.name)
    if runs(d, machine, timer):
        if held is None or restart or (timer.posting and held.state == "running" and _moved_on(d, machine, timer)):
            set_timer(d, machine, timer)
        elif held.state == "standing":
            d.emit("timer_ran", machine.id, timer=timer.name, steps=_late_steps(d, timer, held))
        elif held.state == "paused" and not d.case.hold:
            set_timer(d, machine, timer, left=held.left)
    elif held is None:
        return
    elif machine.state in timer.stands and not machine.ended:
        if held.state == "running":
            d.emit("timer_stood", machine.id, timer=timer.name)
    elif machine.state in timer.pauses and not machine.ended:
        if held.state == "running":
            _pause(d, machine, held)
    else:
        how = "ended" if machine.ended else "left"
        d.emit("timer_ended", machine.id, timer=timer.name, how=how, aside=timer.aside)


def _moved_on(d: Decision, machine: Machine, timer: TimerDef) -> bool:
    """Whether another letter is now the first that has to be posted."""
    on = by_post.watched(d)
    return on is not None and d.calendar.roll(on) != machine.timers[timer.name].on


def _tell_anew(d: Decision, machine: Machine, timer: TimerDef) -> None:
    """A clock that is late already and runs on under another owner climbs its ladder again, from the day it came."""
    held = machine.timers.get(timer.name)
    if held is None or held.state != "running" or held.on >= d.today or timer.shared:
        return
    left = {name for name, _ in held.steps}
    rungs = [(name, instant(at)) for name, at in steps_of(d, timer, d.today) if name != FIRE and name not in left]
    to_come = [(name, at) for name, at in rungs if at > d.now]
    if to_come:
        _keep(d, machine.id, held, [*held.steps, *to_come])


def runs(d: Decision, machine: Machine, timer: TimerDef) -> bool:
    """Whether the clock runs here; one that watches over something runs only while that is wanted."""
    if machine.state not in timer.runs or is_off(d, timer):
        return False
    if timer.posting:
        return by_post.watched(d) is not None
    if timer.correcting:
        return bool(d.case.corrections)
    return not timer.asked or any(role in d.case.unjudged for role in timer.asked)


def pause_all(d: Decision) -> None:
    """A hold stops every running clock of every machine, keeping the days it had left (K13, composition 10)."""
    for machine in d.case.live():
        for timer in machine.timers.values():
            if timer.state == "running" and timer.name != d.procedure.hold.timer:
                _pause(d, machine, timer)


def resume_all(d: Decision) -> None:
    """After a hold each clock that its state lets run goes on with the days it had left."""
    for live in d.case.live():
        for name, timer in live.timers.items():
            machine = d.case.machines[live.id]
            definition = d.definition(machine).timers[name]
            if timer.state == "paused" and runs(d, machine, definition):
                set_timer(d, machine, definition, left=timer.left)


def firm_up(d: Decision, letter_id: str) -> None:
    """A letter has left: the clocks that count from it become firm, never earlier than the date it states (K9)."""
    for live in d.case.live():
        for name, timer in live.timers.items():
            if timer.letter != letter_id or timer.firm or timer.state not in ("running", "standing"):
                continue
            machine = d.case.machines[live.id]
            definition = d.definition(machine).timers[name]
            if timer.extended and not _left_too_late(d, machine, definition, timer):
                continue
            set_timer(d, machine, definition, firming=True)
            if timer.state == "standing":
                d.emit("timer_stood", machine.id, timer=name)


def _left_too_late(d: Decision, machine: Machine, definition: TimerDef, timer: Timer) -> bool:
    """Whether an extended date leaves less time than the rule gives from the day on which the letter really left."""
    found = anchor_of(d, machine, definition)
    return bool(found) and deadlines.compute(rule_of(d, definition), found[0], d.calendar).on > timer.on


def after_undo(d: Decision) -> None:
    """Clocks that an undo brought back: those of a letter decided anew count from it; none acts for a past hour.

    A mail that came since the act still waits to be judged, so the clock that asks for it runs in the stage before too.
    """
    main = d.procedure.main
    for timer in d.definition(d.case.machines[main]).timers.values():
        if timer.asked:
            settle(d, d.case.machines[main], timer, False)
    if d.case.hold:
        pause_all(d)
    for live in d.case.live():
        for name, timer in live.timers.items():
            machine = d.case.machines[live.id]
            definition = d.definition(machine).timers.get(name)
            if definition is None or timer.state != "running":
                continue
            letter = d.case.letters.get(timer.letter)
            if letter and letter.status == "decided" and not timer.extended:
                set_timer(d, machine, definition)
            elif any(step == FIRE and at <= d.now for step, at in timer.steps):
                d.emit("timer_ran", machine.id, timer=name, steps=_late_steps(d, definition, timer))


def _late_steps(d: Decision, timer: TimerDef, held: Timer) -> list[list[str]]:
    """The steps of a clock that stood: one whose hour passed meanwhile comes at the next such hour (K13)."""
    steps = [(_to_come(d, timer, at) if name == FIRE else at, name) for name, at in held.steps]
    return [[name, at.isoformat()] for at, name in sorted(steps, key=lambda s: s[0])]
