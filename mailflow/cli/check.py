"""mailflow check: the whole configuration, and everything that is wrong with it, in one go.

In: the settings and all that they name: procedures, registers, calendars, letters, secrets.
Out: a short summary for each office, with how long silence can last in each stage; or every fault with its place.
Fails: exit 78 with all faults.
Limits: opens no store and no server; what mail servers say is seen when the daemon runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.saying import EX_CONFIG, show_faults
from mailflow.cli.trying import Trying
from mailflow.errors import ConfigurationError, Fault
from mailflow.flow.ports import Office
from mailflow.flow.rota_watch import gaps_ahead, words_of
from mailflow.flow.soundness import examine
from mailflow.procedure.definition import Procedure


@click.command("check")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="The settings (mailflow.toml).")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def command(ctx: click.Context, config: Path | None, as_json: bool) -> None:
    """Check the whole configuration and name everything that is wrong.

    Exit status 0 if all is well, 78 if something must be mended first.
    """
    path = wiring.config_path(config)
    try:
        found = wiring.install(path)
        offices, doubts = examined(found)
    except ConfigurationError as error:
        if as_json:
            faults = [{"file": f.file, "line": f.line, "what": f.what, "fix": f.fix} for f in error.faults]
            click.echo(json.dumps({"sound": False, "faults": faults}, indent=2))
        else:
            show_faults(error)
        ctx.exit(EX_CONFIG)
    warnings = [*found.settings.warnings, *doubts, *rota_gaps(found)]
    if as_json:
        click.echo(json.dumps({"sound": True, "warnings": warnings, "offices": offices}, indent=2))
        return
    for warning in warnings:
        click.echo(f"Warning: {warning}")
    for office in offices:
        for line in told(office):
            click.echo(line)
    click.echo("The configuration is sound.")


def examined(found: wiring.Installation) -> tuple[list[dict[str, object]], list[str]]:
    """What there is to say of each office, and what is doubtful. Raises ConfigurationError with all faults of all."""
    faults: list[Fault] = [*found.faults, *wiring.store_folder(found.settings)]
    offices, doubts = [], []
    for office in found.offices.values():
        faults += roles_unheld(office, found.settings.offices[office.id].register)
        assert office.letters is not None  # an installation gives each office its own
        with Trying(office.procedure.title) as step:
            findings = examine(office.procedure, office.calendar, office.letters, office.settings, step=step)
        faults += findings.faults
        doubts += [str(warning) for warning in findings.warnings]
        offices.append(_summary(office, findings.silence))
    if faults:
        raise ConfigurationError(dict.fromkeys(faults))
    return offices, doubts


def rota_gaps(found: wiring.Installation) -> Iterator[str]:
    """Days ahead on which nobody is on duty (Q5), and roles of the rota that the procedure does not have."""
    for office in found.offices.values():
        file = found.settings.offices[office.id].register / "rota.csv"
        for role in sorted({duty.role for duty in office.register.rota} - set(office.procedure.roles)):
            yield f'{file}: {office.procedure.title} has no role "{role}".'
        for role, first, last in gaps_ahead(office, office.calendar.local_date(wiring.wall_clock())):
            yield f"{file}: {words_of(office, role, first, last)}."


def roles_unheld(office: Office, folder: Path) -> Iterator[Fault]:
    """Every role that somebody must act in is held by an officer, or by one whose role stands in for it."""
    held = frozenset().union(*(officer.roles for officer in office.register.officers))
    for role in office.procedure.roles.values():
        if not role.is_officer or role.name in held:
            continue
        if any(role.name in other.also and other.name in held for other in office.procedure.roles.values()):
            continue
        what = f'Nobody in officers.csv has the role "{role.name}" ({role.title}).'
        line = office.procedure.lines.get(("roles", role.name), 0)
        fix = f"Write {role.name} in the column roles of an officer; {office.procedure.file}:{line} asks for it."
        yield Fault(str(folder / "officers.csv"), 0, what, fix)


def _summary(office: Office, silence: Mapping[tuple[str, str], int]) -> dict[str, object]:
    procedure: Procedure = office.procedure
    register = office.register
    return {
        "office": office.id,
        "address": office.address,
        "procedure": procedure.id,
        "title": procedure.title,
        "edition": procedure.edition,
        "calendar": office.calendar.name,
        "calendars": sorted(office.all_calendars),
        "zone": office.calendar.zone,
        "calendar_until": min(calendar.last_year for calendar in office.all_calendars.values()),
        "letters": len(procedure.letters),
        "officers": len(register.officers),
        "services": len(register.services),
        "contracts": len(register.contracts),
        "contacts": len(register.contacts),
        "silence": [
            _silence(procedure, kind, state, silence[kind, state])
            for kind, machine in procedure.machines.items()
            for state in machine.states
            if (kind, state) in silence
        ],
    }


def _silence(procedure: Procedure, kind: str, code: str, days: int) -> dict[str, object]:
    machine = procedure.machines[kind]
    state = machine.states[code]
    return {"machine": machine.title, "state": code, "title": state.title, "stage": state.stage, "working_days": days}


def told(office: Mapping[str, object]) -> Iterator[str]:
    """The same in plain lines."""
    yield f"{office['office']}: {office['title']} (edition {office['edition']}), mailbox {office['address']}"
    others = [name for name in office["calendars"] if name != office["calendar"]]  # type: ignore[attr-defined]
    also = f" (some cases by {', '.join(others)})" if others else ""
    yield f"  calendar {office['calendar']}{also}, {office['zone']}, known until {office['calendar_until']}"
    counts = (f"{office[what]} {what}" for what in ("letters", "officers", "services", "contracts", "contacts"))
    yield f"  {', '.join(counts)}"
    yield "  With everybody silent, somebody above the owner is told within so many working days:"
    rows = office["silence"]
    assert isinstance(rows, list)
    for row in rows:
        yield f"    {row['working_days']:>3}  {row['machine']}: {row['title']} ({row['state']})"
    yield ""
