"""mailflow backup and restore on PostgreSQL: a dump of one instant, put back whole or not at all."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from mailflow.cli import backup_folder as kept
from mailflow.cli.main import main
from mailflow.flow import restored
from mailflow.store import Store, dumping
from tests.cli.installation import Installation
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres
from tests.store.conftest import NOON

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]
SECRET = "correct: horse@battery/staple"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Postgres]:
    """A server that asks for a password."""
    with Postgres(password=SECRET) as server:
        yield server


class OnPostgres:
    """An installation whose settings can be pointed at a new, empty database of a server."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        folder.mkdir()
        self.server, self.folder = server, folder
        self.found = Installation(folder)
        self.found.store.close()
        (folder / "mailflow.db").unlink()
        (folder / "database.password").write_text(SECRET)
        (folder / "database.password").chmod(0o600)
        self._before = f'url = "sqlite:///{folder}/mailflow.db"'
        self._words = self.found.settings.read_text("ascii")
        self.opened: list[Store] = []
        self.elsewhere()

    def elsewhere(self) -> None:
        """The settings name a new, empty database."""
        self.url = self.server.fresh(empty=True)
        bare = self.server.url(self.url.rpartition("/")[2], password=False)
        words = self._words.replace(self._before, f'url = "{bare}"\npassword_file = "database.password"')
        self.found.settings.write_text(words, "ascii")

    def store(self) -> Store:
        self.opened.append(Store(self.url))
        return self.opened[-1]

    def run(self, *words: str) -> Result:
        """The program; whatever it says, the password is not in it."""
        result = CliRunner().invoke(main, [*words, "--config", str(self.found.settings)])
        assert "horse" not in result.output and "horse" not in str(result.exception)
        return result


def lines(store: Store, first: int, last: int) -> None:
    for n in range(first, last + 1):
        with store.unit() as unit:
            again = {"actor": "", "recorded_at": NOON, "edition": "e", "calendar_edition": "c"}
            entry = [("note", "office", {"n": n})]
            unit.log.append("office:council", n - 1, entry, cause=f"note/{n}", happened_at=NOON, **again)


@pytest.fixture
def there(tmp_path: Path, guarded: Postgres) -> Iterator[OnPostgres]:
    """An installation on PostgreSQL with a little on record; nobody is connected."""
    found = OnPostgres(tmp_path / "home", guarded)
    store = found.store()
    store.migrate()
    lines(store, 1, 3)
    store.close()
    yield found
    for one in found.opened:
        one.close()


def saved(there: OnPostgres, folder: Path) -> Path:
    """The one backup that the command has made in a folder."""
    result = there.run("backup", str(folder))
    assert result.exit_code == 0, result.output
    (found,) = folder.iterdir()
    return found


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as unit:
        return {name: list(unit.tables.rows(name)) for name in unit.tables.names}


def test_a_backup_comes_back_with_a_note(there: OnPostgres, tmp_path: Path):
    """Dump, configuration and manifest; in an empty database every row, the note of the restore, and numbers go on."""
    path = saved(there, tmp_path / "backups")
    manifest = json.loads((path / "manifest.json").read_text())
    assert {"mailflow.dump", "configuration/mailflow.toml"} <= {one["path"] for one in manifest["files"]}
    assert manifest["lines"] == 3 and "horse" not in (path / "manifest.json").read_text()
    assert b"horse" not in (path / "mailflow.dump").read_bytes()
    assert (path / "mailflow.dump").stat().st_mode & 0o777 == 0o600
    before = rows(there.store())
    there.elsewhere()
    result = there.run("restore", str(path))
    assert result.exit_code == 0, result.output
    store = there.store()
    after = rows(store)
    note = json.loads(dict(after["meta"])[restored.KEY])
    assert note["running"] is True and note["since"] == manifest["at"]
    after["meta"] = [row for row in after["meta"] if row[0] != restored.KEY]
    assert after == before
    lines(store, 4, 4)
    with pytest.raises(Exception, match="never changed"), store.unit() as unit:
        unit.tables.connection.execute(text("UPDATE log SET actor = 'x'"))
    store.close()
    assert there.run("verify").exit_code == 0
    again = there.run("restore", str(path))
    assert again.exit_code == 1 and "There is a database already" in again.output
    assert "Leave out --replace".lower() in there.run("restore", str(path), "--replace").output.lower()


