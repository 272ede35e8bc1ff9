"""A private PostgreSQL (14 or newer) on loopback, as root or as an ordinary user; starts in about a second."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from sqlalchemy import URL, create_engine

from mailflow.store import Store
from tests.servers.ports import free_port

OLDEST = 14
OWNER = "mailflow"
TEMPLATE = "migrated"
LONGEST_START = 30.0  # seconds, on a machine that has other things to do
# Debian keeps the server's programs off the PATH, a folder for each version.
DEBIAN = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "postgres", "pg_dump", "pg_restore")


@cache
def binaries() -> Path | None:
    """The folder of the newest server's programs, if there is one that is new enough."""
    folders = [path.parent for path in DEBIAN.glob("*/bin/initdb") if path.parent.parent.name.isdecimal()]
    folders.sort(key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*folders, *([Path(on_path).resolve().parent] if on_path else [])]:
        if all((folder / name).exists() for name in NEEDED) and _version(folder) >= OLDEST:
            return folder
    return None


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    words = [word for word in said.split() if word[:1].isdecimal()]  # "postgres (PostgreSQL) 15.7 (Debian ...)"
    return int(words[0].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz")[:2]) if words else 0


def lacking() -> str:
    """What to install before this rig can run, or ""."""
    if binaries() is None:
        return f"Debian's postgresql (version {OLDEST} or newer) is not installed"
    return "" if find_spec("psycopg") else "the Python package psycopg is not installed (pip install psycopg[binary])"


class Postgres:
    """durable: fsync as in earnest, for tests that kill the server; password: what TCP connections must then prove."""

    host = "127.0.0.1"

    def __init__(self, *, durable: bool = False, password: str = "") -> None:
        self.durable, self.password = durable, password
        self.port = free_port()
        self._names = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Postgres:
        found = binaries()
        assert found is not None, lacking()
        self.binaries = found
        # A short path: unix sockets must stay below 108 characters.
        self.directory = Path(tempfile.mkdtemp(prefix="pg"))
        self.data, self.log = self.directory / "data", self.directory / "postgres.log"
        # The server refuses root.
        self._user = "postgres" if _known("postgres") else "nobody"
        if os.geteuid() == 0:
            os.chown(self.directory, pwd.getpwnam(self._user).pw_uid, pwd.getpwnam(self._user).pw_gid)
        try:
            self._make()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()  # nothing of it is wanted any more, least of all on the disk
        shutil.rmtree(self.directory, ignore_errors=True)

    def _make(self) -> None:
        words = [f"--username={OWNER}", "--encoding=UTF8", "--locale=C", "--auth-local=trust", "--no-sync"]
        words.append(f"--auth-host={'scram-sha-256' if self.password else 'trust'}")
        secret = self.directory / "secret"
        if self.password:
            secret.write_text(self.password, "utf-8")
            secret.chmod(0o644)  # in a folder that nobody else may enter
            words.append(f"--pwfile={secret}")
        made = self._run("initdb", "-D", str(self.data), *words)
        secret.unlink(missing_ok=True)
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr.decode(errors='replace')[-2000:]}")
        settings = {
            "listen_addresses": f"'{self.host}'",
            "port": self.port,
            "unix_socket_directories": f"'{self.directory}'",
            "max_connections": 100,
            "shared_buffers": "16MB",
            "dynamic_shared_memory_type": "mmap",  # a small /dev/shm is enough
            "timezone": "'Pacific/Auckland'",  # far from UTC: nothing may depend on it
            "jit": "off",
            "autovacuum": "on" if self.durable else "off",
            "log_min_messages": "warning",
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
        }
        with open(self.data / "postgresql.conf", "a", encoding="ascii") as file:
            file.writelines(f"{key} = {value}\n" for key, value in settings.items())

    def _run(self, name: str, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([self.binaries / name, *words], capture_output=True, check=False, **self._as())

    def _as(self) -> dict[str, object]:
        # A working folder that the server's user may enter, and nothing of ours that would speak to another server.
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        also: dict[str, object] = {"cwd": self.directory, "env": {**inherited, "LC_ALL": "C"}}
        if os.geteuid() == 0:
            owner = pwd.getpwnam(self._user)
            also |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        return also

    # -- the server itself ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it (again) and wait until it answers; after a kill it recovers first."""
        with open(self.log, "ab") as log:
            words = [self.binaries / "postgres", "-D", self.data]
            self._process = subprocess.Popen(
                words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, **self._as()
            )
        end = time.monotonic() + LONGEST_START
        while time.monotonic() < end and self._process.poll() is None:
            # "ready" is the last line of the file when connections are taken (PostgreSQL 10 and newer).
            if _status(self.data / "postmaster.pid") == "ready":
                return
            time.sleep(0.01)  # the server is starting; nothing else can be waited for
        raise RuntimeError(f"PostgreSQL did not start: {self.told()[-2000:]}")

    def stop(self) -> None:
        """End it in good order, cutting off whoever is connected."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it at once, as a power cut would: what was not on the disk is lost if it is not durable."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            self._process.wait(LONGEST_START)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def told(self) -> str:
        """Its log."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else "no log"

    # -- its databases -------------------------------------------------------------------------------------------------

    def url(self, database: str, *, password: bool = True) -> str:
        """The address of a database, as it may stand in [store] url."""
        given = self.password if self.password and password else None
        address = URL.create("postgresql+psycopg", OWNER, given, self.host, self.port, database)
        return address.render_as_string(hide_password=False)

    def fresh(self, *, empty: bool = False, how: str = "") -> str:
        """The address of a new database with the schema of today, or with nothing at all; how: more words of SQL."""
        name = f"mailflow_{next(self._names)}"
        if not empty:
            self._migrated()
        self.order(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else TEMPLATE} {how}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, cutting off whoever is connected."""
        self.order(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def _migrated(self) -> None:
        """Migrating anew for each test would take most of the time."""
        if self._has(TEMPLATE):
            return
        self.order(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        first = Store(self.url(TEMPLATE))
        first.migrate()
        first.close()

    def _has(self, name: str) -> bool:
        with self.connection() as connection:
            return (
                connection.exec_driver_sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'").scalar() is not None
            )

    def order(self, statement: str, database: str = "postgres") -> None:
        """Run a statement outside any transaction."""
        with self.connection(database) as connection:
            connection.exec_driver_sql(statement)

    @contextmanager
    def connection(self, database: str = "postgres") -> Iterator[object]:
        """A connection of its own, each statement committed at once."""
        engine = create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


def _known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _status(file: Path) -> str:
    try:
        return file.read_text("ascii").splitlines()[7].strip()
    except (OSError, IndexError):
        return ""
