"""The composition root: from the settings to a house that works; the only reader of the wall clock.

In: mailflow.toml and all that it names.
Out: an Installation (what can be checked without a store), a House over a store, the Daemon that runs it.
Fails: errors.ConfigurationError with all faults at once; errors.StoreUnavailable; AlreadyRuns.
Limits: several daemons on one SQLite file are refused by a lock on this machine; on PostgreSQL nobody is refused.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from mailflow import logs, places, settings
from mailflow.documents.letters import Letters
from mailflow.errors import ConfigurationError, Fault, MailflowError
from mailflow.flow import editions
from mailflow.flow.editions import Editions
from mailflow.flow.ports import House, Limits, Office, Trust
from mailflow.loops.daemon import LOOPS, PRETENDED, Daemon
from mailflow.mailbox.imap import ImapSource
from mailflow.mailbox.maildir import MaildirSource
from mailflow.mailbox.source import Source
from mailflow.procedure import reading
from mailflow.procedure.definition import Procedure
from mailflow.register.register import Register
from mailflow.store import Store
from mailflow.submission.smtp import Submission

DEFAULT_CONFIG = Path("/etc/mailflow/mailflow.toml")
SHORTEST_SECRET = 32
MAILDIR_POLL = 60  # seconds; a Maildir is watched while we wait, this only makes sure


class AlreadyRuns(MailflowError):
    """Another daemon holds this store; the message says which."""


def wall_clock() -> datetime:
    """Now, by this machine's clock, UTC."""
    return datetime.now(UTC)


def now_of(house: House) -> datetime:
    """Now for an operator's command: the wall clock, or where the daemon's pretended clock stands."""
    if house.pretend_time:
        with house.store.read() as unit:
            pretended = unit.meta.get(PRETENDED)
        if pretended:
            return datetime.fromisoformat(pretended)
    return wall_clock()


def config_path(given: Path | None = None) -> Path:
    """The settings to use: the given file, else $MAILFLOW_CONFIG, else the usual place."""
    return given or Path(os.environ.get("MAILFLOW_CONFIG") or DEFAULT_CONFIG)


# -- from settings to a house -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Installation:
    """Everything read and found sound, before any store or server is opened. texts: each edition's file."""

    settings: settings.Settings
    offices: Mapping[str, Office]
    letters: Letters
    secret: bytes
    texts: Mapping[str, str]


def install(path: Path) -> Installation:
    """Read the settings and all that they name. Raises ConfigurationError with every fault of every file."""
    try:
        said = settings.load(path)
    except ConfigurationError as error:
        # What can be read in spite of it is judged too, so that all is mended in one go.
        raise ConfigurationError(dict.fromkeys([*error.faults, *settings_aside(path)])) from error
    faults: list[Fault] = []
    letters = _letters(said, faults)
    texts: dict[str, str] = {}
    offices: dict[str, Office] = {}
    for office in said.offices.values():
        procedure = read_procedure(office.procedure, faults, texts)
        register = read_register(office.register, office.own_domains, faults)
        if procedure is not None:
            faults += _unknown_settings(said.file, office, procedure)
        if procedure is not None and register is not None:
            offices[office.id] = _office(office, procedure, register)
    secret = settings.read_secret(said.id_file)
    if len(secret) < SHORTEST_SECRET:
        what = f"The secret is shorter than {SHORTEST_SECRET} characters."
        faults.append(Fault(str(said.id_file), 0, what, "Make one with: head -c 48 /dev/urandom | base64"))
    if faults:
        raise ConfigurationError(dict.fromkeys(faults))
    return Installation(said, offices, letters, secret, texts)


def settings_aside(path: Path) -> list[Fault]:
    """The faults of the procedures and registers that faulty settings name, as far as they can be found."""
    import tomllib

    faults: list[Fault] = []
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("office", {})
        for table in tables.values():
            procedure = path.parent / str(table["procedure"])
            if procedure.is_file():
                read_procedure(procedure, faults, {})
            register = path.parent / str(table.get("register", "register"))
            if register.is_dir():
                read_register(register, table.get("own_domains", ()), faults)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass  # the settings' own faults say so
    return faults


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


def read_register(folder: Path, own_domains: Iterable[str], faults: list[Fault]) -> Register | None:
    """The register of a folder; its faults are added."""
    try:
        return Register.load(folder, frozenset(own_domains))
    except ConfigurationError as error:
        faults += error.faults
        return None


def _letters(said: settings.Settings, faults: list[Fault]) -> Letters:
    folders = list(dict.fromkeys(o.templates for o in said.offices.values()))
    try:
        folders.append(places.shipped("templates"))
        return Letters(list(dict.fromkeys(folders)))
    except MailflowError as error:
        faults.append(Fault(str(folders[0]), 0, str(error), "Name the folder of the shipped templates, or a copy."))
        return None  # type: ignore[return-value]  # never used: there is a fault


def _unknown_settings(file: Path, office: settings.Office, procedure: Procedure) -> list[Fault]:
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
    return faults


def _office(said: settings.Office, procedure: Procedure, register: Register) -> Office:
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
    )


