"""mailflow rebuild: compares without changing anything, or stores what follows once no daemon runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from mailflow import wiring
from mailflow.flow import rebuilding
from tests.cli.installation import Installation


@pytest.fixture
def house(tmp_path):
    """An installation in which one concern has come as far as the review."""
    there = Installation(tmp_path)
    there.desk.to_review()
    yield there
    there.store.close()


def spoil(house: Installation) -> None:
    """The view says another stage than the log."""
    with closing(sqlite3.connect(house.folder / "mailflow.db")) as raw:
        assert raw.execute("UPDATE views SET state = 'END'").rowcount
        raw.commit()


def test_what_follows_is_what_is_stored(house):
    """Exit 0, and how many were compared."""
    result = house.run("rebuild")
    assert result.exit_code == 0 and result.output == "1 cases and 0 mails: nothing differs.\n"
    assert house.told("rebuild")["differences"] == []


def test_a_difference_is_named_and_left(house):
    """Exit 1; comparing changes nothing, so it is there again the next time."""
    spoil(house)
    for _ in range(2):
        result = house.run("rebuild")
        assert result.exit_code == 1 and "its view says otherwise than its log: state." in result.output


def test_write_stores_what_follows(house):
    """With --write it is afterwards as the log says."""
    spoil(house)
    result = house.run("rebuild", "--write")
    assert result.exit_code == 0 and "1 differed and are now as the log says" in result.output
    assert house.run("rebuild").exit_code == 0


def test_write_waits_for_no_daemon(house):
    """It takes the daemon's locks: beside a running one nothing is written."""
    spoil(house)
    locks = wiring.only_one(wiring.install(house.settings).settings, ["clock"])
    try:
        result = house.run("rebuild", "--write")
        assert result.exit_code == 75 and "Stop it first" in result.output
        assert house.run("rebuild").exit_code == 1
    finally:
        for lock in locks:
            lock.close()


def test_it_can_be_stopped(house, monkeypatch):
    """Ctrl-C: exit 130, and it says that not all was compared."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(rebuilding, "rebuild_case", interrupted)
    result = house.run("rebuild")
    assert result.exit_code == 130 and result.output.startswith("Stopped before all")
