"""mailflow list: the cases, what they wait for, and what is late.

In: the settings; perhaps an office; perhaps ended cases too.
Out: one line for each case, the most urgent first; or JSON.
Fails: as the settings and the store do.
Limits: shows what the views say, without names of people; `show` tells the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, columns, config_option, json_option, opened
from mailflow.flow.ports import House
from mailflow.procedure.deadlines import short_date

NEVER = date.max


@click.command("list")
@config_option
@click.option("--office", help="Only this office's cases.")
@click.option("--all", "with_ended", is_flag=True, help="Cases that have ended, too.")
@json_option
def command(config: Path | None, office: str | None, with_ended: bool, as_json: bool) -> None:
    """List cases, the most urgent first: reference, stage, next date, how late."""
    with opened(config) as house:
        several = len(house.offices) > 1 and not office
        rows = cases(house, wiring.now_of(house), office, with_ended)
    if as_json:
        click.echo(as_text(rows))
        return
    if not rows:
        click.echo("No cases.")
        return
    lines = [["Office"] * several + ["Reference", "Stage", "Title", "Party", "Next", "Late"]]
    for row in rows:
        due = row["next_on"]
        late = f"{row['working_days_late']} working days" if row["overdue"] else ""
        when = f"{short_date(due)}: {row['next_step']}" if isinstance(due, date) else ""
        held = f"on hold until {row['held_until']}" if row["held_until"] else when
        shown = ("office",) * several + ("ref", "stage", "title", "party")
        lines.append([str(row[k]) for k in shown] + [held, late])
    columns(lines)


def cases(house: House, now: object, office: str | None, with_ended: bool) -> list[dict[str, object]]:
    """What the command shows of each case. Raises click.UsageError for an office that is not there."""
    if office and office not in house.offices:
        raise click.UsageError(f"There is no office {office!r}: {', '.join(house.offices)}.")
    with house.store.read() as unit:
        views = unit.views.list(live_only=not with_ended)
    found = [
        _row(house, view, now)
        for view in views
        if view.get("office") in house.offices and (not office or view["office"] == office)
    ]
    return sorted(found, key=lambda row: (row["ended"], row["next_on"] or NEVER, row["ref"]))  # type: ignore[arg-type]


def _row(house: House, view: Mapping, now: object) -> dict[str, object]:
    office = house.offices[view["office"]]
    calendar = office.all_calendars.get(str(view.get("calendar")), office.calendar)
    running = [t for t in view.get("timers", ()) if t["state"] == "running" and not t.get("shared")]
    first = min(running, key=lambda t: (t["on"], t["step"]), default=None)
    on = date.fromisoformat(first["on"]) if first else None
    today = calendar.local_date(now)
    return {
        "ref": view["case"],
        "office": view["office"],
        "state": view["state"],
        "stage": view.get("stage", ""),
        "title": view.get("state_title", ""),
        "party": view.get("party", ""),
        "waits_for": view.get("waits_for", ""),
        "received_on": view.get("received_on", ""),
        "ended": bool(view.get("ended")) and not view.get("live"),
        "held_until": view.get("held_until", ""),
        "next_on": on,
        "next_step": first["step"] if first else "",
        "overdue": bool(on and today > on),
        "working_days_late": calendar.working_days_between(on, today) if on else 0,
    }
