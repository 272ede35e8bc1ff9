"""One case played through on a pretended clock: letters leave, deadlines pass, nobody waits.

In: a procedure, the terms of a make-believe office, a calendar, and events.
Out: the case, its facts with the instants at which they were decided, and what comes next.
Fails: RuntimeError if one instant never comes to rest (the procedure file goes round in circles).
Limits: letters always leave when they may; a chaser waits while mail of its party is unjudged (G9).
"""

from __future__ import annotations

from datetime import datetime

from mailflow.procedure import by_post
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, Machine, Sent, Timer
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import Event, LetterSettled, Terms, TimerDue
from mailflow.procedure.machine import decided
from mailflow.procedure.timers import FIRE

MOST_AT_ONCE = 500


class Rehearsal:
    """A case, its log and a clock that only we move."""

    def __init__(self, procedure: Procedure, terms: Terms, calendar: Calendar, ref: str = "X-1"):
        self.procedure, self.terms, self.calendar = procedure, terms, calendar
        self.case = Case(ref=ref)
        self.log: list[tuple[datetime, Fact]] = []
        self.now: datetime | None = None

    def copy(self) -> Rehearsal:
        """The same case at the same moment, to be played on differently."""
        other = Rehearsal(self.procedure, self.terms, self.calendar)
        other.case, other.log, other.now = self.case, list(self.log), self.now
        return other

    def happen(self, event: Event, now: datetime) -> list[Fact]:
        """Decide one event at this instant."""
        self.now = now
        d = decided(self.procedure, self.terms, self.case, event, now, {self.terms.calendar: self.calendar})
        self.case = d.case
        self.log += [(now, fact) for fact in d.facts]
        return d.facts

    def next_due(self) -> tuple[datetime, Event] | None:
        """What happens next if nobody does anything: a letter leaves or a clock acts."""
        first: tuple[datetime, int] | None = None
        letter_due: Sent | None = None
        clock_due: tuple[Machine, Timer] | None = None
        for letter in self.case.letters.values():
            if letter.status != "decided" or not letter.leave_at or letter.post == by_post.ONLY:
                continue
            if not self._waits(letter.role):
                at = self._leaves(letter.leave_at, letter.role)
                if first is None or (at, 0) < first:
                    first, letter_due = (at, 0), letter
        for machine in self.case.machines.values():
            for timer in machine.timers.values():
                if timer.state != "running" or not timer.steps:
                    continue
                step, at = timer.steps[0]
                definition = self.procedure.machines[machine.kind].timers.get(timer.name)
                chases = definition.chases if definition and step == FIRE else ()
                if (first is None or (at, 1) < first) and not any(self.case.unjudged.get(role) for role in chases):
                    first, clock_due = (at, 1), (machine, timer)
        if first is None:
            return None
        at = first[0]
        event: Event
        if clock_due is not None and first[1]:
            machine, timer = clock_due
            event = TimerDue(machine.id, timer.name, timer.steps[0][0], timer.set_seq, at)
        else:
            assert letter_due is not None
            event = LetterSettled(letter_due.id, "sent", at)
        return (max(at, self.now) if self.now else at), event

    def run_to(self, until: datetime) -> None:
        """Let the clock run: all that is due up to this instant happens at its time."""
        here, times = self.now, 0
        while (due := self.next_due()) and due[0] <= until:
            times = times + 1 if due[0] == here else 0
            here = due[0]
            if times > MOST_AT_ONCE:
                raise RuntimeError(f"{self.case.ref}: at {here} one thing keeps setting off another")
            self.happen(due[1], due[0])
        self.now = until

    def _party(self, role: str) -> bool:
        defined = self.procedure.roles.get(self.procedure.party_of(role))
        return bool(defined and not defined.is_officer)

    def _waits(self, role: str) -> bool:
        return bool(self.case.hold) and self._party(role)

    def _leaves(self, leave_at: datetime, role: str) -> datetime:
        """A letter that waited through a hold leaves when office hours allow it (K10)."""
        if self.now is None or leave_at >= self.now or not self._party(role):
            return leave_at
        return self.calendar.office_time(self.now)
