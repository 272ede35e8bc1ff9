"""What the tests of the command line share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailflow.flow import soundness
from mailflow.procedure.proof import Findings
from tests import fresh_stores


@pytest.fixture(scope="module", autouse=True)
def _fresh_stores() -> Iterator[None]:
    """New stores are copies of a migrated one (tests/fresh_stores.py)."""
    with fresh_stores.copied():
        yield


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The trial of a procedure takes half a minute: here it counts as passed. Which editions were to be tried.

    What a trial finds is shown in tests/procedure/test_findings.py and tests/flow/test_soundness.py; that the command
    makes it, with both shipped procedures, in test_shipped.py.
    """
    wanted: list[str] = []

    def prove(procedure, *_) -> Findings:
        wanted.append(procedure.edition)
        return Findings((), (), {}, 0, {})

    monkeypatch.setattr(soundness, "prove", prove)
    monkeypatch.setattr(soundness, "_TRIALS", {})
    return wanted
