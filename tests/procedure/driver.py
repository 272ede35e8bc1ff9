"""A council office on a pretended clock: people write and say things, letters leave, deadlines pass.

Scenarios read like the tables they come from: `play.say("cmo", at(18, 2), ("decision_agreed", {...}))`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, fold
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import (
    Actor,
    Commands,
    Contact,
    Event,
    File,
    LetterSettled,
    MailCame,
    OwnLetter,
    Said,
    Terms,
)
from mailflow.procedure.reading import read
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Machine, Sent, Timer
from mailflow.register import holiday_calendars

ROOT = Path(__file__).parents[2]
COUNCIL = "config/procedures/council-concerns.toml"
OAK = Contact("Pat Oak", "pat@oakfield.example")
REFERRER = "ref@council.example"
OFFICERS = {
    "cmo@council.example": frozenset({"cmo"}),
    "cmo2@council.example": frozenset({"cmo"}),
    "tmg@council.example": frozenset({"tmg"}),
    "spo@council.example": frozenset({"spo"}),
    "hop@council.example": frozenset({"hop"}),
    "director@council.example": frozenset({"director"}),
}
NAMED = {"provider_is": {"value": "Oakfield", "also": {"contract": "C-1", "service": "Home care"}}}
FILE = File("m-file", "redacted.pdf", 1000, "d" * 64)


@cache
def council() -> Procedure:
    """The council's procedure as it is shipped."""
    procedure, faults = read((ROOT / COUNCIL).read_text("utf-8"), COUNCIL)
    assert procedure is not None and not faults, faults
    return procedure


@cache
def calendar(name: str = "uk-eng") -> Calendar:
    """A shipped calendar profile."""
    return holiday_calendars.load(ROOT / "config" / "calendars", name)


def people() -> dict[str, tuple[Contact, ...]]:
    """One person for each role, and a deputy for the officers."""
    found = {
        role: (Contact(role, f"{role.replace('_', '-')}@council.example"),)
        for role in council().roles
        if role not in ("provider", "referrer", "investigator")
    }
    found |= {f"{role}.deputy": (Contact("Deputy", f"deputy-{role}@council.example"),) for role in ("cmo", "spo")}
    found |= {f"provider{part}": (OAK,) for part in ("", ".concerns", ".notices")}
    return found | {"provider.others": (Contact("Sam Oak", "sam@oakfield.example"),)}


def terms(**changes: object) -> Terms:
    """The terms of an ordinary office, with changes."""
    usual: dict[str, object] = {
        "settings": {},
        "people": people(),
        "calendar": "uk-eng",
        "staff": frozenset({REFERRER}),
        "officers": OFFICERS,
    }
    return Terms(**{**usual, **changes})


def local(day: int, month: int, year: int = 2027, clock: str = "10:00") -> datetime:
    """An instant by the council's wall clock, day first as in the scenarios."""
    return calendar().instant(date(year, month, day), time.fromisoformat(clock))


def person(who: str) -> Actor:
    """An officer by role name, or an operational team."""
    address = who if "@" in who else f"{who}@council.example"
    return Actor(address, who, OFFICERS.get(address, frozenset({who.partition("@")[0]})))


