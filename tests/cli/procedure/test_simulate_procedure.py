"""mailflow procedure simulate: what it prints, what it exits with, and how a failure is played again."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mailflow.cli.main import main
from mailflow.cli.procedure import simulate as command
from tests.study.shipped import ROOT
from tests.study.tiny import TINY

COUNCIL = str(ROOT / "config" / "procedures" / "council-concerns.toml")


def run(*words: str):
    """The command with these words."""
    return CliRunner().invoke(main, ["procedure", "simulate", *words])


@pytest.fixture(name="broken")
def _broken(tmp_path) -> str:
    """A procedure whose second stage has no clock."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.replace('runs = ["LOOK"]', 'runs = ["NEW"]'), "utf-8")
    return str(path)


def test_a_sound_procedure_is_counted():
    """The calendar is that of the office which runs the file; exit 0."""
    found = run(COUNCIL, "--cases", "20")
    assert found.exit_code == 0, found.output
    assert "20 cases, seed 1, uk-eng, people usual" in found.output and "No case got stuck." in found.output
    data = json.loads(run(COUNCIL, "--cases", "5", "--calendar", "uk-sct", "--json").output)
    assert (data["cases"], data["calendar"], data["stuck"]) == (5, "uk-sct", [])


def test_a_stuck_case_is_a_failure_that_can_be_played_again(broken):
    """Exit 1, the reason, the last lines, and the words that tell the whole of it."""
    found = run(broken, "--calendar", "uk-eng", "--cases", "3")
    assert found.exit_code == 1
    assert "1:1  No clock runs in the state LOOK" in found.output and "--replay 1:1" in found.output
    again = run(broken, "--calendar", "uk-eng", "--replay", "1:1")
    assert again.exit_code == 1
    assert again.output.count("LOOK, Looked for (row k2)") == 1 and "No clock runs" in again.output


def test_what_is_missing_is_said(broken):
    """No calendar near the file, a replay that is none, a calendar that does not exist, a file that is broken."""
    assert "Say --calendar NAME" in run(broken).output
    assert "Write SEED:CASE" in run(COUNCIL, "--replay", "7").output
    assert run(COUNCIL, "--calendar", "uk-eg").exit_code == 78
    assert run(str(ROOT / "README.md"), "--calendar", "uk-eng").exit_code == 78


def test_an_interrupt_ends_with_the_counts_so_far(monkeypatch):
    """Ctrl-C: exit 130, and what has been played is told."""

    def interrupted(*words):
        yield from list(command_simulate(*words))[:2]
        raise KeyboardInterrupt

    command_simulate = command.simulate
    monkeypatch.setattr(command, "simulate", interrupted)
    found = run(COUNCIL, "--cases", "4")
    assert found.exit_code == 130 and "4 cases, stopped after 2" in found.output
