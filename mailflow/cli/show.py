"""mailflow show: one case, what happened and why, and what comes next and when.

In: the settings and a reference as a person types it.
Out: where the case stands, each clock with the paper's words and its working, the history; or JSON.
Fails: exit 1 for a case that is not known, or restricted.
Limits: shows what people wrote only with --words: a terminal is seen by others. A protected person is never named.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, config_option, json_option, opened, readable_case_of
from mailflow.flow import revealing, sealing
from mailflow.flow.counting import Story, story
from mailflow.flow.history import history, said_value
from mailflow.flow.ports import House
from mailflow.flow.regions import calendar_of
from mailflow.procedure.deadlines import clock_words, long_date, short_date
from mailflow.store import Unit

SEALED = "(words not shown; see --words)"


@click.command("show")
@click.argument("ref")
@config_option
@click.option("--words", is_flag=True, help="Show what people wrote, too.")
@json_option
def command(ref: str, config: Path | None, words: bool, as_json: bool) -> None:
    """Show one case: what happened, with reasons, and what comes next and when."""
    with opened(config) as house, house.store.read() as unit:
        told = told_of(house, unit, readable_case_of(house, unit, ref), wiring.now_of(house), words)
    if as_json:
        click.echo(as_text(told))
        return
    for line in lines_of(told):
        click.echo(line)


def told_of(house: House, unit: Unit, ref: str, now: datetime, words: bool = False) -> dict[str, object]:
    """Everything the command tells of a case."""
    office = house.office_of(ref)
    one = story(house, unit, office, ref)
    today = office.calendar.local_date(now)
    main = one.main
    state = one.procedure.top.states[main.state] if main else None
    shown = {
        "ref": ref,
        "procedure": one.procedure.title,
        "edition": one.procedure.edition,
        "calendar": one.office.calendar.name,
        "calendar_why": calendar_of(one.office, one.procedure, one.case)[1],
        "stage": state.stage if state else "",
        "state": main.state if main else "",
        "title": state.title if state else "",
        "since": office.calendar.local_date(main.since) if main else None,
        "ended": bool(main and main.ended),
        "cycle": one.case.cycle,
        "on_hold_until": one.case.hold.get("until", ""),
        "fields": _fields(one, words),
        "children": _children(one),
        "next": _next(one, today),
        "letters_waiting": _letters(unit, one),
        "history": _history(unit, one, words),
    }
    return revealing.without(revealing.on_case(house, unit, ref), shown)


def _fields(one: Story, words: bool) -> dict[str, str]:
    shown = {}
    for name, value in one.case.fields.items():
        defined = one.procedure.fields.get(name)
        if defined and value not in (None, ""):
            prose = defined.type == "text" and len(str(value).split()) > 1
            told = said_value(one.office.calendar, defined.type, value)
            shown[defined.title] = SEALED if prose and not words else told
    return shown


def _children(one: Story) -> list[dict[str, object]]:
    found = []
    for machine in one.case.machines.values():
        if machine.kind != one.procedure.main:
            defined = one.procedure.machines[machine.kind]
            title = f"{defined.title} {machine.item}" if machine.item else defined.title
            state = defined.states[machine.state]
            found.append({"id": machine.id, "title": title, "stage": state.stage, "state": state.title})
    return found


def _next(one: Story, today: object) -> list[dict[str, object]]:
    """Each clock that is set: when it is due, by which words and with which working, and what it does next."""
    calendar = one.office.calendar
    owners = {(s.machine, s.timer): s for s in one.open_steps(today)}  # type: ignore[arg-type]
    found = []
    for machine in one.case.live():
        defined = one.procedure.machines[machine.kind].timers
        for name, timer in machine.timers.items():
            open_step = owners.get((machine.id, name))
            step = timer.steps[0] if timer.steps else None
            local = calendar.local(step[1]) if step else None
            found.append(
                {
                    "step": defined[name].step if name in defined else one.procedure.hold.clause,
                    "machine": machine.id,
                    "timer": name,
                    "state": timer.state,
                    "due": timer.on,
                    "aim_for": timer.target if timer.target != timer.on else None,
                    "clause": timer.clause,
                    "working": timer.working,
                    "firm": timer.firm,
                    "owners": [c.name or c.email for c in open_step.owners] if open_step else [],
                    "working_days_late": open_step.late if open_step and open_step.overdue else 0,
                    "acts": f"{clock_words(local.time())} on {long_date(local.date())}" if local else "",
                    "what": "the step itself" if step and step[0] == "fire" else "a reminder" if step else "",
                }
            )
    return sorted(found, key=lambda row: (row["due"], row["timer"]))  # type: ignore[arg-type,return-value]


def _letters(unit: Unit, one: Story) -> list[dict[str, object]]:
    found = []
    for letter, envelopes in unit.outbox.of_case(one.ref):
        states = sorted({e.state for e in envelopes if not e.home} - {"sent", "served", "withdrawn"})
        if states:
            local = one.office.calendar.local(letter.leave_at)
            when = f"{clock_words(local.time().replace(second=0, microsecond=0))} on {long_date(local.date())}"
            found.append({"letter": letter.template, "id": letter.id, "state": ", ".join(states), "leaves": when})
    return found


def _history(unit: Unit, one: Story, words: bool) -> list[dict[str, object]]:
    put_back = (lambda data: sealing.unseal(unit, data)) if words else _sealed
    entries = history(one.procedure, one.office.calendar, one.lines, put_back)
    keys = ("seq", "kind", "day", "time", "who", "what", "why")
    return [{key: getattr(entry, key) for key in keys} for entry in entries]


def _sealed(value: object) -> object:
    if isinstance(value, Mapping):
        return SEALED if set(value) == {"$text"} else {k: _sealed(v) for k, v in value.items()}
    return [_sealed(v) for v in value] if isinstance(value, list) else value


def lines_of(told: Mapping) -> list[str]:
    """The same for a person."""
    where = f"Stage {told['stage']}, {told['title']}, since {long_date(told['since'])}" if told["since"] else "Empty"
    lines = [f"{told['ref']}  {told['procedure']}", where + ("." if not told["ended"] else ". It has ended.")]
    if told["on_hold_until"]:
        lines.append(f"On hold until {told['on_hold_until']}.")
    lines += [f"{c['title']}: stage {c['stage']}, {c['state']}." for c in told["children"]]
    why = f", because of {told['calendar_why']}" if told["calendar_why"] else ""
    lines += [f"Working days: {told['calendar']}{why}.", "", "What comes next"]
    lines += [line for row in told["next"] for line in _next_lines(row)] or ["  Nothing is timed."]
    for letter in told["letters_waiting"]:
        lines.append(f"  Letter {letter['letter']} is {letter['state']}; it leaves {letter['leaves']}.")
    lines += ["", "What is known"]
    lines += [f"  {title}: {value}" for title, value in told["fields"].items()]
    lines += ["", "What happened"]
    for entry in told["history"]:
        who = f" ({entry['who']})" if entry["who"] else ""
        why = f". {entry['why']}" if entry["why"] else ""
        lines.append(f"  {short_date(entry['day'])} {entry['time']}  {entry['what']}{who}{why}")
    return lines


def _next_lines(row: Mapping) -> list[str]:
    late = f", {row['working_days_late']} working days late" if row["working_days_late"] else ""
    state = "" if row["state"] == "running" else f" ({row['state']})"
    firm = "" if row["firm"] else " (provisional until the letter leaves)"
    lines = [f"  {row['step']}: {long_date(row['due'])}{late}{state}{firm}"]
    if row["owners"]:
        lines.append(f"    by {', '.join(row['owners'])}")
    lines.append(f'    "{row["clause"]}": {row["working"]}')
    if row["acts"]:
        lines.append(f"    next: {row['what']}, {row['acts']}")
    return lines
