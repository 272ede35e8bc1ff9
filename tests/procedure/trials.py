"""The long trials of both shipped procedures, made once for all tests that look at what they find.

Each takes half a minute, so the files that ask here run in one process (TOGETHER in tests/conftest.py).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from mailflow.flow import soundness
from mailflow.flow.ports import Office
from mailflow.flow.proofreading import Occasions
from mailflow.installation import examine
from mailflow.procedure.proof import Findings
from tests.tree import ROOT

SHIPPED = ("council", "insurer")


def credentials(folder: Path) -> None:
    """What systemd hands over, as the unit names it."""
    unit = (ROOT / "systemd" / "mailflow.service").read_text("utf-8")
    for name in re.findall(r"(?m)^LoadCredential=([\w-]+):", unit):
        (folder / name).write_text("x" * 48)
        (folder / name).chmod(0o600)


@cache
def offices() -> dict[str, Office]:
    """Both offices as config/mailflow.toml describes them, with their calendars, letters and settings."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as environment:
        credentials(Path(folder))
        environment.setenv("CREDENTIALS_DIRECTORY", folder)
        found = examine(ROOT / "config" / "mailflow.toml")
    assert not found.faults
    return dict(found.offices)


@cache
def _trial(whose: str) -> tuple[object, tuple[Findings, Occasions]]:
    """(what the product knows the trial by, the trial)"""
    office = offices()[whose]
    found = soundness.tried(office.procedure, office.calendar, office.letters, office.settings)
    return next(key for key, one in soundness._TRIALS.items() if one is found), found


def trial(whose: str) -> tuple[Findings, Occasions]:
    """What a shipped office's trial finds, and the occasions on which letters were decided."""
    return _trial(whose)[1]


def keep() -> None:
    """Hold on to the trials that the product has just made; where it has not made them, make them."""
    for whose in SHIPPED:
        _trial(whose)


@contextmanager
def known() -> Iterator[None]:
    """Within, the product has the trials of both offices at hand, as if it had just made them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(soundness, "_TRIALS", dict(map(_trial, SHIPPED)))
        yield
