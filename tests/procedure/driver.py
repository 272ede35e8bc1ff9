"""A council office on a pretended clock: people write and say things, letters leave, deadlines pass.

Scenarios read like the tables they come from: `play.say("cmo", at(18, 2), ("decision_agreed", {...}))`.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import ClassVar

from mailflow.procedure.case import Fact
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import Actor, Contact, File, Terms
from tests.procedure.played import ROOT, Played, calendar, shipped, why

__all__ = ["ROOT", "Play", "calendar", "council", "local", "people", "person", "terms", "why"]

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


def council() -> Procedure:
    """The council's procedure as it is shipped."""
    return shipped(COUNCIL)


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


class Play(Played):
    """One concern, played through."""

    ref = "CC-2027-0001-AA"
    domain = "council.example"
    officers = OFFICERS
    writers: ClassVar = {"anyone": REFERRER, "referrer": REFERRER, "provider": OAK.email}

    def __init__(self, of: Terms | None = None, zone: str = "uk-eng", procedure: Procedure | None = None):
        super().__init__(of or terms(calendar=zone), procedure or council())

    def own_letter(self, at: datetime, role: str = "provider", by: str = "cmo@council.example") -> list[Fact]:
        return super().own_letter(at, role, by)

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


def person(who: str) -> Actor:
    """An officer of the council by role name, or anybody by address."""
    return Play().person(who)
