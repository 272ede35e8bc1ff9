"""On which mail servers the scenarios run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from mailflow.cli.main import main
from mailflow.demo.stage import Stage
from tests.servers import realmail


@pytest.fixture(
    params=["embedded", pytest.param("real", marks=[pytest.mark.dovecot, pytest.mark.postfix])],
)
def real(request: pytest.FixtureRequest) -> bool:
    """Once on the embedded servers, once on Dovecot and Postfix where they are installed."""
    if request.param == "real" and realmail.lacking():
        pytest.skip(realmail.lacking())
    return request.param == "real"


def _in_this_process(stage: Stage, *words: str) -> Any:
    """What Stage.cli does, without a process that reads all modules for one answer; tests/cli starts them as people do.

    It answers JSON, as the scenarios ask for it.
    """
    ran = CliRunner().invoke(main, [*words, "--config", str(stage.config)])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


@pytest.fixture(autouse=True)
def _daemons(forked_daemons: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scenario has a daemon of its own."""
    monkeypatch.setattr(Stage, "cli", _in_this_process)
