"""Proving the record of an installation, step by step, so that whoever asks can see how far it is.

In: a reading of the store; perhaps the head that a manager's mail names.
Out: how many steps there are; for each step the flaws it found; what the head of the mail says.
Fails: never of its own accord.
Limits: reads everything in one steady picture of the database; writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mailflow.flow.ports import Office
from mailflow.mail import reference
from mailflow.store import Unit
from mailflow.store.chain import Head
from mailflow.store.evidence import Flaw


@dataclass(frozen=True)
class Witness:
    """What became of the head that a mail names; `good` if it is on the record."""

    good: bool
    words: str


def steps(unit: Unit) -> int:
    """How many steps `prove` takes: the entries of the record, the cases, the running numbers."""
    return unit.chain.count() + len(unit.evidence.cases()) + 1


def prove(unit: Unit, offices: Collection[Office]) -> Iterator[list[Flaw]]:
    """Prove everything; the flaws of each step, most steps without one."""
    for flaw in unit.evidence.of_record(unit.chain.entries()):
        yield [flaw] if flaw else []
    cases = unit.evidence.cases()
    for case in cases:
        yield unit.evidence.of_case(case)
    yield _never_opened(unit, offices, frozenset(cases))


def _never_opened(unit: Unit, offices: Collection[Office], known: frozenset[str]) -> list[Flaw]:
    """Numbers run without gaps (G1): one that was given out and has no case had one, which is gone without a trace."""
    prefixes, opened = {office.prefix for office in offices}, unit.evidence.opened()
    words = "its number was given out, and nothing of the case is left."
    return [
        Flaw(ref, 0, words)
        for prefix, year, last in unit.evidence.numbers()
        if prefix in prefixes
        for ref in (reference.make(prefix, year, number) for number in range(1, last + 1))
        if ref not in opened and ref not in known  # what is left of a case has been told
    ]


def witness(unit: Unit, head: Head) -> Witness:
    """Whether the record still holds what a mail said of it."""
    entry = unit.chain.at(head.number)
    if entry is None:
        last = unit.chain.head().number
        return Witness(False, f"The mail names entry {head.number:,}, but the record ends at entry {last:,}.")
    where = f"case {entry.case}, line {entry.seq}" if entry.seq else f"case {entry.case}, before its first line"
    if not entry.hash.startswith(head.hash):
        return Witness(False, f"Entry {head.number:,} of the record ({where}) is not the one that the mail names.")
    return Witness(True, f"The head that the mail names is on the record: entry {head.number:,} ({where}).")
