"""What `mailflow check` proves of a procedure by playing it (domain.md section 4, composition 13)."""

from __future__ import annotations

import re
from functools import cache

import pytest

from mailflow.procedure.definition import Procedure
from mailflow.procedure.proof import Findings, looked_through, prove
from mailflow.procedure.reading import read
from tests.procedure.driver import COUNCIL, ROOT, calendar, council
from tests.procedure.insurer import insurer

TEXT = (ROOT / COUNCIL).read_text("utf-8")
MONTHS_OF_SILENCE = 45  # working days; parking while an investigation runs is the one that may take longer


SHIPPED = {"council": (council, "uk-eng", 100), "insurer": (insurer, "nz-wgn", 17)}  # and how many places at least


@cache
def proved(whose: str = "council") -> Findings:
    """A shipped procedure, proved once."""
    procedure, region, _ = SHIPPED[whose]
    return prove(procedure(), calendar(region))


@pytest.mark.parametrize("whose", SHIPPED)
def test_a_shipped_procedure_is_sound(whose: str):
    """Every state can be reached, can end, is owned and timed; no rows clash; silence is always broken."""
    assert [str(fault) for fault in proved(whose).faults] == []
    assert proved(whose).places >= SHIPPED[whose][2]


@pytest.mark.parametrize("whose", SHIPPED)
def test_somebody_above_the_owner_always_hears(whose: str):
    """Composition 13: for each live state, the working days of silence until a named person above the owner is told."""
    procedure = SHIPPED[whose][0]()
    live = {(m.kind, s.code) for m in procedure.machines.values() for s in m.states.values() if not s.ends}
    assert set(proved(whose).silence) == live


def test_only_parking_lets_silence_last():
    """No stage of either procedure is silent for months, but for the one that waits for an investigation to end."""
    assert max(proved("insurer").silence.values()) <= 22  # twenty working days without a plan, and the ladder
    long = {state: days for state, days in proved().silence.items() if days > MONTHS_OF_SILENCE}
    assert list(long) == [("concern", "PRK")] and long[("concern", "PRK")] < 130


def test_a_stage_passed_at_once_is_bounded_by_its_own_ladder():
    """Stage 9 is left in the step that enters it while anybody can decide; otherwise its clock tells the manager."""
    assert proved().silence[("concern", "REC")] == 3


SEEN = [
    (r'runs = \["TRF"\]', 'runs = ["RSP"]', "No clock runs in the state TRF of concern", "TRF = {"),
    (r'(TRF = \{[^}]*?), owner = "cmo"', r"\1", "The state TRF of concern has no owner", "TRF = {"),
    (
        r'(\nid = "c25".*?\n)\n',
        r'\1\n[[row]]\nid = "c25x"\nfrom = ["RSP"]\non = [{ said = "accepted" }]\nto = "REV"\n\n',
        "Row c25x never fires on said accepted in RSP",
        "[[row]]",
    ),
]
PLAYED = [
    (r'\[\[child\.DN\.row\]\]\nid = "n13".*?\n\n', "", "The state ESC of Default notice cannot be reached", "ESC = {"),
    (r'runs = \["SPO"\], ladder = "esc"', 'runs = ["SPO"]', "silent in the state SPO of concern", "SPO = {"),
    (r'\[\[child\.D\.row\]\]\nid = "d6b".*?\n\n', "", "to where it never ends", ""),
]


def changed(old: str, new: str) -> tuple[Procedure, list[str]]:
    """The council's procedure with one thing changed, and its lines."""
    text = re.sub(old, new, TEXT, count=1, flags=re.DOTALL)
    assert text != TEXT
    procedure, faults = read(text, COUNCIL)
    assert procedure is not None and not faults, faults
    return procedure, text.splitlines()


@pytest.mark.parametrize(("old", "new", "says", "line"), SEEN)
def test_a_hole_is_seen_and_named(old: str, new: str, says: str, line: str):
    """What can be seen without playing is a fault with file, line and what to do."""
    procedure, lines = changed(old, new)
    (fault,) = looked_through(procedure)
    assert says in fault.what and fault.fix and (fault.file, lines[fault.line - 1][: len(line)]) == (COUNCIL, line)


@pytest.mark.parametrize(("old", "new", "says", "line"), PLAYED)
def test_a_hole_is_played_into_and_named(old: str, new: str, says: str, line: str):
    """What shows only in play is a fault with file, line and what to do."""
    procedure, lines = changed(old, new)
    found = [fault for fault in prove(procedure, calendar()).faults if says in fault.what]
    assert found and found[0].fix and (found[0].file, lines[found[0].line - 1][: len(line)]) == (COUNCIL, line)
