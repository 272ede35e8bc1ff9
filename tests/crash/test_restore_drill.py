"""The restore drill: the database is lost, yesterday's comes back, and nobody can tell from their mailbox."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from mailflow.demo.installation import contracts_by_email
from mailflow.demo.scripts import OUTSIDERS, START
from mailflow.demo.show import Player, choose
from mailflow.demo.stage import Stage
from mailflow.demo.timeline import Timeline
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres

KEYS = ("A", "D")
NEWS = "The database was restored."


class Played:
    """What came of a performance: states and references by script, letters by person."""

    def __init__(self, player: Player) -> None:
        outcome = player.play()
        player.close()
        self.faults, self.states, self.refs = outcome.faults, outcome.states, outcome.refs
        people = player.cast.people.values()
        self.boxes = {p.address: Counter(m.letter_id for m in p.mails if m.letter_id and not _news(m)) for p in people}
        self.news = [" ".join(m.text.split()) for p in people for m in p.mails if _news(m)]


def _news(mail: object) -> bool:
    return NEWS in " ".join(mail.text.split())  # type: ignore[attr-defined]


def performed(folder: Path, between: Callable[[Stage, int], None] = lambda _stage, _number: None) -> Played:
    """All scripts played; `between` is called before each step."""
    registers = contracts_by_email()
    with Stage(folder, start=START, registers=registers, strangers=OUTSIDERS) as stage:
        told = io.StringIO()
        player = Player(stage, choose(KEYS), Timeline(told, 1), lambda number: between(stage, number))
        return Played(player)


class Disaster:
    """A backup before one step, the loss of the database before a later one."""

    def __init__(self, saved: int, lost: int, backups: Path) -> None:
        self.saved, self.lost, self.backups = saved, lost, backups

    def __call__(self, stage: Stage, number: int) -> None:
        if number == self.saved:
            stage.cli("backup", str(self.backups))
        if number == self.lost:
            stage.kill()
            for file in stage.folder.glob("mailflow.sqlite3*"):
                file.unlink()
            now = stage.time.astimezone(UTC).isoformat()
            (backup,) = self.backups.iterdir()
            stage.cli("restore", str(backup), "--now", now)
            stage._launch("--now", now)


class Moved:
    """A move to PostgreSQL before one step; there a backup, the loss of that database, and a restore into another."""

    def __init__(self, moved: int, saved: int, lost: int, server: Postgres, backups: Path) -> None:
        self.moved, self.saved, self.lost, self.server, self.backups = moved, saved, lost, server, backups

    def __call__(self, stage: Stage, number: int) -> None:
        if number == self.moved:
            stage.stop()
            self.url = self.server.fresh(empty=True)
            stage.cli("store", "copy", "--to", self.url)
            self._settle(stage, "sqlite:///mailflow.sqlite3")
            stage.restart()
        if number == self.saved:
            stage.cli("backup", str(self.backups))
        if number == self.lost:
            stage.kill()
            before = self.url
            self.server.drop(before)
            self.url = self.server.fresh(empty=True)
            self._settle(stage, before)
            now = stage.time.astimezone(UTC).isoformat()
            (backup,) = self.backups.iterdir()
            stage.cli("restore", str(backup), "--now", now)
            stage._launch("--now", now)

    def _settle(self, stage: Stage, before: str) -> None:
        words = stage.config.read_text("utf-8")
        assert before in words
        stage.config.write_text(words.replace(before, self.url), "utf-8")
        for file in stage.folder.glob("mailflow.sqlite3*"):
            file.unlink()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, forked_daemons: None) -> Played:
    """What comes of it when nothing happens."""
    return performed(tmp_path_factory.mktemp("undisturbed"))


def test_nobody_notices_that_the_database_was_lost(tmp_path: Path, undisturbed: Played) -> None:
    """Backup, days of work, loss, restore: the same ends and references, no letter twice, none missing."""
    agree(performed(tmp_path / "stage", Disaster(3, 9, tmp_path / "backups")), undisturbed)


@pytest.mark.postgres
def test_nobody_notices_the_move_to_postgresql_nor_its_loss(
    tmp_path: Path,
    undisturbed: Played,
    postgres: Postgres,  # noqa: F811
) -> None:
    """The daemon goes on where `store copy` has put everything; lost there, a dump brings it back unnoticed."""
    agree(performed(tmp_path / "stage", Moved(3, 5, 9, postgres, tmp_path / "backups")), undisturbed)


def agree(disturbed: Played, undisturbed: Played) -> None:
    """The same ends, and the same letters in everybody's mailbox."""
    assert disturbed.faults == []
    assert disturbed.refs == undisturbed.refs
    assert disturbed.states == undisturbed.states
    twice = {person: [i for i, n in box.items() if n > 1] for person, box in disturbed.boxes.items()}
    assert not any(twice.values()), twice
    before = undisturbed.boxes
    differ = {p: (before[p] - b, b - before[p]) for p, b in disturbed.boxes.items() if b != before[p]}
    assert differ == {}
    assert len(disturbed.news) == 1 and "not on file" not in disturbed.news[0]
