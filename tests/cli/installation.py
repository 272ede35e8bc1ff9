"""A whole installation in a folder: settings, secrets, registers, and a store in which something has happened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from mailflow import wiring
from mailflow.cli.main import main
from mailflow.store import Store
from tests.flow.digests import ROOT, Desk

SETTINGS = """
calendars = "config/calendars"
[store]
url = "sqlite:///{folder}/mailflow.db"
[secrets]
id_file = "id"
[imap]
host = "127.0.0.1"
port = 1
tls = "none"
password_file = "password"
[smtp]
host = "127.0.0.1"
port = 1
tls = "none"
password_file = "password"
[office.council]
procedure = "config/procedures/council-concerns.toml"
address = "contract.concerns@council.example"
name = "Example Council"
team = "Contract Management Team"
prefix = "CC"
calendar = "uk-eng"
register = "config/register"
templates = "{templates}"
reports = "reports"
administrator = "ruth.kemp@council.example"
own_domains = ["council.example"]
"""


class Installation:
    """A folder with everything; `desk` plays on its store, `run` calls the program as an operator would."""

    def __init__(self, folder: Path):
        self.folder = folder
        shutil.copytree(ROOT / "config", folder / "config")
        for name in ("id", "password"):
            (folder / name).write_text("x" * 48, "ascii")
            (folder / name).chmod(0o600)
        (folder / "reports").mkdir()
        self.settings = folder / "mailflow.toml"
        self.settings.write_text(SETTINGS.format(folder=folder, templates=ROOT / "templates"), "ascii")
        found = wiring.install(self.settings)
        self.store: Store = wiring.open_store(found.settings)
        self.desk = Desk(self.store, found.offices["council"])
        self.desk.house = wiring.open_house(found, self.store)

    def run(self, *words: str) -> Result:
        """The program with these words and our settings."""
        return CliRunner().invoke(main, [*words, "--config", str(self.settings)])

    def told(self, *words: str) -> object:
        """What the program answers as JSON; it must end well."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.output)
