"""One decision in the making: the case as it stands so far, the world it may ask, and the facts decided.

In: procedure, terms, case, now, calendar.
Out: facts, each applied to the case as soon as it is decided, so that the next step sees it.
Fails: ValueError if a chain of signals does not end (MOST_SIGNALS).
Limits: lives for one call of machine.decide; pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from mailflow.procedure import seeing, shielding
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, Machine, apply
from mailflow.procedure.definition import LetterDef, MachineDef, Procedure
from mailflow.procedure.events import Actor, Contact, Event, MailCame, Said, Terms

MOST_SIGNALS = 60


@dataclass(frozen=True)
class Signal:
    """A message between the machines of one case: spawned, told, ended, letters sent."""

    machine: str  # machine id, or "" for the case's own
    name: str
    data: Mapping[str, object] = field(default_factory=dict)


class Refused(Exception):
    """A word that cannot be taken: nothing is decided, the person is told why and what may be said instead."""

    def __init__(self, kind: str, why: str, choices: tuple[str, ...] = (), role: str = ""):
        self.kind, self.why, self.choices, self.role = kind, why, choices, role
        super().__init__(why)


class Decision:
    """Collects facts and keeps the case up to date with them."""

    def __init__(self, procedure: Procedure, terms: Terms, case: Case, now: datetime, calendar: Calendar):
        self.procedure, self.terms, self.calendar, self.now = procedure, terms, calendar, now
        self.case = case
        self.facts: list[Fact] = []
        self.signals: deque[Signal] = deque()
        self.at = now  # when the event happened: dates count from here
        self.event: Event | None = None

    def emit(self, kind: str, machine: str, /, **data: object) -> Fact:
        """Decide one fact and apply it."""
        fact = Fact(kind, machine, data)
        self.facts.append(fact)
        self.case = apply(self.case, fact)
        return fact

    def signal(self, machine: str, name: str, /, **data: object) -> None:
        """Queue a message for a machine of this case."""
        if len(self.facts) + len(self.signals) > MOST_SIGNALS * 20:
            raise ValueError(f"{self.case.ref}: the machines keep telling each other {name!r}; mend the procedure file")
        self.signals.append(Signal(machine, name, data))

    # -- questions ----------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The local date of the event (K2)."""
        return self.calendar.local_date(self.at)

    def definition(self, machine: Machine) -> MachineDef:
        """The state table of a machine."""
        return self.procedure.machines[machine.kind]

    def setting(self, name: str) -> object:
        """A setting: the office's, or the default of the procedure file."""
        return self.terms.settings.get(name, self.procedure.settings.get(name))

    def fill(self, words: str) -> str:
        """Words of the procedure file with `{setting}` filled in."""
        if "{" not in words:
            return words
        for name in self.procedure.settings:
            if "{" + name + "}" in words:
                words = words.replace("{" + name + "}", str(self.setting(name)))
        return words

    def people(self, role: str) -> tuple[Contact, ...]:
        """Who is written to for a role today; nobody for a role that a flag silences (Q9)."""
        defined = self.procedure.roles.get(self.procedure.party_of(role))
        if defined and shielding.is_set(self.case, defined.unless_flag):
            return ()
        if defined and defined.field and defined.who in ("person", "service", "manager"):
            address = str(self.case.fields.get(defined.field) or "")
            known = self.terms.people.get(role, ())
            # Named in this very decision: the register was asked before.
            if address and not any(c.email == address for c in known):
                return (Contact("", address),)
            return known if address or defined.who != "person" else ()
        if defined and defined.field and defined.who == "officer":
            address = str(self.case.fields.get(defined.field, ""))
            known = self.terms.people.get(role, ())
            # Allocated in this very decision: the register was asked before.
            if address in self.terms.officers and len(known) != 1:
                return (Contact("", address),)
        return self.terms.people.get(role, ())

    @property
    def readers(self) -> frozenset[str]:
        """Who may see this case if it is restricted (Q45)."""
        people = {role: self.people(role) for role in self.case.restricted}
        return seeing.readers(self.case, people, self.setting(seeing.READERS))

    def may_see(self, address: str) -> bool:
        """Whether this person may see this case."""
        return not self.case.restricted or seeing.may_see(address, self.case, self.readers)

    def letter_people(self, letter: LetterDef) -> tuple[tuple[Contact, ...], tuple[Contact, ...]]:
        """To and Cc of a letter."""
        to = self.people(letter.to) or (self.people(letter.else_to) if letter.else_to else ())
        emails = {c.email for c in to}
        cc = tuple(c for c in (self.people(letter.cc) if letter.cc else ()) if c.email not in emails)
        return to, cc

    def field(self, machine: Machine | None, name: str) -> object:
        """A field of this machine, or of the case."""
        if machine is not None and name in machine.fields:
            return machine.fields[name]
        return self.case.fields.get(name)

    def blank(self, name: str) -> object:
        """A blank of the word being said; None if it was left out."""
        return self.event.blanks.get(name) if isinstance(self.event, Said) else None

    def is_party(self, role: str) -> bool:
        """Whether mail to this role is mail to a party: working hours and the undo time apply (K10, Q33)."""
        defined = self.procedure.roles.get(self.procedure.party_of(role))
        return bool(defined and not defined.is_officer)

    def leaves_at(self, letter: LetterDef, to: Iterable[str] = ()) -> datetime:
        """When a letter decided now to these addresses may leave (K10; the undo time for what an officer's word caused,
        Q33; the budget of an address)."""
        if letter.leaves == "at once" or not self.is_party(letter.to):
            return self.now
        wait = timedelta(minutes=self.terms.undo_minutes) if isinstance(self.event, Said) else timedelta()
        at = max([self.now + wait, *(self.terms.places[a] for a in to if a in self.terms.places)])
        return self.calendar.office_time(at, _clock(self.terms.opens), _clock(self.terms.closes))

    def people_are_parties(self, actor: Actor) -> bool:
        """Whether this speaker holds no officer's role: they see less (5.2, Status)."""
        return not any(self.procedure.roles[r].is_officer for r in actor.roles if r in self.procedure.roles)

    @property
    def sender(self) -> str:
        """The address of whoever wrote the mail or said the word."""
        if isinstance(self.event, MailCame):
            return self.event.sender
        return self.event.by.address if isinstance(self.event, Said) else ""


def _clock(words: str) -> time:
    return time.fromisoformat(words)
