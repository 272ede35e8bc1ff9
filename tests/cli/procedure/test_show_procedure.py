"""`mailflow procedure show` as a contract officer calls it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mailflow.cli.procedure import command
from tests.study.shipped import FILES, ROOT

COUNCIL = str(ROOT / "config" / "procedures" / "council-concerns.toml")


def _run(*args: str, columns: int = 80):
    return CliRunner().invoke(command, ["show", *args], env={"COLUMNS": str(columns), "LINES": "40"})


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
@pytest.mark.parametrize("columns", [80, 120])
def test_a_table_as_wide_as_the_terminal(path, columns) -> None:
    """Each shipped procedure can be read on a terminal, with the titles of its letters."""
    result = _run(str(path), columns=columns)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.output.splitlines())) <= columns
    assert "What may happen" in result.output and "Who   " in result.output


def test_letters_go_by_their_titles() -> None:
    """The folder of letters is found near the file."""
    assert '"Review due" (M26) to the Contract Management Officer' in " ".join(_run(COUNCIL).output.split())


def test_one_stage_is_found_however_it_is_written() -> None:
    """--stage rsp is RSP."""
    result = _run(COUNCIL, "--stage", "rsp")
    assert result.exit_code == 0 and "Stage 5: Provider's reply to be judged [RSP]" in result.output


def test_a_stage_that_is_not_there() -> None:
    """The answer names one that is near, and all there are."""
    result = _run(COUNCIL, "--stage", "RSQ")
    assert result.exit_code == 2
    assert 'There is no stage RSQ. Did you mean "RSP"?' in result.output and "WPR" in result.output


def test_json_says_the_same() -> None:
    """Programs get the values behind the table, whole or of one stage."""
    whole = json.loads(_run(COUNCIL, "--json").output)
    assert whole["id"] == "council-concerns" and whole["parts"][0]["stages"][0]["code"] == "RCV"
    (one,) = json.loads(_run(COUNCIL, "--stage", "RSP", "--json").output)
    assert one["owner"] == "Contract Management Officer"
    assert any(move["row"] == "c25" and move["to"] == "REV" for move in one["moves"])


def test_a_broken_file_says_all_its_faults(tmp_path) -> None:
    """The same faults as the check names, with line and fix, and nothing half shown."""
    text = (ROOT / "config" / "procedures" / "council-concerns.toml").read_text("utf-8")
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace('to = "REV"', 'to = "REW"').replace('owner = "spo"', 'owner = "spa"'), "utf-8")
    result = _run(str(broken))
    assert result.exit_code == 78 and result.stdout == ""
    assert "broken.toml:" in result.stderr and '"REW" is not declared' in result.stderr
    assert '"spa" is not declared' in result.stderr and "Nothing can be shown." in result.stderr


def test_a_file_that_is_not_there(tmp_path) -> None:
    """The fault names the file."""
    result = _run(str(tmp_path / "none.toml"))
    assert result.exit_code == 78 and "none.toml" in result.stderr
