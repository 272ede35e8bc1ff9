"""mailflow procedure check: all problems of all files, in words a contract officer can act on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailflow.cli import trying
from mailflow.cli.main import main
from mailflow.flow import soundness
from tests.procedure import tiny


def check(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["procedure", "check", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny procedure and its letters side by side; no mailflow.toml."""
    tiny.templates(tmp_path / "templates")
    (tmp_path / "procedures").mkdir()
    (tmp_path / "procedures" / "tiny.toml").write_text(tiny.TEXT, "utf-8")
    return tmp_path


def write(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    path = folder / "procedures" / name
    path.write_text(tiny.broken(*changes), "utf-8")
    return path


def test_a_sound_file_says_how_long_silence_lasts(folder):
    """Exit 0; the figure for each stage, and a last line with counts."""
    result = check(folder / "procedures" / "tiny.toml")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].endswith("tiny.toml: Requests") and lines[-1] == "1 file: 0 faults, 0 warnings. Fit to run."
    assert "      7  request: New (NEW)" in lines


def test_findings_of_all_files_come_by_file_and_line_two_lines_each(folder):
    """Exit 78 (EX_CONFIG); in the words "would be forgotten here"."""
    changes = ((', owner = "clerk" }\nFRM', " }\nFRM"), ("L7 = {", 'L4 = { to = "asker" }\nL7 = {'))
    one = write(folder, "one.toml", *changes)
    result = check(one, write(folder, "two.toml", ('letters = ["L3"]', 'letters = ["L33"]')))
    assert result.exit_code == 78
    lines = result.output.splitlines()
    assert lines[0].startswith(str(one)) and lines[-1].startswith("2 files: ") and "1 warning." in lines[-1]
    owner = next(n for n, line in enumerate(lines) if "would be forgotten here" in line)
    assert lines[owner].startswith("  line ") and ", fault: " in lines[owner]
    assert lines[owner + 1].strip().startswith('-> Add owner = "..."')
    places = [int(x.split()[1].strip(",")) for x in lines[: lines.index("")] if x.startswith("  line ")]
    assert places == sorted(places)
    assert "not played through" in result.output


def test_a_warning_forbids_nothing(folder):
    """Printed, exit 0."""
    idle = 'T9 = { clause = "x", from = "entry", due = "1 working day", runs = [], step = "x" }\n\n[hold]'
    path = write(folder, "warned.toml", ("\n[hold]", f"\n{idle}"))
    result = check(path)
    assert result.exit_code == 0 and ", warning: The clock T9 runs in no state" in result.output


def test_the_same_as_json(folder):
    """For programs: each finding with line, what and fix."""
    result = check(write(folder, "one.toml", ('letters = ["L3"]', 'letters = ["L33"]')), "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 78 and not answer["sound"] and not answer["files"][0]["played"]
    assert answer["files"][0]["faults"][0]["fix"] == 'Did you mean "L3"?'


def test_letters_of_another_folder(folder, tmp_path):
    """--templates names where the letters stand."""
    tiny.templates(tmp_path / "other", L3="{{ case.anwser }}")
    result = check(folder / "procedures" / "tiny.toml", "--templates", tmp_path / "other")
    assert result.exit_code == 78 and "case.anwser" in result.output


def test_what_is_no_procedure(folder):
    """A file that is not there or is no TOML is a finding; a calendar that is not there is a wrong call."""
    (folder / "bad.toml").write_text("[[[", "utf-8")
    result = check(folder / "bad.toml", folder / "none.toml")
    assert result.exit_code == 78 and "This is not TOML" in result.output and "cannot be read" in result.output
    assert check(folder / "procedures" / "tiny.toml", "--calendar", "uk-egn").exit_code == 2


def test_a_long_trial_says_that_it_goes_on(folder, monkeypatch):
    """A line a minute on standard error; the answer on standard output stays whole."""
    monkeypatch.setattr(trying, "A_MINUTE", 0.0)
    monkeypatch.setattr(soundness, "_TRIALS", {})
    result = check(folder / "procedures" / "tiny.toml", "--json")
    assert "Trying tiny.toml: 2 steps" in result.stderr.splitlines()
    assert json.loads(result.stdout)["sound"]
