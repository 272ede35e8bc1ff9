"""The restore drill: the database is lost, yesterday's comes back, and nobody can tell from their mailbox."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from mailflow.demo.show import Player
from mailflow.demo.stage import Stage
from tests.crash.manners import Service
from tests.crash.played import Played, agree, performed
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.usefixtures("forked_daemons")
# Before which steps: a concern is on hold when the copy is made; in the time that is lost it goes on, another begins.
MOVED, SAVED, LOST = 2, 3, 9


class Disaster:
    """A backup before one step, the loss of the database before a later one."""

    def __init__(self, backups: Path) -> None:
        self.backups = backups

    def __call__(self, player: Player, number: int) -> None:
        stage = player.stage
        if number == SAVED:
            stage.cli("backup", str(self.backups))
        if number == LOST:
            stage.kill()
            self._lose(stage)
            now = stage.time.astimezone(UTC).isoformat()
            (backup,) = self.backups.iterdir()
            stage.cli("restore", str(backup), "--now", now)
            stage._launch("--now", now)

    def _lose(self, stage: Stage) -> None:
        for file in stage.folder.glob("mailflow.sqlite3*"):
            file.unlink()


class Moved(Disaster):
    """Before that a move to PostgreSQL; it is that database which is lost, and the restore goes into another."""

    def __init__(self, backups: Path, server: Postgres) -> None:
        super().__init__(backups)
        self.server = server

    def __call__(self, player: Player, number: int) -> None:
        stage = player.stage
        if number == MOVED:
            stage.stop()
            self.url = self.server.fresh(empty=True)
            stage.cli("store", "copy", "--to", self.url)
            self._settle(stage, "sqlite:///mailflow.sqlite3")
            stage.restart()
        super().__call__(player, number)

    def _lose(self, stage: Stage) -> None:
        before = self.url
        self.server.drop(before)
        self.url = self.server.fresh(empty=True)
        self._settle(stage, before)

    def _settle(self, stage: Stage, before: str) -> None:
        words = stage.config.read_text("utf-8")
        assert before in words
        stage.config.write_text(words.replace(before, self.url), "utf-8")
        super()._lose(stage)


def agree_on_all(disturbed: Played, undisturbed: Played) -> None:
    """Every letter that had left was known by its copy: none leaves again, and nobody is asked."""
    agree(disturbed, undisturbed)
    assert len(disturbed.news) == 1 and "not on file" not in disturbed.news[0]
    assert disturbed.doubts == []


def test_nobody_notices_that_the_database_was_lost(tmp_path: Path, undisturbed: Played, service: Service) -> None:
    """Backup, days of work, loss, restore: the same ends and references, no letter twice, none missing."""
    agree_on_all(performed(tmp_path / "stage", Disaster(tmp_path / "backups"), service=service), undisturbed)


@pytest.mark.postgres
@pytest.mark.parametrize("service", ["exchange"], indirect=True)
def test_nobody_notices_the_move_to_postgresql_nor_its_loss(
    tmp_path: Path,
    undisturbed: Played,
    postgres: Postgres,  # noqa: F811
    service: Service,
) -> None:
    """The daemon goes on where `store copy` has put everything; lost there, a dump brings it back unnoticed.

    A mailbox has no part in moving rows; what a restored daemon makes of one is shown above for all manners. Here it
    has the hardest: the octets that are fetched again are others.
    """
    agree_on_all(performed(tmp_path / "stage", Moved(tmp_path / "backups", postgres), service=service), undisturbed)