class Play(Rehearsal):
    """One concern, played through."""

    def __init__(self, of: Terms | None = None, zone: str = "uk-eng", procedure: Procedure | None = None):
        of = of or terms(calendar=zone)
        super().__init__(procedure or council(), of, calendar(of.calendar), "CC-2027-0001-AA")
        self.mails = 0

    def copy(self) -> Play:
        other = Play(self.terms, procedure=self.procedure)
        other.case, other.log, other.now, other.mails = self.case, list(self.log), self.now, self.mails
        return other

    # -- what people do -----------------------------------------------------------------------------------------

    def _mail_id(self) -> str:
        self.mails += 1
        return f"m{self.mails}"

    def mail(self, role: str, at: datetime, sender: str = "", **more: object) -> list[Fact]:
        """A person's mail comes in."""
        usual = {"anyone": REFERRER, "referrer": REFERRER, "provider": OAK.email}
        self.run_to(at)
        event = MailCame(role, at, self._mail_id(), sender or usual.get(role, f"{role}@council.example"), **more)
        return self._settled(event, at)

    def _settled(self, event: Event, at: datetime) -> list[Fact]:
        """What follows, with letters that leave at once on their way."""
        facts = self.happen(event, at)
        self.run_to(at)
        return facts

    def say(self, who: str, at: datetime, *words: object, confirmed: bool = False, files=()) -> list[Fact]:
        """An officer's mail with words: "accepted", or ("extend", {"until": date}), one mail for all of them."""
        self.run_to(at)
        mail, by = self._mail_id(), person(who)
        sayings = []
        for word in words:
            verb, blanks = (word, {}) if isinstance(word, str) else word
            sayings.append(Said(verb, by, at, mail, blanks, line=verb, files=tuple(files), confirmed=confirmed))
        return self._settled(Commands(tuple(sayings)), at)

    def own_letter(self, at: datetime, role: str = "provider") -> list[Fact]:
        """An officer writes to a party with the mailbox in copy."""
        self.run_to(at)
        return self._settled(OwnLetter(role, at, self._mail_id(), "cmo@council.example"), at)

    def bounce(self, name: str, at: datetime) -> list[Fact]:
        """The newest letter of this name comes back from every address."""
        self.run_to(at)
        return self._settled(LetterSettled(self.letter(name).id, "bounced", at), at)

    # -- how far it has come --------------------------------------------------------------------------------------

    def received(self, at: datetime) -> Play:
        """A new concern."""
        self.mail("anyone", at, subject="Missed calls")
        return self

    def eligible(self, at: datetime) -> Play:
        """Found eligible, the provider named."""
        self.say("cmo", at, ("provider_is", NAMED["provider_is"]), "eligible")
        return self

    def dispatched(self, at: datetime) -> Play:
        """Received early that day, found eligible, and letter 1 sent at the minute given (no undo time after it)."""
        first = calendar().instant(calendar().local_date(at), time(7, 30))
        self.received(first).eligible(first)
        self.say("cmo", at, "send_original")
        self.run_to(self.calendar.instant(calendar().local_date(at), time(16, 59)))
        return self

    def reviewed(self, at: datetime) -> Play:
        """The provider accepted; under review."""
        self.dispatched(at.replace(hour=9, minute=0))
        self.mail("provider", at.replace(hour=17))
        self.say("cmo", at.replace(hour=18), "accepted")
        return self

    def recommended(self, at: datetime, **blanks: object) -> Play:
        """Recommended, and with the senior officer."""
        self.reviewed(at.replace(hour=8))
        self.say("cmo", at.replace(hour=19), ("recommend", {"text": "Close it", "default_notice": "no", **blanks}))
        return self

    def decided(self, at: datetime, notice: str = "no", **blanks: object) -> Play:
        """Decided; the conclusion is to be sent."""
        self.recommended(at)
        blanks = {"text": "Closed with actions", "default_notice": notice, **blanks}
        self.say("spo", at.replace(hour=20), ("decision_alternative", blanks))
        return self

    def concluded(self, at: datetime, notice: str = "no", **blanks: object) -> Play:
        """Letters 3, M34 and M35 sent on this day."""
        before = self.calendar.add_working_days(self.calendar.local_date(at), -1)
        self.decided(self.calendar.instant(before, time(8)), notice, **blanks)
        self.say("cmo", at, "send")
        self.run_to(self.calendar.instant(self.calendar.local_date(at), time(16, 59)))
        return self

    # -- what stands ----------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """The state of the concern itself."""
        return self.case.machines["concern"].state

    def child(self, name: str) -> Machine:
        """A child machine."""
        return self.case.machines[name]

    def timer(self, name: str, machine: str = "concern") -> Timer | None:
        """A clock, or None."""
        return self.case.machines[machine].timers.get(name)

    def due(self, name: str, machine: str = "concern") -> date:
        """The date on which a clock is due (or was, if it has ended)."""
        timer = self.timer(name, machine)
        return timer.on if timer else self.case.machines[machine].past[name]

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
