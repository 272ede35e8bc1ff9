"""The shipped procedures in their own words, for the tests of tables and pictures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mailflow.documents.letters import Letters
from mailflow.procedure.definition import Procedure
from mailflow.procedure.reading import read
from mailflow.procedure.telling import Telling

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "config" / "procedures").glob("*.toml"))
NAMES = [path.stem for path in FILES]


@cache
def procedure(name: str) -> Procedure:
    """A shipped procedure."""
    path = ROOT / "config" / "procedures" / f"{name}.toml"
    found, faults = read(path.read_text("utf-8"), path.name)
    assert found is not None and not faults, faults
    return found


@cache
def telling(name: str) -> Telling:
    """Its words, with the titles of its letters."""
    found, letters = procedure(name), Letters([ROOT / "templates"])
    return Telling(found, {x.template: letters.title(f"{found.id}/{x.template}") for x in found.letters.values()})
