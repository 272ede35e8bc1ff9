"""mailflow check: everything that is wrong, at once, with its place; otherwise a short summary."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailflow.cli.main import main
from tests import installation
from tests.tree import ROOT


def check(path: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["check", "--config", str(path), *words])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return installation.write(tmp_path)


def test_a_sound_configuration_is_summed_up(path, untried):
    """Exit 0, in words a contract officer can read."""
    result = check(path)
    assert result.exit_code == 0, result.output
    assert "Contract Concerns Management Procedure" in result.output
    assert "The configuration is sound." in result.output
    assert len(untried) == 1, "the procedure was tried"


def test_the_summary_as_json(path, untried):
    """The same for programs."""
    result = check(path, "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 0 and answer["sound"]
    assert answer["offices"][0]["procedure"] == "council-concerns"


def test_a_letter_without_a_template_is_found_at_its_line(path, tmp_path, untried):
    """Before the first letter is due, not on the day."""
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    procedure = tmp_path / "procedures" / "council-concerns.toml"
    text = procedure.read_text("utf-8")
    procedure.write_text(text.replace("\n[letters]\n", '\n[letters]\nM99 = { to = "cmo" }\n'), "utf-8")
    line = procedure.read_text("utf-8").splitlines().index('M99 = { to = "cmo" }') + 1
    result = check(path)
    assert result.exit_code == 78
    assert f"council-concerns.toml:{line}:" in result.output and "M99" in result.output


def test_a_role_that_nobody_holds_is_found(path, tmp_path, untried):
    """Work that falls to nobody would be forgotten."""
    officers = tmp_path / "register" / "officers.csv"
    officers.write_text(officers.read_text("utf-8").replace(",director,", ",,"), "utf-8")
    result = check(path)
    assert result.exit_code == 78
    assert "officers.csv" in result.output and '"director"' in result.output


def test_all_faults_come_at_once_also_as_json(path, tmp_path):
    """Settings, register and procedure together; file, line, what and fix apart."""
    path.write_text(path.read_text("utf-8") + "[office.council.settings]\nnonsense = 1\n", "utf-8")
    services = tmp_path / "register" / "services.csv"
    services.write_text("nonsense\n", "utf-8")
    result = check(path, "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 78 and not answer["sound"]
    files = {Path(fault["file"]).name for fault in answer["faults"]}
    assert {"mailflow.toml", "services.csv"} <= files
    assert all(fault["what"] for fault in answer["faults"])


def test_settings_that_are_not_there(tmp_path):
    """A sentence, not a traceback."""
    result = check(tmp_path / "none.toml")
    assert result.exit_code == 78 and "cannot be read" in result.output


def test_a_gap_in_the_rota_and_a_role_nobody_knows_are_warnings(path, tmp_path, untried):
    """The office still runs: work of such days goes to the role above (Q5)."""
    rota = tmp_path / "register" / "rota.csv"
    rota.write_text("days,role,officer\n2027-01-01,cmo,tom.hale@council.example\n,clerk,tom.hale@council.example\n")
    result = check(path)
    assert result.exit_code == 0, result.output
    assert "Nobody is on duty as Contract Management Officer" in result.output
    assert 'has no role "clerk"' in result.output
