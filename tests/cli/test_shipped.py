"""What is shipped is what is said: `mailflow check` finds nothing in config/ with both of its offices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailflow.cli.main import main
from tests.procedure import trials
from tests.tree import ROOT


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What systemd hands over."""
    trials.credentials(tmp_path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return tmp_path


def test_the_shipped_configuration_is_sound_with_both_offices(credentials: Path):
    """The store's folder apart, which is not there yet, nothing is to be mended: letters, roles, calendars, stages."""
    shipped = (ROOT / "config" / "mailflow.toml").read_text("utf-8")
    text = shipped.replace("/var/lib/mailflow/mailflow.sqlite3", f"{credentials}/mailflow.sqlite3")
    for name in ("procedures", "register", "calendars"):
        text = text.replace(f'"{name}/', f'"{ROOT}/config/{name}/').replace(f'"{name}"', f'"{ROOT}/config/{name}"')
    text = text.replace('"../templates"', f'"{ROOT}/templates"')
    path = credentials / "mailflow.toml"
    path.write_text(f'calendars = "{ROOT}/config/calendars"\n{text}', "utf-8")
    result = CliRunner().invoke(main, ["check", "--config", str(path), "--json"])
    trials.keep()  # what the command has found, for the others who ask
    told = json.loads(result.stdout)
    assert told["sound"], told
    assert all(office["silence"] for office in told["offices"]), "each procedure was tried"
    assert [(o["office"], o["procedure"], o["calendar"], o["zone"]) for o in told["offices"]] == [
        ("council", "council-concerns", "uk-eng", "Europe/London"),
        ("insurer", "insurer-performance", "nz-wgn", "Pacific/Auckland"),
    ]
    assert told["offices"][1]["calendars"] == ["nz-auk", "nz-can", "nz-statute", "nz-wgn"]