def open_store(said: settings.Settings) -> Store:
    """The store, its schema brought up to date. Raises ConfigurationError or StoreUnavailable."""
    store = _store(said)
    store.migrate()
    return store


def store_folder(said: settings.Settings) -> list[Fault]:
    """The fault of a SQLite store whose folder is not there."""
    path = _sqlite_path(said.store_url)
    if path is None or path.parent.is_dir():
        return []
    what = f"The folder of the store, {path.parent}, does not exist."
    return [Fault(str(said.file), 0, what, "Create it, owned by the daemon's user.")]


def _store(said: settings.Settings) -> Store:
    if faults := store_folder(said):
        raise ConfigurationError(faults)
    try:
        return Store(said.store_url)
    except (ValueError, ImportError, MailflowError) as error:
        raise ConfigurationError([Fault(str(said.file), 0, f"The store cannot be used: {error}.")]) from error
    except Exception as error:
        # An unknown kind of database is the library's own error; its address may hold a password, so it is not shown.
        what = f"The store's url cannot be used ({type(error).__name__})."
        fix = "Write sqlite:////path or postgresql+psycopg://..."
        raise ConfigurationError([Fault(str(said.file), 0, what, fix)]) from None


def open_house(found: Installation, store: Store) -> House:
    """The house over its store; keeps the text of today's editions and reads those that cases began with."""
    limits = found.settings.limits
    return House(
        store=store,
        offices=found.offices,
        letters=found.letters,
        secret=found.secret,
        limits=Limits(
            per_address_per_hour=limits.per_address_per_hour,
            per_hour=limits.per_hour,
            per_case_per_day=limits.per_case_per_day,
            undo_minutes=limits.outbox_hold_minutes,
        ),
        editions=_editions(store, found.texts),
        pretend_time=found.settings.pretend_time,
    )


def _editions(store: Store, today: Mapping[str, str]) -> Editions:
    """Every edition that was ever in use here: open cases stay on the one they follow."""
    with store.unit() as unit:
        for edition, text in today.items():
            editions.keep(unit, edition, text)
    return Editions(store)


# -- from a house to a daemon -------------------------------------------------------------------------------------


def source_of(said: settings.Office) -> Source:
    """The reader of an office's mailbox."""
    server = said.imap
    if server is None:
        assert said.maildir is not None  # settings.load asks for one of the two
        return MaildirSource(said.maildir, name=said.address, inbox=said.inbox, sent=said.sent, junk=said.junk)
    return ImapSource(
        server.host,
        server.port,
        server.user,
        _password(server),
        tls=server.tls,
        inbox=said.inbox,
        sent=said.sent,
        junk=said.junk,
        timeout=server.timeout,
        name=said.address,
    )


def submission_of(said: settings.Office) -> Submission:
    """The way out of an office."""
    server = said.smtp
    return Submission(server.host, server.port, server.user, _password(server), tls=server.tls, timeout=server.timeout)


def _password(server: settings.Server) -> Callable[[], str]:
    # Read at every connect, so that a changed password needs no restart.
    return lambda: settings.read_secret(server.password_file).decode("utf-8") if server.password_file else ""


def daemon(found: Installation, house: House, loops: Sequence[str] = LOOPS) -> Daemon:
    """The loops of a house, with its servers behind them; nothing is connected yet."""
    offices = found.settings.offices
    return Daemon(
        house,
        sources={name: source_of(office) for name, office in offices.items()},
        polls={name: float(office.imap.poll if office.imap else MAILDIR_POLL) for name, office in offices.items()},
        way_of=lambda office: submission_of(offices[office.id]),
        lone=_sqlite_path(found.settings.store_url) is not None,
        loops=loops,
        clock=wall_clock,
    )


# -- the machine we run on ----------------------------------------------------------------------------------------


def _sqlite_path(url: str) -> Path | None:
    scheme, _, rest = url.partition(":///")
    return Path(rest.partition("?")[0]) if scheme.startswith("sqlite") and rest else None


def only_one(said: settings.Settings, loops: Sequence[str] = LOOPS) -> list[IO[str]]:
    """Lock the SQLite store for these loops until the files returned are closed. Raises AlreadyRuns."""
    if faults := store_folder(said):
        raise ConfigurationError(faults)
    path = _sqlite_path(said.store_url)
    held: list[IO[str]] = []
    for loop in loops if path is not None else ():
        file = open(f"{path}.{loop}.lock", "a", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            for other in (*held, file):
                other.close()
            raise AlreadyRuns(f"Another mailflow already runs the {loop} loop on {path}. Stop it first.") from None
        held.append(file)
    return held


def configure_logs(said: settings.Settings, clock: Callable[[], datetime] = wall_clock) -> None:
    """Log as the settings say, with the time of this clock."""
    logs.configure(said.log_form, said.log_level, clock)


def notify(state: str) -> None:
    """Tell systemd how we are, such as "READY=1" (sd_notify(3)); where nobody listens nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock, suppress(OSError):
        # An address that begins with @ is an abstract one, written with NUL.
        sock.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
