"""What `mailflow check` proves of a procedure by playing it (domain.md section 4, composition 13)."""

from __future__ import annotations

import pytest

from mailflow.procedure.exploring import Exploration, Step
from mailflow.procedure.proof import Findings, hollow
from mailflow.procedure.reading import read
from tests.procedure.driver import COUNCIL, ROOT, calendar, council
from tests.procedure.insurer import insurer
from tests.procedure.trials import trial

MONTHS_OF_SILENCE = 45  # working days; parking while an investigation runs is the one that may take longer


SHIPPED = {"council": (council, 100), "insurer": (insurer, 17)}  # and how many places at least


def proved(whose: str) -> Findings:
    """What is proved of a shipped procedure."""
    return trial(whose)[0]


@pytest.mark.parametrize("whose", SHIPPED)
def test_a_shipped_procedure_is_sound(whose: str):
    """Every state can be reached, can end, is owned and timed; no rows clash; silence is always broken."""
    assert [str(fault) for fault in proved(whose).faults] == []
    assert proved(whose).places >= SHIPPED[whose][1]


@pytest.mark.parametrize("whose", SHIPPED)
def test_somebody_above_the_owner_always_hears(whose: str):
    """Composition 13: for each live state, the working days of silence until a named person above the owner is told."""
    procedure = SHIPPED[whose][0]()
    live = {(m.kind, s.code) for m in procedure.machines.values() for s in m.states.values() if not s.ends}
    assert set(proved(whose).silence) == live


def test_only_parking_lets_silence_last():
    """No stage of either procedure is silent for months, but for the one that waits for an investigation to end."""
    assert max(proved("insurer").silence.values()) <= 22  # twenty working days without a plan, and the ladder
    long = {state: days for state, days in proved("council").silence.items() if days > MONTHS_OF_SILENCE}
    assert list(long) == [("concern", "PRK")] and long[("concern", "PRK")] < 130


def test_a_stage_passed_at_once_is_bounded_too():
    """Stage 9 is left in the step that enters it while anybody can decide; otherwise its clock tells the manager."""
    assert 3 <= proved("council").silence[("concern", "REC")] <= 8


class _Found(Exception):
    """Enough has been seen."""


def test_the_papers_own_hole_at_stage_8_is_found():
    """The paper counts stage 8 from step 7, which is left out when the provider accepts (Q2): so it is named."""
    text = (ROOT / COUNCIL).read_text("utf-8")
    start = 'T8 = { clause = "Within 5 working days after step 7", from = '
    written = text.replace(f'{start}"entry"', f'{start}"letter M29"')
    assert written != text
    procedure, faults = read(written, COUNCIL)
    assert procedure is not None and not faults

    def enough(step: Step) -> None:
        if ("concern", "T8") in found.hollow:
            raise _Found

    found = Exploration(procedure, calendar(), enough)
    with pytest.raises(_Found):
        found.explore()
    (fault,) = (f for f in hollow(found) if "T8" in f.what)
    assert "T8 (Review the concern) has no starting point on some path: it counts from letter M29" in fault.what
    assert "the state REV of concern (Under review) is entered by the rows c01" in fault.what and "c25" in fault.what
    assert fault.line == written.splitlines().index(next(x for x in written.splitlines() if x.startswith(start))) + 1
    assert 'from = "letter M29 or entry"' in fault.fix


# Rows that no trial takes in a state. What a step has decided leaves in the trial before the next word, so p3
# finds M29 waiting only where the clock decided it. A dispute suspends the notice before TW acts: n3d is a precaution.
# c18r needs two unusual things at once: a rota, and an officer who found their own concern eligible.
NEVER_THERE = {
    "council": {
        ("DN", "PRP", "n3d"),
        ("concern", "ELG", "c18r"),
        *(("concern", state, "p3") for state in ("REC", "SPO", "INF")),
    },
    "insurer": set(),
}


@pytest.mark.parametrize("whose", SHIPPED)
def test_every_row_is_taken_in_every_state_it_starts_from(whose: str):
    """The exploration is exhaustive: each row of each machine fires in each of its states, within its bounds."""
    procedure = SHIPPED[whose][0]()
    rows = {(m.kind, s, r.id) for m in procedure.machines.values() for r in m.rows for s in r.sources or ("",)}
    assert rows - set(proved(whose).taken) == NEVER_THERE[whose]


DOUBTS = {
    "council": ["Row c18r was never taken in any trial", "Row n3d was never taken in any trial"],
    "insurer": ["row i02r and row i03r may both be taken"],
}


@pytest.mark.parametrize(("whose", "doubts"), DOUBTS.items())
def test_the_doubts_about_the_shipped_procedures_are_known(whose: str, doubts: list[str]):
    """Warnings forbid nothing; each that stands was judged: i02r stands first because its kinds go to the provider."""
    found = [str(w) for w in proved(whose).warnings]
    assert len(found) == len(doubts) and all(d in w for d, w in zip(doubts, found, strict=True)), found
