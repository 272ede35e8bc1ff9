"""From the settings to the offices: every file that an installation names is read and judged.

In: the path of mailflow.toml.
Out: an Installation: the offices whose files are good, and for each other one what is wrong with it.
Fails: errors.ConfigurationError with all faults, when no office is good or when what all share is faulty.
Limits: opens no store and no server; what `mailflow check` finds beyond the reading of files stands in cli/check.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from mailflow import places, settings
from mailflow.documents.letters import Letters
from mailflow.errors import ConfigurationError, Fault, MailflowError
from mailflow.flow.ports import Office, Trust
from mailflow.procedure import deadlines, reading
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure
from mailflow.register import holiday_calendars
from mailflow.register.register import Register

SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Installation:
    """Everything read and found sound, before any store or server is opened. texts: each edition's file.

    faulty: the offices that cannot be served, with all that is wrong with their files.
    """

    settings: settings.Settings
    offices: Mapping[str, Office]
    secret: bytes
    texts: Mapping[str, str]
    faulty: Mapping[str, settings.Faulty]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All faults of all offices that are not served, each once."""
        return tuple(dict.fromkeys(fault for one in self.faulty.values() for fault in one.faults))


def install(path: Path) -> Installation:
    """Read the settings and all that they name: one faulty office does not keep the others from being served.

    Raises ConfigurationError with every fault of every file if no office is good, or if [store], [secrets] or anything
    else that all offices share is faulty.
    """
    found = examine(path)
    if not found.offices:
        raise ConfigurationError(found.faults)
    return found


def examine(path: Path) -> Installation:
    """The same where it may be that no office is good. Raises ConfigurationError for what all share."""
    try:
        said = settings.load(path, lenient=True)
    except ConfigurationError as error:
        # What can be read in spite of it is judged too, so that all is mended in one go.
        aside = (fault for name in _tables(path) for fault in settings_aside(path, name))
        raise ConfigurationError(dict.fromkeys([*error.faults, *aside])) from error
    secret = settings.read_secret(said.id_file)
    shared: list[Fault] = []
    if len(secret) < SHORTEST_SECRET:
        what = f"The secret is shorter than {SHORTEST_SECRET} characters."
        shared.append(Fault(str(said.id_file), 0, what, "Make one with: head -c 48 /dev/urandom | base64"))
    faulty = {one.id: replace(one, faults=(*one.faults, *settings_aside(path, one.id))) for one in said.faulty}
    texts: dict[str, str] = {}
    letters: dict[Path, Letters] = {}
    offices: dict[str, Office] = {}
    for office in said.offices.values():
        faults: list[Fault] = []
        made = _read_office(said, office, letters, faults, texts)
        if made is None or faults:
            faulty[office.id] = settings.Faulty(office.id, tuple(dict.fromkeys(faults)), office.administrator)
        else:
            offices[office.id] = made
    served = {name: office for name, office in said.offices.items() if name in offices}
    found = Installation(replace(said, offices=served), offices, secret, texts, faulty)
    if shared:
        raise ConfigurationError(dict.fromkeys([*shared, *found.faults]))
    return found


def named_files(path: Path) -> list[Path]:
    """The settings and every file they name that may change while the daemon runs, whether or not it is there."""
    try:
        top = tomllib.loads(path.read_text("utf-8"))
        calendars = path.parent / str(top.get("calendars", "calendars"))
    except (OSError, ValueError):
        return [path]
    found = [path, *sorted(calendars.glob("*.toml"))]
    for table in _tables(path).values():
        if isinstance(table.get("procedure"), str):
            found.append(path.parent / str(table["procedure"]))
        found += sorted((path.parent / str(table.get("register", "register"))).glob("*.csv"))
    return list(dict.fromkeys(found))


def _tables(path: Path) -> dict[str, Mapping[str, object]]:
    """The tables of the offices as they stand in the settings; those that are none are left out."""
    try:
        offices = tomllib.loads(path.read_text("utf-8")).get("office", {})
        return {name: table for name, table in offices.items() if isinstance(table, dict)}
    except (OSError, ValueError, AttributeError):
        return {}


def settings_aside(path: Path, name: str) -> list[Fault]:
    """The faults of the files that an office with faulty settings names, as far as they can be found."""
    faults: list[Fault] = []
    table = _tables(path).get(name, {})
    try:
        procedure = path.parent / str(table["procedure"])
        if procedure.is_file():
            read_procedure(procedure, faults, {})
        register = path.parent / str(table.get("register", "register"))
        if register.is_dir():
            read_register(register, table.get("own_domains", ()), faults)  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError, KeyError):
        pass  # the settings' own faults say so
    return faults


def calendar_of(file: Path) -> str:
    """The calendar of the office that runs this procedure file, by the mailflow.toml above it; "" if none says."""
    for folder in file.resolve().parents[:3]:
        with suppress(OSError, ValueError):
            offices = tomllib.loads((folder / "mailflow.toml").read_text("utf-8")).get("office", {})
            for office in offices.values():
                if (folder / office.get("procedure", "")).resolve() == file.resolve():
                    return str(office.get("calendar", ""))
    return ""


