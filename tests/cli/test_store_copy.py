"""mailflow store copy: an installation moves to PostgreSQL by one command, and no password is seen anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailflow import wiring
from mailflow.cli.main import main
from tests.cli.installation import Installation
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres
from tests.store.conftest import NOON

SECRET = "correct: horse@battery/staple"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Installation]:
    """An installation on SQLite with a little on record."""
    (tmp_path / "home").mkdir()
    found = Installation(tmp_path / "home")
    with found.store.unit() as unit:
        again = {"actor": "", "recorded_at": NOON, "edition": "e", "calendar_edition": "c"}
        unit.log.append("office:council", 0, [("note", "office", {"n": 1})], cause="note/1", happened_at=NOON, **again)
    yield found
    found.store.close()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def file_of(there: Installation) -> str:
    return f"sqlite:///{there.folder}/mailflow.db"


def settings_for(there: Installation, url: str, password: str = "") -> Path:
    """The settings of tomorrow: the same, but for the store."""
    text = there.settings.read_text("ascii")
    new = f'url = "{url}"' + ('\npassword_file = "database.password"' if password else "")
    if password:
        (there.folder / "database.password").write_text(password)
        (there.folder / "database.password").chmod(0o600)
    file = there.folder / "tomorrow.toml"
    file.write_text(text.replace(f'url = "{file_of(there)}"', new), "ascii")
    return file


@pytest.mark.postgres
def test_an_installation_moves_by_one_command(there: Installation, postgres: Postgres):  # noqa: F811
    """Counts, the newest entry, what to do next; verify on the new database agrees; a second copy is refused."""
    url = postgres.fresh(empty=True)
    head = there.told("verify")["head"]
    result = run("store", "copy", "--from", file_of(there), "--to", url)
    assert result.exit_code == 0, result.output
    assert "Copied and compared row by row" in result.output and str(head) in result.output
    assert f'url = "{url}"' in result.output and "Put the old database away" in result.output
    tomorrow = settings_for(there, url)
    said = json.loads(run("verify", "--json", "--config", str(tomorrow)).output)
    assert said["good"] and said["head"] == head
    again = run("store", "copy", "--from", file_of(there), "--to-config", str(tomorrow))
    assert again.exit_code == 1 and "The target is not empty" in again.output


@pytest.mark.postgres
def test_a_password_is_read_from_its_file_and_never_shown(there: Installation):
    """The settings of tomorrow name the file; on the command line a password is refused without being repeated."""
    with Postgres(password=SECRET) as server:
        url = server.fresh(empty=True)
        bare = server.url(url.rpartition("/")[2], password=False)
        refused = run("store", "copy", "--from", file_of(there), "--to", url)
        assert refused.exit_code == 2 and "PGPASSFILE" in refused.output
        without = run("store", "copy", "--from", file_of(there), "--to", bare)
        assert without.exit_code == 75, without.output
        tomorrow = settings_for(there, bare, SECRET)
        done = run("store", "copy", "--from-config", str(there.settings), "--to-config", str(tomorrow))
        assert done.exit_code == 0, done.output
        assert f'url = "{bare}"' in done.output
        for result in (refused, without, done):
            assert "horse" not in result.output and "horse" not in str(result.exception)


def test_what_cannot_be_copied_is_said_before_anything_is_done(there: Installation, tmp_path: Path):
    """No source, no target, one and the same, two words for one, no address at all."""
    target = f"sqlite:///{tmp_path}/new.db"
    for words, status, told in (
        (["--from", f"sqlite:///{tmp_path}/none.db", "--to", target], 1, "There is no database"),
        (["--from", file_of(there)], 2, "--to"),
        (["--from", file_of(there), "--to", file_of(there)], 1, "the same database"),
        (["--from", file_of(there), "--from-config", str(there.settings), "--to", target], 2, "give one of them"),
        (["--from", file_of(there), "--to", "somewhere"], 2, "is no address"),
        (["--from", file_of(there), "--to", "oracle://x/y"], 78, "cannot be used"),
    ):
        result = run("store", "copy", *words)
        assert result.exit_code == status and told in result.output, result.output
    assert not list(tmp_path.glob("*.db"))


def test_nothing_is_copied_under_a_daemon(there: Installation, tmp_path: Path):
    """Its lock is ours too: status 75, whichever of its loops runs; afterwards it goes through, also to SQLite."""
    held = wiring.only_one(wiring.install(there.settings).settings, ("courier",))
    words = ["store", "copy", "--from", file_of(there), "--to", f"sqlite:///{tmp_path}/new.db"]
    result = run(*words)
    for lock in held:
        lock.close()
    assert result.exit_code == 75 and "Stop it first" in result.output
    assert not (tmp_path / "new.db").exists()
    assert run(*words, "--json").exit_code == 0
