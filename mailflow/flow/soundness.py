"""Everything that can be known of a procedure before a case is run by it: one set of findings for every check.

In: a procedure as read with its faults, a calendar, the letters and settings of an office.
Out: faults, warnings, and for each state the working days of silence until somebody above its owner hears.
Fails: never.
Limits: a procedure with faults of reading is not played; what the register holds is `mailflow check`'s matter.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mailflow.documents.letters import Letters
from mailflow.errors import Fault
from mailflow.flow import sections_check
from mailflow.flow.proofreading import Occasions, Proofreader, read_all
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure
from mailflow.procedure.exploring import Step
from mailflow.procedure.proof import Findings, prove

MOST_TRIALS = 4
_TRIALS: dict[tuple[object, ...], tuple[Findings, Occasions]] = {}


@dataclass(frozen=True)
class Soundness:
    """What was found. played: whether the procedure could be tried at all."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    silence: Mapping[tuple[str, str], int]
    places: int = 0
    played: bool = True


def examine(
    procedure: Procedure,
    calendar: Calendar,
    letters: Letters,
    settings: Mapping[str, object] | None = None,
    known: Iterable[Fault] = (),
    step: Callable[[], None] = lambda: None,
) -> Soundness:
    """All findings about a procedure, sorted by line.

    known: the reader's faults; with any of them the procedure is not played. step: called at each step of the trial.
    """
    faults = [*known, *sections_check.faults_of(procedure)]
    reader = Proofreader(procedure, calendar, letters)
    if any(known):
        return Soundness(_sorted([*faults, *reader.missing()]), (), {}, played=False)
    found, occasions = tried(procedure, calendar, letters, settings or {}, step)
    broken, empty = read_all(reader, occasions)
    faults += [replace(fault, file=procedure.file) for fault in found.faults]
    doubts = [replace(fault, file=procedure.file) for fault in found.warnings]
    return Soundness(_sorted([*faults, *broken]), _sorted([*doubts, *empty]), found.silence, found.places)


def tried(
    procedure: Procedure,
    calendar: Calendar,
    letters: Letters,
    settings: Mapping[str, object],
    step: Callable[[], None] = lambda: None,
) -> tuple[Findings, Occasions]:
    """The trial of a procedure, and the letters that it sent.

    One edition under the same settings is tried once, wherever its file lies and whatever is asked about it.
    """
    occasions = Occasions(procedure, letters)
    office = (calendar.name, calendar.edition, repr(sorted(settings.items())))
    key = (procedure.edition, *office, occasions.named)
    if key not in _TRIALS:
        while len(_TRIALS) >= MOST_TRIALS:
            _TRIALS.pop(next(iter(_TRIALS)))

        def watch(one: Step) -> None:
            occasions.watch(one)
            step()

        with _no_rounds():
            _TRIALS[key] = prove(procedure, calendar, settings, watch), occasions
    return _TRIALS[key]


@contextmanager
def _no_rounds() -> Iterator[None]:
    """Without the search for rings of dead objects: a trial makes none, and what it keeps it would walk through again.

    That search is a sixth of a trial. Whoever has switched it off already keeps it so.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _sorted(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.what)))
