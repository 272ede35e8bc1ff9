"""New stores without what each of them does anew: taking the steps of the schema, and turning statements into SQL.

A worker takes the steps once and copies what they have made; what it has turned into SQL serves all its SQLite stores.
The stores are real ones. tests/store takes the steps each time, and so does every process that a test starts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from mailflow.store import Store, engine
from mailflow.store.migrations import run

_create, _upgrade = engine.create_engine, run.upgrade
_compiled: dict[Any, Any] = {}


@cache
def _first() -> Engine:
    """The engine whose dialect the others share: SQL is known by the dialect and the statement."""
    first = _create("sqlite://")
    first.connect().close()  # from now on the dialect knows its database
    return first


@cache
def migrated() -> bytes:
    """A migrated, empty database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mailflow.db"
        first = Store(f"sqlite:///{path}")
        _upgrade(first._engine, sqlite=True)
        first.close()
        return path.read_bytes()


def _open(url: Any, **options: Any) -> Engine:
    if url.get_backend_name() != "sqlite":
        return _create(url, **options)
    known = options.pop("execution_options", {}) | {"compiled_cache": _compiled}
    made = _create(url, **options, execution_options=known)
    made.dialect = _first().dialect
    return made


def _fill(made: Engine, *, sqlite: bool) -> None:
    """An empty file becomes a copy of the migrated one; then whatever is left to do is done."""
    path = Path(made.url.database or "")
    if sqlite and (not path.exists() or path.stat().st_size == 0):
        with suppress(OSError):  # where no file can be made, the store says so
            path.write_bytes(migrated())
    _upgrade(made, sqlite=sqlite)


@contextmanager
def copied() -> Iterator[None]:
    """Within, new stores of this process are made so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "create_engine", _open)
        patch.setattr(run, "upgrade", _fill)
        yield
