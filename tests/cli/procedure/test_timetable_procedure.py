"""mailflow procedure timetable: what it prints and what it refuses."""

from __future__ import annotations

import json

from click.testing import CliRunner

from mailflow.cli.main import main
from tests.study.shipped import ROOT
from tests.study.tiny import TINY

COUNCIL = str(ROOT / "config" / "procedures" / "council-concerns.toml")


def run(*words: str):
    """The command with these words."""
    return CliRunner().invoke(main, ["procedure", "timetable", *words])


def test_dates_are_local_and_by_the_calendar_named(tmp_path):
    """The table for people, JSON for programs; two working days from New Year's Eve end later in Scotland."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, "utf-8")
    found = run(str(path), "--from", "2026-12-31T10:00", "--calendar", "uk-sct")
    assert found.exit_code == 0, found.output
    assert "Wed 6 Jan 2027" in found.output
    data = json.loads(run(str(path), "--from", "2026-12-31T10:00", "--calendar", "uk-eng", "--json").output)
    assert data["start"] == "2026-12-31T10:00:00+00:00"
    assert data["main"]["steps"][0]["dues"][0]["on"] == "2027-01-05"


def test_what_is_no_time_is_refused():
    """A time that is none, a year whose holidays are not known, a file that is broken."""
    assert run(COUNCIL, "--from", "yesterday").exit_code == 2
    assert "knows the holidays of" in run(COUNCIL, "--from", "2090-01-01T10:00").output
    assert run(str(ROOT / "README.md"), "--from", "2026-12-23", "--calendar", "uk-eng").exit_code == 78