def test_a_backup_is_one_instant_while_others_write(there: OnPostgres, tmp_path: Path):
    """What the manifest counts is what the dump holds, though a writer never rests."""
    store, stop, written = there.store(), threading.Event(), [3]

    def write() -> None:
        while not stop.is_set():
            lines(store, written[0] + 1, written[0] + 1)
            written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        path = saved(there, tmp_path / "backups")
    finally:
        stop.set()
        writer.join()
    manifest = json.loads((path / "manifest.json").read_text())
    there.elsewhere()
    assert there.run("restore", str(path)).exit_code == 0
    with there.store().read() as unit:
        assert unit.log.last("office:council") == manifest["lines"] >= 3
    assert written[0] > 3


def test_what_fails_half_way_leaves_the_database_empty(there: OnPostgres, tmp_path: Path):
    """A dump that ends in the middle: pg_restore says so, and not one table stays; under a daemon nothing begins."""
    path = saved(there, tmp_path / "backups")
    there.elsewhere()
    with Store(there.url).read() as unit:
        busy = there.run("restore", str(path))
        assert busy.exit_code == 75 and "Stop it first" in busy.output
        unit.tables.connection.invalidate()
    dump = path / "mailflow.dump"
    whole = dump.read_bytes()
    dump.write_bytes(whole[: len(whole) * 2 // 3])
    refused = there.run("restore", str(path))
    assert refused.exit_code == 1 and "is damaged" in refused.output
    manifest = kept.read(path)
    parts = [kept.described(path, f.path, f.source) for f in manifest.files]
    (path / "manifest.json").write_bytes(kept.Manifest(**{**vars(manifest), "files": tuple(parts)}).octets())
    broken = there.run("restore", str(path))
    assert broken.exit_code == 1 and "pg_restore ended with a fault" in broken.output, broken.output
    with there.store().read() as unit:
        assert not unit.tables.made()
    there.found.settings.write_text(there._words, "ascii")
    other = there.run("restore", str(path))
    assert other.exit_code == 1 and "This backup is of PostgreSQL" in other.output


def test_programs_that_are_missing_or_too_old_are_named(there: OnPostgres, tmp_path: Path, monkeypatch):
    """Which version is needed and how the package is called; no half backup is left."""
    monkeypatch.setattr(dumping, "_version", lambda program: 12)
    old = there.run("backup", str(tmp_path / "b"))
    assert old.exit_code == 1 and "of version 12" in old.output and "postgresql-client-" in old.output
    monkeypatch.undo()
    monkeypatch.setattr(dumping, "_FOLDERS", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    none = there.run("backup", str(tmp_path / "b"))
    assert none.exit_code == 1 and "not on this machine" in none.output
    assert list((tmp_path / "b").iterdir()) == []


def test_nothing_is_rebuilt_under_a_daemon(there: OnPostgres):
    """`rebuild --write` wants to be alone on PostgreSQL, too; to compare it may run beside."""
    with there.store().read() as unit:
        unit.meta.get("x")
        busy = there.run("rebuild", "--write")
        assert busy.exit_code == 75 and "Stop it first, on every host" in busy.output
        assert there.run("rebuild").exit_code == 0
    there.opened[-1].close()
    assert there.run("rebuild", "--write").exit_code == 0


def test_what_is_damaged_is_not_saved(there: OnPostgres, tmp_path: Path):
    """A line that was changed behind our back: no backup that would be taken for a good one."""
    name = there.url.rpartition("/")[2]
    there.server.order("ALTER TABLE log DISABLE TRIGGER USER", name)
    there.server.order("UPDATE log SET actor = 'another' WHERE seq = 2", name)
    result = there.run("backup", str(tmp_path / "backups"))
    assert result.exit_code == 1 and "not sound" in result.output and "not what was written" in result.output
    assert list((tmp_path / "backups").iterdir()) == []