def read_procedure(path: Path, faults: list[Fault], texts: dict[str, str]) -> Procedure | None:
    """The procedure of a file; its faults are added, its text is kept by edition."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(str(path), 0, f"The procedure cannot be read: {error}."))
        return None
    procedure, found = reading.read(text, str(path))
    faults += found
    if procedure is not None and not found:
        texts[procedure.edition] = text
        return procedure
    return None


def read_register(
    folder: Path, own_domains: Iterable[str], faults: list[Fault], calendars: Collection[str] | None = None
) -> Register | None:
    """The register of a folder; its faults are added."""
    try:
        return Register.load(folder, frozenset(own_domains), calendars)
    except ConfigurationError as error:
        faults += error.faults
        return None


# -- one office ---------------------------------------------------------------------------------------------------


def _read_office(
    said: settings.Settings,
    office: settings.Office,
    letters: dict[Path, Letters],
    faults: list[Fault],
    texts: dict[str, str],
) -> Office | None:
    procedure = read_procedure(office.procedure, faults, texts)
    known = holiday_calendars.names(office.profiles)
    register = read_register(office.register, office.own_domains, faults, known)
    if procedure is not None:
        faults += unknown_settings(said.file, office, procedure)
    if procedure is not None and register is not None:
        faults += contract_rules(office.register, register, procedure)
    words = _letters(office.templates, letters, faults)
    if procedure is None or register is None or words is None:
        return None
    return _office(office, procedure, register, _calendars(office, register, faults), words)


def _calendars(office: settings.Office, register: Register, faults: list[Fault]) -> dict[str, Calendar]:
    """Every calendar that a contract or a region names, and the office's own; in the office's zone, with its closures.

    The office's closed days are its own, whichever region a case belongs to.
    """
    found = {office.calendar.name: office.calendar}
    for name in sorted({c.calendar for c in register.contracts if c.calendar} | set(office.regions.values())):
        if name in found:
            continue
        days = {"closures": office.closures, "extra_working_days": office.extra_working_days}
        try:
            other = holiday_calendars.load(office.profiles, name, zone=office.zone, **days)
        except ConfigurationError as error:
            faults += error.faults
            continue
        found[name] = replace(other, note=f"by the working days of {other.title}")
    return found


def _letters(folder: Path, read: dict[Path, Letters], faults: list[Fault]) -> Letters | None:
    """The letters of a folder of templates, with the shipped ones behind them; each folder is read once."""
    if folder not in read:
        try:
            read[folder] = Letters(list(dict.fromkeys((folder, places.shipped("templates")))))
        except MailflowError as error:
            fix = "Name the folder of the shipped templates, or a copy."
            faults.append(Fault(str(folder), 0, str(error), fix))
            return None
    return read[folder]


def unknown_settings(file: Path, office: settings.Office, procedure: Procedure) -> list[Fault]:
    """Settings that the procedure does not know, of the wrong kind, or outside what it allows."""
    faults = []
    for name, value in office.settings.items():
        line = office.setting_lines.get(name, 0)
        if name not in procedure.settings:
            known = ", ".join(sorted(procedure.settings)) or "none"
            what = f'The procedure {procedure.id} has no setting "{name}".'
            faults.append(Fault(str(file), line, what, f"It has: {known}."))
            continue
        usual, allowed = procedure.settings[name], procedure.allowed.get(name, ())
        if allowed and value not in allowed:
            choices = ", ".join(str(choice) for choice in allowed)
            faults.append(Fault(str(file), line, f"{name} cannot be {value!r}.", f"Write one of: {choices}."))
        elif type(value) is not type(usual):
            what = f"{name} is {value!r}, but by default it is {usual!r}."
            faults.append(Fault(str(file), line, what, "Write a value of the same kind."))
        elif name in procedure.rules_by_setting and (why := _no_rule(str(value), True)):
            faults.append(Fault(str(file), line, f"{name}: {why}", f'Or write "{deadlines.OFF}".'))
    return faults


def contract_rules(folder: Path, register: Register, procedure: Procedure) -> list[Fault]:
    """Timescales of single contracts that cannot be read: found at the start, not when a case comes to that clock."""
    clocks = {name: t for m in procedure.machines.values() for name, t in m.timers.items()}
    faults = []
    for contract in register.contracts:
        for name, rule in contract.overrides.items():
            if name in clocks and (why := _no_rule(rule, clocks[name].due[1:-1] in procedure.rules_by_setting)):
                what = f"Contract {contract.number}, {name}: {why}"
                faults.append(Fault(str(folder / "contracts.csv"), 0, what, "Correct it in the column overrides."))
    return faults


def _no_rule(words: str, may_be_off: bool) -> str:
    """Why these words are no timescale, "" if they are one."""
    if may_be_off and words.strip().casefold() == deadlines.OFF:
        return ""
    try:
        deadlines.read_rule(words)
    except ValueError as error:
        return str(error)
    return ""


def _office(
    said: settings.Office,
    procedure: Procedure,
    register: Register,
    calendars: Mapping[str, Calendar],
    letters: Letters,
) -> Office:
    return Office(
        id=said.id,
        address=said.address,
        name=said.name,
        team=said.team,
        prefix=said.prefix,
        procedure=procedure,
        calendar=said.calendar,
        register=register,
        reports=said.reports,
        phone=said.phone,
        website=said.website,
        administrator=said.administrator,
        own_domains=said.own_domains,
        texts=said.texts,
        signposts=said.signposts,
        trust=Trust(said.auth.authserv_id, said.auth.form, said.auth.internal_domains),
        settings=said.settings,
        inbox=said.inbox,
        sent=said.sent,
        junk=said.junk,
        in_doubt=said.in_doubt,
        calendars=calendars,
        regions=said.regions,
        profile=said.calendar.name,
        letters=letters,
    )
