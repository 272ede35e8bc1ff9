"""A case of any procedure on a pretended clock: people write and say things, letters leave, deadlines pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, fold
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import Actor, Commands, Event, LetterSettled, MailCame, OwnLetter, Said, Terms
from mailflow.procedure.reading import read
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Machine, Sent, Timer
from mailflow.register import holiday_calendars

ROOT = Path(__file__).parents[2]


@cache
def shipped(file: str) -> Procedure:
    """A procedure as it is shipped."""
    procedure, faults = read((ROOT / file).read_text("utf-8"), file)
    assert procedure is not None and not faults, faults
    return procedure


@cache
def calendar(name: str = "uk-eng") -> Calendar:
    """A shipped calendar profile."""
    return holiday_calendars.load(ROOT / "config" / "calendars", name)


class Played(Rehearsal):
    """One case, played through. A subclass says whose: which domain, which people, which reference."""

    ref: ClassVar[str]
    domain: ClassVar[str]
    officers: ClassVar[Mapping[str, frozenset[str]]]
    writers: ClassVar[Mapping[str, str]]  # role: the address from which it usually writes

    def __init__(self, of: Terms, procedure: Procedure):
        super().__init__(procedure, of, calendar(of.calendar), self.ref)
        self.mails = 0

    def copy(self) -> Self:
        other = type(self)(self.terms, procedure=self.procedure)
        other.case, other.log, other.now, other.mails = self.case, list(self.log), self.now, self.mails
        return other

    # -- what people do -----------------------------------------------------------------------------------------

    def person(self, who: str) -> Actor:
        """Somebody by role name or by address."""
        address = who if "@" in who else f"{who}@{self.domain}"
        return Actor(address, who, self.officers.get(address, frozenset({who.partition("@")[0]})))

    def instant(self, day: int, month: int, year: int = 2027, clock: str = "10:00") -> datetime:
        """An instant by the office's wall clock, day first as in the scenarios."""
        return self.calendar.instant(date(year, month, day), time.fromisoformat(clock))

    def _mail_id(self) -> str:
        self.mails += 1
        return f"m{self.mails}"

    def mail(self, role: str, at: datetime, sender: str = "", **more: object) -> list[Fact]:
        """A person's mail comes in."""
        self.run_to(at)
        sender = sender or self.writers.get(role, f"{role}@{self.domain}")
        event = MailCame(role, at, self._mail_id(), sender, **more)
        return self._settled(event, at)

    def _settled(self, event: Event, at: datetime) -> list[Fact]:
        """What follows, with letters that leave at once on their way."""
        facts = self.happen(event, at)
        self.run_to(at)
        return facts

    def say(self, who: str, at: datetime, *words: object, confirmed: bool = False, files=()) -> list[Fact]:
        """An officer's mail with words: "accepted", or ("extend", {"until": date}), one mail for all of them."""
        self.run_to(at)
        mail, by = self._mail_id(), self.person(who)
        sayings = []
        for word in words:
            verb, blanks = (word, {}) if isinstance(word, str) else word
            sayings.append(Said(verb, by, at, mail, blanks, line=verb, files=tuple(files), confirmed=confirmed))
        return self._settled(Commands(tuple(sayings)), at)

    def own_letter(self, at: datetime, role: str, by: str) -> list[Fact]:
        """An officer writes to a party with the mailbox in copy."""
        self.run_to(at)
        return self._settled(OwnLetter(role, at, self._mail_id(), by), at)

    def bounce(self, name: str, at: datetime) -> list[Fact]:
        """The newest letter of this name comes back from every address."""
        self.run_to(at)
        return self._settled(LetterSettled(self.letter(name).id, "bounced", at), at)

    # -- what stands ----------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """The state of the case itself."""
        return self.case.machines[self.procedure.main].state

    def child(self, name: str) -> Machine:
        """A child machine."""
        return self.case.machines[name]

    def timer(self, name: str, machine: str = "") -> Timer | None:
        """A clock, or None."""
        return self.case.machines[machine or self.procedure.main].timers.get(name)

    def due(self, name: str, machine: str = "") -> date:
        """The date on which a clock is due (or was, if it has ended)."""
        timer = self.timer(name, machine)
        return timer.on if timer else self.case.machines[machine or self.procedure.main].past[name]

    def letter(self, name: str, machine: str = "") -> Sent:
        """The newest letter of this name."""
        found = self.case.last_letter(name, machine)
        assert found is not None, f"no {name}: {self.letters()}"
        return found

    def letters(self, status: str = "") -> list[str]:
        """Names of all letters, in the order in which they were decided."""
        return [s.name for s in self.case.letters.values() if not status or s.status == status]

    def left(self, name: str) -> list[datetime]:
        """When letters of this name left."""
        return [s.at for s in self.case.letters.values() if s.name == name and s.status == "sent"]

    def moves(self) -> list[str]:
        """The rows that fired, in order."""
        return [str(f.data["row"]) for _, f in self.log if f.kind in ("moved", "noted") and f.data.get("row")]

    def refolded(self) -> Case:
        """The case as a stranger reads it: the log through JSON and back."""
        facts = json.loads(json.dumps([[f.kind, f.machine, _plain(f.data)] for _, f in self.log]))
        return fold(Fact(kind, machine, data) for kind, machine, data in facts)


def _plain(data: Mapping) -> dict:
    return {k: _plain(v) if isinstance(v, Mapping) else v for k, v in data.items()}


def why(facts: list[Fact]) -> str:
    """Why a word was not taken: the sentence for the person, or ""."""
    return next((str(f.data["why"]) for f in facts if f.kind in ("asked", "refused")), "")
