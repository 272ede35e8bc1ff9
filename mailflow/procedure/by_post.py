"""Letters that go by post (Q15): which ones, which of them wait to be posted, and until when.

In: a decision in the making; the terms say for which roles the contract wants post.
Out: how a letter goes ("", "post" or "both"), the letters that wait, the day until which they should be posted.
Fails: never.
Limits: knows no letter by name; the word that a letter is in the post stands in posted.py.
"""

from __future__ import annotations

from datetime import date

from mailflow.procedure import deadlines
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import LetterDef
from mailflow.procedure.standing import Case, Machine, Sent

PRINT = "print"  # the act whose letter hands a letter to be printed to an officer
SIGNAL = "posting"  # the clock that watches over posting has to look again
ONLY, BOTH = "post", "both"
_AT_ONCE = deadlines.read_rule("same working day")


def method(d: Decision, letter: LetterDef, role: str) -> str:
    """How a letter to this role goes: "" by email, "post", or "both"; only formal letters are ever posted."""
    if not letter.formal or PRINT not in d.procedure.acts:
        return ""
    return d.terms.post.get(d.procedure.party_of(role), "")


def until(d: Decision, machine: Machine, letter: LetterDef) -> date:
    """The day until which the letter should be posted: that of the step it belongs to, at least the day of the rule
    "the same working day" (K7)."""
    soon = deadlines.compute(_AT_ONCE, d.now, d.calendar).on
    clock = machine.timers.get(letter.until)
    return max(soon, clock.on) if clock else soon


def unposted(case: Case) -> list[Sent]:
    """Letters whose posting nobody has confirmed yet, oldest first."""
    waiting = [s for s in case.letters.values() if s.post and s.posted is None and s.status in ("decided", "sent")]
    return sorted(waiting, key=lambda s: s.seq)


def watched(d: Decision) -> date | None:
    """The earliest day until which one of them should be posted; None if nothing has to watch over them.

    Where a row of its stage waits for the letter to have left, that stage's own clock runs and asks.
    """
    days = []
    for sent in unposted(d.case):
        machine = d.case.machines.get(sent.machine)
        rows = d.definition(machine).rows_from(machine.state) if machine else ()
        if not any(sent.name in (*t.names, *t.tried) for row in rows for t in row.on if t.kind == "sent"):
            days.append(date.fromisoformat(str(sent.data["post_until"])))
    return min(days, default=None)
