"""A sound copy of a SQLite database that is in use, and the checks of such a copy.

In: the file of a database, perhaps while a daemon writes into it; the file to write.
Out: a copy of one instant, a single file; how many cases and lines it holds, and everything that is wrong with it.
Fails: OSError or Broken (SQLite's own) in the words of the system: the caller knows the folders and says what to do.
Limits: SQLite only; what is written after the copy began is not in it.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from mailflow.errors import MailflowError
from mailflow.store.engine import Store
from mailflow.store.examined import MOST_FAULTS, Examined, Step, record

# Pages in one step, and the rest between two: a writer on the same disk gets its turn.
STEP_PAGES = 256
REST = 0.002
_BUSY_MS = 5000
Broken = sqlite3.Error


def copy(source: Path, target: Path, step: Step = lambda done, total: None) -> None:
    """Copy the database as it stands now to a new file, and wait until it is on the disk.

    A read transaction is held meanwhile: with the write-ahead log it keeps nobody from writing, and without it SQLite
    would begin anew after every commit of the daemon and never come to an end.
    """
    reading = sqlite3.connect(f"file:{_quoted(source)}?mode=rw", uri=True, isolation_level=None)
    try:
        reading.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        writing = sqlite3.connect(target, isolation_level=None)
        try:
            reading.backup(
                writing, pages=STEP_PAGES, progress=lambda _s, left, total: step(total - left, total), sleep=REST
            )
            # One file, which is whole without a write-ahead log beside it.
            writing.execute("PRAGMA journal_mode = DELETE").fetchone()
        finally:
            writing.close()
    finally:
        reading.close()
    sync(target)


def examine(path: Path, step: Step = lambda done, total: None) -> Examined:
    """Check a copy that nobody works on: the file itself, its schema, and the chain of every stream of its log."""
    broken = damage(path)
    if broken:
        return Examined("", 0, 0, (broken,))
    store = Store(f"sqlite:///{path}")
    try:
        with store.read() as unit:
            found = record(unit, step)
    finally:
        store.close()
    _as_one_file(path)
    return found


def note(path: Path, key: str, value: str) -> None:
    """Bring a copy that nobody works on up to date and write one small fact into it."""
    store = Store(f"sqlite:///{path}")
    try:
        store.migrate()
        with store.unit() as unit:
            unit.meta.put(key, value)
    finally:
        store.close()
    _as_one_file(path)
    sync(path)


def sync(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def damage(path: Path) -> str:
    """SQLite's own check, in a sentence; "" when the file is whole."""
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            said = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({MOST_FAULTS})")]
        finally:
            connection.close()
    except sqlite3.DatabaseError as fault:
        said = [str(fault)]
    return "" if said == ["ok"] else f"the database is damaged: {'; '.join(said)}"


def _as_one_file(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    finally:
        connection.close()
    left = [name for name in (f"{path}-wal", f"{path}-shm") if os.path.exists(name)]
    if left:
        raise MailflowError(f"Another program works on {path}: end it first.")


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
