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
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from mailflow import failpoints, logs, settings
from mailflow.errors import ConfigurationError, Fault, MailflowError
from mailflow.flow import editions
from mailflow.flow.editions import Editions
from mailflow.flow.ports import House, Limits, Office
from mailflow.installation import Installation, install
from mailflow.loops.daemon import LOOPS, PRETENDED, Daemon
from mailflow.mailbox.imap import ImapSource
from mailflow.mailbox.maildir import MaildirSource
from mailflow.mailbox.source import Source
from mailflow.reloading import Watch
from mailflow.store import Store, address
from mailflow.submission.smtp import Submission

DEFAULT_CONFIG = Path("/etc/mailflow/mailflow.toml")
MAILDIR_POLL = 60  # seconds; a Maildir is watched while we wait, this only makes sure
__all__ = ["Installation", "install"]


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


def arm_failpoint(said: settings.Settings) -> None:
    """Take up $MAILFLOW_FAILPOINT (failpoints.py), in a test installation only; anywhere else it means nothing.

    Raises ConfigurationError when it names no fail point.
    """
    plan = os.environ.get("MAILFLOW_FAILPOINT", "") if said.pretend_time else ""
    try:
        failpoints.arm(plan)
    except ValueError as error:
        raise ConfigurationError([Fault("MAILFLOW_FAILPOINT", 0, f"{error}.")]) from None


# -- from an installation to a house -----------------------------------------------------------------------------------


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
    return store_at(said.store_url, str(said.file))


def store_at(url: str, said_by: str = "The command line") -> Store:
    """A store by its address, not migrated. said_by: the file that names it. Raises ConfigurationError."""
    try:
        address.shown(url)
        return Store(url)
    except ImportError as error:
        fix = "Install it with mailflow's extra: pip install 'mailflow[postgresql]'."
        raise ConfigurationError([Fault(said_by, 0, f"The store cannot be used: {error}.", fix)]) from error
    except (ValueError, MailflowError) as error:
        raise ConfigurationError([Fault(said_by, 0, f"The store cannot be used: {error}.")]) from error
    except Exception as error:
        # An unknown kind of database is the library's own error; its address may hold a password, so it is not shown.
        what = f"The store's url cannot be used ({type(error).__name__})."
        fix = "Write sqlite:////path or postgresql+psycopg://..."
        raise ConfigurationError([Fault(said_by, 0, what, fix)]) from None


def store_url(file: Path) -> str:
    """The address of the store that these settings name, with its password. Raises ConfigurationError."""
    return settings.load(file, lenient=True).store_url


def must_exist(url: str) -> None:
    """Raise MailflowError for the address of a SQLite file that is not there: opening it would make one."""
    path = _sqlite_path(url)
    if path is not None and not path.is_file():
        raise MailflowError(f"There is no database {path}.")


def open_house(found: Installation, store: Store, *, keep: bool = True) -> House:
    """The house over its store; keeps the text of today's editions, for the cases that will follow them."""
    limits = found.settings.limits
    return House(
        store=store,
        offices=found.offices,
        letters=next(office.letters for office in found.offices.values() if office.letters),
        secret=found.secret,
        limits=Limits(
            **{f.name: getattr(limits, f.name) for f in fields(Limits) if f.name != "undo_minutes"},
            undo_minutes=limits.outbox_hold_minutes,
        ),
        editions=_editions(store, found.texts if keep else {}),
        pretend_time=found.settings.pretend_time,
        faulty=frozenset(found.faulty),
    )


def _editions(store: Store, today: Mapping[str, str]) -> Editions:
    """Every edition that was ever in use here: open cases stay on the one they follow."""
    if today:
        with store.unit(purpose="editions") as unit:
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


def poll_of(said: settings.Office) -> float:
    """Seconds between two looks into an office's mailbox."""
    return float(said.imap.poll if said.imap else MAILDIR_POLL)


def submission_of(said: settings.Office) -> Submission:
    """The way out of an office."""
    server = said.smtp
    return Submission(server.host, server.port, server.user, _password(server), tls=server.tls, timeout=server.timeout)


def _password(server: settings.Server) -> Callable[[], str]:
    # Read at every connect, so that a changed password needs no restart.
    return lambda: settings.read_secret(server.password_file).decode("utf-8") if server.password_file else ""


def daemon(found: Installation, house: House, loops: Sequence[str] = LOOPS) -> Daemon:
    """The loops of a house, with its servers behind them; nothing is connected yet."""
    watch = Watch(found, lambda fresh: open_house(fresh, house.store), house, tells="clock" in loops)

    def said(office: Office) -> settings.Office:
        return watch.found.settings.offices[office.id]

    return Daemon(
        house,
        source_of=lambda office: source_of(said(office)),
        poll_of=lambda office: poll_of(said(office)),
        way_of=lambda office: submission_of(said(office)),
        lone=not house.store.shared,
        me=_own_name(house.store) if house.store.shared else "",
        loops=loops,
        clock=wall_clock,
        watch=watch,
    )


def _own_name(store: Store) -> str:
    """A name that no other daemon has, nor this one after a restart; the administrator reads host and process in it."""
    return f"{socket.gethostname()}/{os.getpid()}/{store.name}"


# -- the machine we run on ----------------------------------------------------------------------------------------


def _sqlite_path(url: str) -> Path | None:
    scheme, _, rest = url.partition(":///")
    return Path(rest.partition("?")[0]) if scheme.startswith("sqlite") and rest else None


def database_file(said: settings.Settings) -> Path | None:
    """The file of a SQLite store; None on PostgreSQL."""
    path = _sqlite_path(said.store_url)
    return path.resolve() if path is not None else None


def environment() -> dict[str, str]:
    """What a program that we start finds in its environment."""
    return dict(os.environ)


def only_one(said: settings.Settings, loops: Sequence[str] = LOOPS) -> list[IO[str]]:
    """Lock the SQLite store for these loops until the files returned are closed. Raises AlreadyRuns."""
    if faults := store_folder(said):
        raise ConfigurationError(faults)
    return alone(said.store_url, loops)


def alone(url: str, loops: Sequence[str] = LOOPS) -> list[IO[str]]:
    """The same by the address of the store."""
    path = _sqlite_path(url)
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
