"""A dump of a PostgreSQL database that is in use, and its way back into an empty one, by PostgreSQL's own programs.

In: the address of the database; what the programs must find in their environment; the file of the dump.
Out: a dump of one instant, of which the record has been checked; a database that holds it, with a note of the restore.
Fails: errors.MailflowError with a sentence: a program is missing or too old, the target is not empty, the disk is full.
Limits: pg_dump, pg_restore and psql must be on this machine, as new as the server. The password is in their environment
  only. What comes back does so in one transaction, the note with it: a daemon never sees the one without the other.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import IO

from sqlalchemy import Connection, func, select, text

from mailflow.errors import MailflowError
from mailflow.store import address
from mailflow.store.engine import Store
from mailflow.store.examined import Examined, Step, record
from mailflow.store.migrations.run import MIGRATING
from mailflow.store.unit import Unit

_PROGRAMS = ("pg_dump", "pg_restore", "psql")
# Debian keeps them a folder for each version.
_FOLDERS = Path("/usr/lib/postgresql")
_BLOCK = 1 << 20
_LOOK = 0.2  # seconds between two looks at how far a program is
_MOST_WORDS = 500
Environment = Mapping[str, str]


def dump(store: Store, url: str, environment: Environment, target: Path, step: Step) -> Examined:
    """Write a dump and check the record of that same instant. step: octets written, and at most to be written."""
    with store.read() as unit:
        unit.tables.take_time()
        work = unit.tables.connection
        folder = _programs(_server(work))
        size = work.execute(select(func.pg_database_size(func.current_database()))).scalar_one()
        # Whatever is committed meanwhile, both see the instant of this transaction.
        snapshot = work.execute(select(func.pg_export_snapshot())).scalar_one()
        target.touch(0o600)
        words, secret = address.for_programs(url)
        _run(
            [str(folder / "pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-password"]
            + [f"--snapshot={snapshot}", f"--file={target}", f"--dbname={words}"],
            {**environment, **secret},
            lambda: step(min(target.stat().st_size, size), size),
        )
        # Reads every octet of the dump, and finds one that cannot be unpacked.
        _run([str(folder / "pg_restore"), "--file=/dev/null", str(target)], environment)
        return record(unit)


def must_be_empty(unit: Unit) -> None:
    """Raise MailflowError unless there is nothing of a store in this database, and it can hold one."""
    faults = unit.tables.faults_of_the_place()
    if faults:
        raise MailflowError(f"The database cannot hold a store. {' '.join(faults)}")
    if unit.tables.made():
        raise MailflowError(
            "There is a database already. Make a new, empty one and name it in [store] url; the old one then stays as "
            "it is."
        )
    unit.tables.must_be_unused()


def put_back(store: Store, url: str, environment: Environment, source: Path, key: str, note: str) -> None:
    """Fill an empty database from a dump and write one small fact into it, all or nothing; then bring it up to date."""
    with store.read() as unit:
        must_be_empty(unit)
        folder = _programs(_server(unit.tables.connection))
    words, secret = address.for_programs(url)
    writes = [str(folder / "psql"), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"]
    reads = [str(folder / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source)]
    inner = {**environment, **secret, "PGOPTIONS": "-c statement_timeout=0"}
    with ExitStack() as stack:
        into = _begun(stack, [*writes, f"--dbname={words}"], inner, stdin=subprocess.PIPE)
        out = _begun(stack, reads, environment, stdout=subprocess.PIPE)
        assert into.child.stdin is not None and out.child.stdout is not None
        # One that ends too early says why; the other then only says that it lost its partner.
        with suppress(BrokenPipeError):
            # A daemon that starts meanwhile waits with its tables until all of this is there.
            into.child.stdin.write(f"BEGIN;\nSELECT pg_advisory_xact_lock({MIGRATING});\n".encode())
            shutil.copyfileobj(out.child.stdout, into.child.stdin, _BLOCK)
            out.end()
            # Without these last lines nothing of it stays.
            into.child.stdin.write(f"RESET search_path;\n{_NOBODY}{_noted(key, note)}COMMIT;\n".encode())
            into.child.stdin.close()
        into.end()
    store.migrate()
    with store.read() as unit:
        if unit.meta.get(key) != note:
            raise MailflowError(
                "The database did not take what the backup holds. Make another empty one and try again."
            )


@dataclass(frozen=True)
class _Begun:
    """A program at work; what it says of faults goes to a file, so that it never waits for us to read it."""

    child: subprocess.Popen[bytes]
    faults: IO[bytes]

    def end(self) -> None:
        """Wait for its end. Raises MailflowError in its own words when it fails."""
        status = self.child.wait()
        if status:
            self.faults.seek(0)
            words = " ".join(self.faults.read().decode("utf-8", "replace").split())[-_MOST_WORDS:]
            hint = " The disk is full: make room." if "No space left" in words else ""
            name = Path(str(self.child.args[0])).name  # type: ignore[index]
            raise MailflowError(f"The program {name} ended with a fault: {words or f'status {status}'}.{hint}")


def _begun(
    stack: ExitStack, command: Sequence[str], environment: Environment, stdin: int = DEVNULL, stdout: int = DEVNULL
) -> _Begun:
    faults = stack.enter_context(tempfile.TemporaryFile())
    child = subprocess.Popen(command, env=dict(environment), stdin=stdin, stdout=stdout, stderr=faults)
    stack.callback(_stop, child)
    return _Begun(child, faults)


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


# Who held what when the dump was made is nobody now, and nobody need wait for it.
_NOBODY = "DO $$ BEGIN IF to_regclass('leases') IS NOT NULL THEN DELETE FROM leases; END IF; END $$;\n"


def _noted(key: str, note: str) -> str:
    quoted = ["'" + words.replace("'", "''") + "'" for words in (key, note)]
    values = ", ".join(quoted)
    return f"INSERT INTO meta (key, value) VALUES ({values}) ON CONFLICT (key) DO UPDATE SET value = excluded.value;\n"


def _server(connection: Connection) -> int:
    """The version of the server, such as 15."""
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def _programs(major: int) -> Path:
    """The folder of programs that can work with a server of this version. Raises MailflowError."""
    known = [Path(found).parent for found in [shutil.which("pg_dump")] if found]
    known += sorted(_FOLDERS.glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    newest = 0
    for folder in known:
        if all((folder / name).is_file() for name in _PROGRAMS):
            version = _version(folder / "pg_dump")
            if version >= major:
                return folder
            newest = max(newest, version)
    what = f"those on this machine are of version {newest}" if newest else "they are not on this machine"
    raise MailflowError(
        f"The server is PostgreSQL {major}, and pg_dump, pg_restore and psql must be as new: {what}. Install the "
        f"client programs of PostgreSQL {major} or newer (Debian: postgresql-client-{major})."
    )


def _version(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+", said.partition(")")[2])
    return int(found[0]) if found else 0


def _run(command: Sequence[str], environment: Environment, look: Callable[[], None] = lambda: None) -> None:
    with ExitStack() as stack:
        begun = _begun(stack, command, environment)
        while begun.child.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                begun.child.wait(_LOOK)
            look()
        begun.end()
