"""A council office on a fresh store, and short ways to let things happen on its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mailflow.documents.letters import Letters
from mailflow.flow.advance import advance, open_case, read_case
from mailflow.flow.ports import House, Office
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case
from mailflow.procedure.events import Actor, Commands, LetterSettled, MailCame, Said, TimerDue
from mailflow.procedure.reading import read
from mailflow.register.register import Register
from mailflow.store import Store

ROOT = Path(__file__).parents[2]
MAYA, TOM, INES = "maya.okafor@council.example", "tom.hale@council.example", "ines.whitlock@council.example"
PRIYA, GEORGE = "priya.nair@council.example", "george.ellery@council.example"
EASTER = frozenset({date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 3)})


def at(words: str) -> datetime:
    """A UTC instant, "2027-03-01 09:00"; London is at UTC until 28 March 2027."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def after(when: str, **by: int) -> str:
    """An instant later, in the same form."""
    return (at(when) + timedelta(**by)).strftime("%Y-%m-%d %H:%M")


def office(**changes: object) -> Office:
    """The council's office with the shipped procedure and register."""
    file = ROOT / "config" / "procedures" / "council-concerns.toml"
    procedure, faults = read(file.read_text("utf-8"), file.name)
    assert procedure is not None and not faults, faults
    base = Office(
        id="council",
        address="contract.concerns@council.example",
        name="Example Council",
        team="Contract Management Team",
        prefix="CC",
        procedure=procedure,
        calendar=Calendar("uk-eng", "Europe/London", EASTER),
        register=Register.load(ROOT / "config" / "register", ("council.example",)),
        reports=Path("reports"),
        administrator="ruth.kemp@council.example",
        own_domains=frozenset({"council.example"}),
    )
    return replace(base, **changes)


Verb = str | tuple[str, Mapping[str, object]]


class Desk:
    """Plays what happens to the cases of one office; every method takes the instant at which it happens."""

    def __init__(self, store: Store, of: Office | None = None):
        self.office = of or office()
        letters = Letters([ROOT / "templates"])
        self.house = House(store, {self.office.id: self.office}, letters, b"x" * 32)
        self.n = 0

    def _cause(self) -> str:
        self.n += 1
        return f"test:{self.n}"

    def _happen(self, ref: str, event: object, when: str) -> None:
        with self.house.store.unit() as unit:
            advance(self.house, unit, ref, event, cause=self._cause(), now=at(when))  # type: ignore[arg-type]

    def concern(self, when: str, sender: str = "nurse@council.example", subject: str = "Missed visits") -> str:
        """A concern comes in; returns its reference."""
        event = MailCame("anyone", at(when), f"mail-{self.n}", sender, "Nora Nurse", subject)
        with self.house.store.unit() as unit:
            return open_case(self.house, unit, self.office, event, cause=self._cause(), now=at(when))

    def mail(self, ref: str, role: str, when: str, sender: str = "pat@oakfield.example") -> None:
        """A party's mail comes in."""
        self._happen(ref, MailCame(role, at(when), f"mail-{self.n}", sender, "Pat", "Re: your letter"), when)

    def says(self, ref: str, who: str, when: str, *verbs: Verb) -> None:
        """An officer says words in one mail; a verb may come with its blanks."""
        officer = self.office.register.officer(who)
        assert officer is not None
        actor = Actor(officer.email, officer.name, officer.roles)
        sayings = []
        for verb in verbs:
            name, blanks = (verb, {}) if isinstance(verb, str) else verb
            sayings.append(Said(name, actor, at(when), f"mail-{self.n}", blanks, line=name))
        self._happen(ref, Commands(tuple(sayings)), when)

    def sent(self, ref: str, when: str) -> None:
        """Every letter of the case that waits leaves."""
        for letter in list(self.case(ref).letters.values()):
            if letter.status == "decided":
                self._happen(ref, LetterSettled(letter.id, "sent", at(when)), when)

    def clock(self, until: str) -> None:
        """Every deadline up to an instant passes, in order."""
        while True:
            with self.house.store.unit() as unit:
                due = unit.agenda.due(at(until))
                if not due:
                    return
                one = due[0]
                event = TimerDue(one.machine, one.timer, one.step, one.set_seq, one.due_at)
                advance(self.house, unit, one.case, event, cause=self._cause(), now=one.due_at)

    def case(self, ref: str) -> Case:
        """The case as it stands."""
        with self.house.store.read() as unit:
            return read_case(unit, ref)

    def letters(self, template: str) -> list[str]:
        """The mails of the office's own stream with this template: recipients, in order."""
        with self.house.store.read() as unit:
            return [x.party for x, _ in unit.outbox.of_case(self.office.stream) if x.template == template]

    def octets(self, template: str, party: str) -> bytes:
        """The octets of such a mail to one recipient, the newest."""
        with self.house.store.read() as unit:
            own = unit.outbox.of_case(self.office.stream)
            return [x.octets for x, _ in own if x.template == template and x.party == party][-1]

    def to_sent(self, when: str = "2027-03-01 09:00") -> str:
        """A concern screened and sent to the provider two hours after it came."""
        ref = self.concern(when)
        known = [("provider_is", {"value": "Oakfield Care Ltd"}), ("contract_is", {"value": "CM-2024-017"})]
        known.append(("service_is", {"value": "Home care"}))
        self.says(ref, MAYA, after(when, hours=1), *known)
        self.says(ref, MAYA, after(when, hours=1), "eligible", "allocate_me", "send_original")
        self.sent(ref, after(when, hours=2))
        return ref

    def to_review(self, when: str = "2027-03-01 09:00") -> str:
        """A concern brought to stage 8 on the next day: the provider accepted."""
        ref = self.to_sent(when)
        self.mail(ref, "provider", after(when, days=1))
        self.says(ref, MAYA, after(when, days=1, hours=2), "accepted")
        return ref

    def to_conclusion(self, when: str = "2027-03-01 09:00", notice: str = "no", *actions: date) -> str:
        """A concern decided and concluded in the week after it came, with actions by these days."""
        ref = self.to_review(when)
        listed = [{"n": n, "text": "Mend the rota", "by": by} for n, by in enumerate(actions, 1)]
        words = {"text": "The visits were missed.", "default_notice": notice, "actions": listed}
        self.says(ref, MAYA, after(when, days=4, hours=1), ("recommend", words))
        self.sent(ref, after(when, days=4, hours=2))
        self.says(ref, PRIYA, after(when, days=7, hours=1), ("decision_agreed", {"default_notice": notice}))
        self.says(ref, MAYA, after(when, days=8, hours=1), "send")
        self.sent(ref, after(when, days=8, hours=2))
        return ref
