"""mailflow backup and restore: what is saved, what is refused, and that nothing half-made is taken for a backup."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow import wiring
from mailflow.cli import backup
from mailflow.cli import backup_folder as kept
from mailflow.store import copying
from mailflow.store.schema import HEAD
from tests.cli.installation import Installation
from tests.flow.digests import ROOT

NOW = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def there(tmp_path: Path) -> Installation:
    """An installation with a little on record, its data in a folder of their own."""
    (tmp_path / "home").mkdir()
    found = Installation(tmp_path / "home")
    with found.store.unit() as unit:
        _line(unit, 1)
    return found


def _line(unit: object, number: int) -> None:
    unit.log.append(  # type: ignore[attr-defined]
        "office:council",
        number - 1,
        [("note", "office", {"n": number})],
        cause=f"note/{number}",
        actor="",
        happened_at=NOW,
        recorded_at=NOW,
        edition="e",
        calendar_edition="c",
    )


def saved(there: Installation, folder: Path) -> Path:
    """The one backup that the command has made in a folder."""
    result = there.run("backup", str(folder))
    assert result.exit_code == 0, result.output
    (found,) = folder.iterdir()
    return found


def lose(there: Installation) -> Path:
    """The database is gone, with all that lies beside it."""
    there.store.close()
    for file in there.folder.glob("mailflow.db*"):
        file.unlink()
    return there.folder / "mailflow.db"


def test_a_backup_has_the_database_the_configuration_and_a_manifest_but_no_secret(there: Installation, tmp_path: Path):
    """What is needed to go on is there with its size and SHA-256; the secrets are only named."""
    result = there.run("backup", str(tmp_path / "backups"))
    (found,) = (tmp_path / "backups").iterdir()
    manifest = json.loads((found / "manifest.json").read_text())
    files = {one["path"]: one for one in manifest["files"]}
    assert {"mailflow.db", "configuration/mailflow.toml"} <= set(files)
    assert "configuration/config/procedures/council-concerns.toml" in files
    assert any(path.startswith("configuration/config/register/") for path in files)
    for path, one in files.items():
        assert (found / path).stat().st_size == one["size"]
    assert not any(path.endswith(("/id", "/password")) for path in files)
    assert str(there.folder / "id") in result.output and "x" * 48 not in (found / "manifest.json").read_text()
    assert copying.examine(found / "mailflow.db").faults == ()


def test_a_backup_is_one_instant_while_others_write(there: Installation, tmp_path: Path):
    """The copy comes to an end under a writer that never rests, its log is whole, and the writer is not held up."""
    with there.store.unit() as unit:
        unit.meta.put("ballast", "x" * 20_000_000)
    stop, longest, written = threading.Event(), [0.0], [1]

    def write() -> None:
        while not stop.is_set():
            began = time.monotonic()
            with there.store.unit() as unit:
                _line(unit, written[0] + 1)
            written[0] += 1
            longest[0] = max(longest[0], time.monotonic() - began)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = wiring.install(there.settings)
        path, manifest = backup.save(found, tmp_path / "backups", NOW)
    finally:
        stop.set()
        writer.join()
    print(f"{written[0]} lines, longest {longest[0]:.2f} s, {manifest.lines} in the copy")
    assert 1 <= manifest.lines <= written[0] and longest[0] < 5
    with closing(sqlite3.connect(path / "mailflow.db")) as copy:
        lines = copy.execute("SELECT count(*) FROM log").fetchone()[0]
    assert lines == manifest.lines


def test_older_backups_stay_and_the_same_one_is_not_made_twice(there: Installation, tmp_path: Path):
    """Each stands in a folder of its own; the same instant again is refused."""
    found = wiring.install(there.settings)
    path, _ = backup.save(found, tmp_path / "backups", NOW)
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*")}
    with pytest.raises(Exception, match="is there already"):
        backup.save(found, tmp_path / "backups", NOW)
    backup.save(found, tmp_path / "backups", NOW.replace(hour=10))
    assert len(list((tmp_path / "backups").iterdir())) == 2
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*")} == before


def test_a_backup_does_not_lie_beside_what_it_saves(there: Installation):
    """What takes the one would take the other."""
    result = there.run("backup", str(there.folder / "backups"))
    assert result.exit_code == 1 and "lies in the folder of the data" in result.output
    assert not (there.folder / "backups").exists()


def test_a_full_disk_and_missing_rights_are_said_in_words(
    there: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A sentence with what to do, and nothing under the final name."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(1, 1, 0))
    result = there.run("backup", str(tmp_path / "full"))
    assert result.exit_code == 1 and "make room or name another folder" in result.output
    assert list((tmp_path / "full").iterdir()) == []
    monkeypatch.undo()

    def refused(*_args: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "barred"))

    monkeypatch.setattr(shutil, "copyfile", refused)
    result = there.run("backup", str(tmp_path / "barred"))
    assert result.exit_code == 1 and "change its rights or the user" in result.output
    assert list((tmp_path / "barred").iterdir()) == []


def test_killed_in_the_middle_it_leaves_no_half_backup(there: Installation, tmp_path: Path):
    """SIGKILL while it copies: nothing under the final name, and the next backup is made as if nothing had been."""
    with there.store.unit() as unit:
        for n in range(20):
            unit.meta.put(f"ballast {n}", "x" * 4_000_000)
    words = [sys.executable, "-m", "mailflow", "backup", str(tmp_path / "b"), "--config", str(there.settings)]
    child = subprocess.Popen(words, cwd=ROOT)
    partial: list[Path] = []
    while child.poll() is None and not partial:
        partial = list((tmp_path / "b").glob(".*.partial/mailflow.db")) if (tmp_path / "b").exists() else []
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL and partial
    assert [one.name for one in (tmp_path / "b").iterdir() if not one.name.startswith(".")] == []
    assert there.run("backup", str(tmp_path / "b")).exit_code == 0


def test_what_is_damaged_is_not_saved(there: Installation, tmp_path: Path):
    """A line that was changed behind our back: no backup that would be taken for a good one."""
    there.store.close()
    with closing(sqlite3.connect(there.folder / "mailflow.db")) as raw:
        raw.executescript("DROP TRIGGER IF EXISTS log_no_update;")
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE log SET data = '{\"n\":7}'")
        raw.commit()
    result = there.run("backup", str(tmp_path / "backups"))
    assert result.exit_code == 1 and "not sound" in result.output and "not what was written" in result.output
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_comes_back(there: Installation, tmp_path: Path):
    """The same lines, a note of the restoration, rights for the owner only; lost files of the configuration, too."""
    path = saved(there, tmp_path / "backups")
    database = lose(there)
    register = there.folder / "config" / "register" / "officers.csv"
    words = register.read_bytes()
    register.unlink()
    result = there.run("restore", str(path))
    assert result.exit_code == 0, result.output
    assert register.read_bytes() == words and "Put back" in result.output
    assert database.stat().st_mode & 0o777 == 0o600
    assert copying.examine(database).lines == 1
    with closing(sqlite3.connect(database)) as raw:
        note = json.loads(raw.execute("SELECT value FROM meta WHERE key = 'restored'").fetchone()[0])
    assert note["running"] is True and note["since"] < note["at"]
    assert not list(there.folder.glob(".*"))


def test_an_existing_database_is_only_moved_aside(there: Installation, tmp_path: Path):
    """Refused without --replace; with it the old one stands under a dated name, whole."""
    path = saved(there, tmp_path / "backups")
    with there.store.unit() as unit:
        _line(unit, 2)
    there.store.close()
    result = there.run("restore", str(path))
    assert result.exit_code == 1 and "--replace" in result.output
    assert copying.examine(there.folder / "mailflow.db").lines == 2
    assert there.run("restore", str(path), "--replace").exit_code == 0
    (aside,) = there.folder.glob("mailflow.db.before-restore-*")
    assert copying.examine(aside).lines == 2 and copying.examine(there.folder / "mailflow.db").lines == 1


def test_a_log_that_was_left_behind_is_not_read_into_the_restored_file(there: Installation, tmp_path: Path):
    """The database is gone but its write-ahead log still lies there: it goes aside."""
    path = saved(there, tmp_path / "backups")
    database = lose(there)
    Path(f"{database}-wal").write_bytes(b"left behind")
    assert there.run("restore", str(path)).exit_code == 0
    assert not Path(f"{database}-wal").exists() and list(there.folder.glob("mailflow.db.before-restore-*-wal"))


def test_nothing_is_restored_under_a_daemon(there: Installation, tmp_path: Path):
    """Its locks are ours, too: status 75 and nothing is changed."""
    path = saved(there, tmp_path / "backups")
    held = wiring.only_one(wiring.install(there.settings).settings, ("courier",))
    result = there.run("restore", str(path), "--replace")
    for lock in held:
        lock.close()
    assert result.exit_code == 75 and "Stop it first" in result.output
    assert not list(there.folder.glob("mailflow.db.before-restore-*"))


@pytest.mark.parametrize("name", ["mailflow.db", "configuration/mailflow.toml", "manifest.json"])
def test_a_damaged_backup_is_refused(there: Installation, tmp_path: Path, name: str):
    """One octet that is not what was written is enough; the database that is there stays."""
    path = saved(there, tmp_path / "backups")
    octets = bytearray((path / name).read_bytes())
    octets[len(octets) // 2] ^= 0xFF
    (path / name).write_bytes(octets)
    there.store.close()
    result = there.run("restore", str(path), "--replace")
    assert result.exit_code == 1 and "damaged" in result.output
    assert copying.examine(there.folder / "mailflow.db").lines == 1
    assert not list(there.folder.glob("mailflow.db.before-restore-*"))


def test_another_secret_is_refused(there: Installation, tmp_path: Path):
    """With it no copy of a letter would be known again, and everything would be sent twice."""
    path = saved(there, tmp_path / "backups")
    lose(there)
    (there.folder / "id").write_text("y" * 48)
    result = there.run("restore", str(path))
    assert result.exit_code == 1 and "Put the old secret back first" in result.output


def test_a_folder_of_backups_is_no_backup(there: Installation, tmp_path: Path):
    """The sentence names one that is in it."""
    path = saved(there, tmp_path / "backups")
    result = there.run("restore", str(path.parent))
    assert result.exit_code == 1 and str(path) in result.output


def test_a_database_of_an_older_version_is_saved_before_it_is_brought_up_to_date(there: Installation, tmp_path: Path):
    """An upgrade begins with a backup: what there is is checked and saved as it is, and it comes back."""
    there.store.close()
    database = there.folder / "mailflow.db"
    since = "DROP TABLE chain; DROP TABLE leases; ALTER TABLE attempts DROP COLUMN holder;"
    since += "DROP INDEX ix_inbox_state_order; DROP INDEX ix_inbox_sender_state_arrived_at;"
    since += "CREATE INDEX ix_inbox_state_arrived_at ON inbox (state, arrived_at);"
    with closing(sqlite3.connect(database)) as raw:
        raw.executescript(f"{since} UPDATE alembic_version SET version_num = '0001'")
    result = there.run("backup", str(tmp_path / "backups"))
    assert result.exit_code == 0, result.output
    assert "still of schema 0001" in result.output
    (found,) = (tmp_path / "backups").iterdir()
    assert (kept.read(found).schema, kept.read(found).lines) == ("0001", 1)
    lose(there)
    result = there.run("restore", str(found))
    assert result.exit_code == 0, result.output
    assert (copying.examine(database).schema, copying.examine(database).lines) == (HEAD, 1)


@pytest.mark.parametrize(("version", "words"), [("9999", "newer mailflow"), ("", "no database of mailflow")])
def test_what_this_version_cannot_check_is_refused_in_words(
    there: Installation, tmp_path: Path, version: str, words: str
):
    """Of a newer version, or no store at all: a sentence, and no backup."""
    there.store.close()
    with closing(sqlite3.connect(there.folder / "mailflow.db")) as raw:
        raw.execute(
            f"UPDATE alembic_version SET version_num = '{version}'" if version else "DROP TABLE alembic_version"
        )
        raw.commit()
    result = there.run("backup", str(tmp_path / "backups"))
    assert result.exit_code == 1 and words in result.output
    assert list((tmp_path / "backups").iterdir()) == []
