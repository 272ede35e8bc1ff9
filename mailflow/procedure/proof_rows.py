"""Rows that get in each other's way: one that is never taken, and two that may both be taken.

In: a procedure without faults of reading.
Out: faults (never taken) and warnings (the file's order decides), with file and line.
Fails: never.
Limits: two guards exclude each other if their words say so; what the world makes impossible is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailflow.errors import Fault
from mailflow.procedure.definition import MachineDef, Procedure, Row, Trigger
from mailflow.procedure.proof_clocks import line_of

SAYS_IS = re.compile(r"(field|blank|setting) (\w+) = (\w+)(?: or (\w+))?(?: and .*)?")
FROM = re.compile(r"(came from|was in) ([\w ]+)")
COUNT = re.compile(r"count (\w+) (<|>=) (.+)")
FLIPS = (("no ", ""), ("not ", ""), ("never ", ""))


def clashes(procedure: Procedure) -> tuple[list[Fault], list[Fault]]:
    """Rows that never come to their turn, and rows between which only their order decides."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for machine in procedure.machines.values():
        for n, later in enumerate(machine.rows):
            line = line_of(procedure, machine.kind, "row", n)
            hidden = [(r, event) for r in machine.rows[:n] for event in _shared(r, later) if _covers(r, later)]
            for earlier, event in hidden[:1]:
                what = f"Row {later.id} never fires on {event}: row {earlier.id} always comes first."
                faults.append(
                    Fault(procedure.file, line, what, "Give the two rows different guards, or make them one.")
                )
            for earlier, event in _overlapping(machine, later, n) if not hidden else ():
                what = f"On {event} row {earlier.id} and row {later.id} may both be taken; {earlier.id}, the first, is."
                fix = "If that is meant, leave it; if not, give one a guard that the other excludes."
                warnings.append(Fault(procedure.file, line, what, fix))
    return faults, warnings


def _overlapping(machine: MachineDef, later: Row, n: int) -> Iterator[tuple[Row, str]]:
    """Earlier rows with guards of their own that may hold together with this one's; a row for the rest is meant so."""
    for earlier in machine.rows[:n]:
        if not _told_apart(earlier, later):
            yield from ((earlier, event) for event in _shared(earlier, later))


def _covers(earlier: Row, later: Row) -> bool:
    return earlier.needs_any in ((), later.needs_any) and set(earlier.needs) <= set(later.needs)


def _shared(earlier: Row, later: Row) -> list[str]:
    """The events that both rows listen to, each with the states."""
    states = [s for s in later.sources if s in earlier.sources]
    found = []
    for one in earlier.on if states else ():
        for other in later.on:
            names = [name for name in other.names if name in one.names]
            if names and _same_event(one, other):
                found.append(f"{other.kind.replace('_', ' ')} {', '.join(names)} in {', '.join(states)}")
    return found


def _same_event(one: Trigger, other: Trigger) -> bool:
    same_people = not one.by or set(other.by) <= set(one.by) and bool(other.by)
    return one.kind == other.kind and one.setting in ("", other.setting) and same_people and one.tried == other.tried


def _told_apart(earlier: Row, later: Row) -> bool:
    """Whether the guards of two rows never hold together, or the later one is for all that the earlier leaves."""
    mine = [(*earlier.needs, p) for p in earlier.needs_any] or [earlier.needs]
    theirs = [(*later.needs, p) for p in later.needs_any] or [later.needs]
    return all(set(b) <= set(a) or any(excludes(p, q) for p in a for q in b) for a in mine for b in theirs)


def excludes(one: str, other: str) -> bool:
    """Whether two guards say opposite things: "flag x" and "not flag x", "count n < 2" and "count n >= 2"."""
    for phrase, against in ((one, other), (other, one)):
        if any(phrase.startswith(no) and phrase.removeprefix(no) == against for no, _ in FLIPS):
            return True
        if phrase.endswith(" none") and against == f"{phrase.removesuffix(' none')} open":
            return True
    return _other_value(one, other) or _other_place(one, other) or _other_count(one, other)


def _other_value(one: str, other: str) -> bool:
    a, b = SAYS_IS.fullmatch(one), SAYS_IS.fullmatch(other)
    return bool(a and b) and a.groups()[:2] == b.groups()[:2] and {a[3], a[4]}.isdisjoint({b[3], b[4]} - {None})


def _other_place(one: str, other: str) -> bool:
    a, b = FROM.fullmatch(one), FROM.fullmatch(other)
    return bool(a and b) and a[1] == b[1] and set(a[2].split()).isdisjoint(b[2].split())


def _other_count(one: str, other: str) -> bool:
    a, b = COUNT.fullmatch(one), COUNT.fullmatch(other)
    if not a or not b or a[1] != b[1] or a[2] == b[2]:
        return False
    below, least = (a[3], b[3]) if a[2] == "<" else (b[3], a[3])
    return below == least or (below.isdigit() and least.isdigit() and int(below) <= int(least))


def untaken(procedure: Procedure, taken: Iterable[tuple[str, str, str]], known: Iterable[Fault]) -> Iterable[Fault]:
    """Warnings: rows that no trial took from any of their states; those already reported are left out."""
    seen = {(kind, row) for kind, _, row in taken}
    told = {(fault.file, fault.line) for fault in known}
    for machine in procedure.machines.values():
        for n, row in enumerate(machine.rows):
            line = line_of(procedure, machine.kind, "row", n)
            if (machine.kind, row.id) not in seen and (procedure.file, line) not in told:
                states = ", ".join(row.sources) or "the beginning"
                what = f"Row {row.id} was never taken in any trial, from {states}: its guards or events may never come."
                yield Fault(procedure.file, line, what, "Mend its guards; if it is only a precaution, leave it.")
