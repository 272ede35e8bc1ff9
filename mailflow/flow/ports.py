"""What the use cases stand on: the office they work for, and the ports to mailbox, submission and files.

In: values that wiring.py builds from the configuration.
Out: frozen values and protocols.
Fails: never.
Limits: knows no library; the adapters live in mailbox/, submission/, store/ and documents/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from mailflow.documents.letters import Letters
from mailflow.errors import EditionUnreadable
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure
from mailflow.register.register import Register
from mailflow.store import Store
from mailflow.submission.verdict import Phased, Verdict


@dataclass(frozen=True)
class Limits:
    """Budgets against loops and floods; nothing that exceeds them is lost. undo_minutes: see domain.md Q33.

    The first three are for what leaves (deliver.py): it waits. The others are for what comes in (flooding.py): mails of
    one person a machine may be behind, mails of others than officers on one case, cases opened by mails of one domain
    and of all, questions to officers about held mails. What exceeds them is held, and one question is put for all.
    """

    per_address_per_hour: int = 20
    per_hour: int = 600
    per_case_per_day: int = 60
    from_address_per_hour: int = 30
    from_address_per_day: int = 100
    from_officer_per_day: int = 200
    on_case_per_hour: int = 20
    on_case_per_day: int = 60
    opened_per_domain_per_hour: int = 50
    opened_per_hour: int = 200
    questions_per_hour: int = 40
    undo_minutes: int = 15


@dataclass(frozen=True)
class Trust:
    """Whose word on authenticity counts (G8)."""

    authserv_id: str = ""
    form: str = "rfc8601"
    internal_domains: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Office:
    """One procedure with its mailbox, calendar, register and letters.

    calendars: further profiles that cases may run by, by name, in the office's zone. regions: profile by region.
    `calendar` is the office's own, or that of the case for which the office was taken (flow/regions.py).
    """

    id: str
    address: str
    name: str
    team: str
    prefix: str
    procedure: Procedure
    calendar: Calendar
    register: Register
    reports: Path
    phone: str = ""
    website: str = ""
    administrator: str = ""
    own_domains: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    signposts: Mapping[str, str] = field(default_factory=dict)
    trust: Trust = field(default_factory=Trust)
    settings: Mapping[str, object] = field(default_factory=dict)
    inbox: str = "INBOX"
    sent: str = "Sent"
    junk: str = "Junk"
    in_doubt: str = "ask"
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""  # the name of the office's own calendar, where there are others
    letters: Letters | None = None  # of its own templates; None: the house's

    @property
    def stream(self) -> str:
        """The case id under which mails that belong to no case are logged."""
        return f"office:{self.id}"

    @property
    def own_calendar(self) -> Calendar:
        """The office's own calendar, whichever case it was taken for."""
        return self.calendars.get(self.profile, self.calendar)

    @property
    def all_calendars(self) -> Mapping[str, Calendar]:
        """Every calendar that a case of this office may run by."""
        return {self.calendar.name: self.calendar, **self.calendars}

    def has(self, case: str) -> bool:
        """Whether a reference is one of this office's cases, by its prefix."""
        return case.startswith(f"{self.prefix}-")

    @property
    def mailbox(self) -> str:
        """The name under which this office's mailbox stands in ledger and read_through."""
        return self.address


@dataclass(frozen=True)
class Try:
    """A try at sorting a mail, the first is 1, and how often the store has ended it by being away."""

    number: int
    ended: int = 0


@dataclass(frozen=True)
class House:
    """Everything a use case needs. `editions` are procedures of earlier editions that open cases still follow.

    faulty: offices whose files are broken and that are not served: their mails and cases wait until they are mended.
    ended_tries: by the mails' identities, tries that the store has ended; they cost the mails nothing (sort.py).
    """

    store: Store
    offices: Mapping[str, Office]
    letters: Letters
    secret: bytes
    limits: Limits = field(default_factory=Limits)
    editions: Mapping[str, Procedure] = field(default_factory=dict)
    pretend_time: bool = False
    faulty: frozenset[str] = frozenset()
    ended_tries: dict[str, Try] = field(default_factory=dict, compare=False, repr=False)

    def office_of(self, case: str) -> Office:
        """The office a case belongs to, by its prefix or its stream name. Raises KeyError."""
        if case.startswith("office:"):
            return self.offices[case.partition(":")[2]]
        found = next((office for office in self.offices.values() if office.has(case)), None)
        if found is None:
            raise KeyError(case)
        return found

    def serves(self, case: str) -> bool:
        """Whether the office of a case, of a letter of it, or of a stream is served now; if not, its clocks stand."""
        return any(o.has(case) or case.partition("/")[0] == o.stream for o in self.offices.values())

    def is_first(self, mailbox: str) -> bool:
        """Whether this is the mailbox whose reader does what is to be done once for the house."""
        return mailbox == min((office.mailbox for office in self.offices.values()), default="")

    def letters_of(self, office: Office) -> Letters:
        """The letters by which an office writes."""
        return office.letters or self.letters

    def procedure_of(self, office: Office, edition: str) -> Procedure:
        """The edition a case follows; today's for a case that has none yet. Raises EditionUnreadable."""
        if not edition or edition == office.procedure.edition:
            return office.procedure
        found = self.editions.get(edition)
        if found is None:
            raise EditionUnreadable(self.why_not(edition))
        return found

    def has_edition(self, office: Office, edition: str) -> bool:
        """Whether the cases of this edition can go on."""
        return edition == office.procedure.edition or self.editions.get(edition) is not None

    def why_not(self, edition: str) -> str:
        """Why an edition cannot be had, in a sentence for the administrator."""
        why = getattr(self.editions, "why", None)
        return why(edition) if why else f"The edition {edition} is not known here."


class Submits(Protocol):
    """Hands a letter to the submission server, one SMTP transaction (see submission/smtp.py)."""

    def send(
        self,
        mail_from: str,
        recipients: Sequence[str],
        octets: bytes,
        envid: str,
        on_phase: Phased,
    ) -> dict[str, Verdict]:
        """A verdict for each recipient; on_phase is called before each step, with those turned away so far."""
        ...

    def hurry(self) -> None:
        """Break off the letter in hand, which then is deferred or in doubt, and begin no other; from any thread."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


Now = Callable[[], datetime]
