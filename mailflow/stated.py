"""What mailflow.toml states, as frozen values: servers, offices, limits, and which offices are faulty.

In: nothing; settings.py fills them in.
Out: values with all defaults filled in and all paths made absolute.
Fails: never.
Limits: secrets are named by the file in which they stand, never by their words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_address
from pathlib import Path

from mailflow.errors import Fault
from mailflow.procedure.calendar import Calendar


@dataclass(frozen=True)
class Server:
    """How to reach one server; port is a number, timeout and poll are seconds, tls is tls, starttls or none."""

    host: str
    port: int
    user: str
    password_file: Path | None
    tls: str
    timeout: int
    poll: int = 60

    @property
    def on_loopback(self) -> bool:
        """Whether the server is on this machine and can only be reached from it."""
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            # Any other name is whatever the network says it is.
            return self.host == "localhost"


@dataclass(frozen=True)
class Auth:
    """Whose Authentication-Results are trusted (G8): our server's id, its form (rfc8601, m365), internal domains."""

    authserv_id: str = ""
    form: str = "rfc8601"
    internal_domains: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Office:
    """One procedure with its mailbox, people, calendar and letters.

    texts: wordings that its letters quote, by the names the templates use. signposts: where other matters belong.
    maildir: where its mailbox lies on this machine; then there is no imap. regions: the calendar of each region.
    """

    id: str
    procedure: Path
    address: str
    name: str
    team: str
    phone: str
    website: str
    prefix: str
    calendar: Calendar
    register: Path
    templates: Path
    reports: Path
    administrator: str
    own_domains: frozenset[str]
    texts: Mapping[str, str]
    signposts: Mapping[str, str]
    auth: Auth
    imap: Server | None
    smtp: Server
    inbox: str
    sent: str
    junk: str
    in_doubt: str
    settings: Mapping[str, object] = field(default_factory=dict)
    setting_lines: Mapping[str, int] = field(default_factory=dict)
    maildir: Path | None = None
    profiles: Path = Path("calendars")
    closures: tuple[date, ...] = ()
    extra_working_days: tuple[date, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """The office's time zone."""
        return self.calendar.zone


@dataclass(frozen=True)
class Limits:
    """How many mails may leave, how many may come before a person is asked, both against loops; and how long a letter
    caused by an officer's command waits so that it can be undone."""

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
    outbox_hold_minutes: int = 15


@dataclass(frozen=True)
class Faulty:
    """An office whose table has faults; its administrator, if that much could be read."""

    id: str
    faults: tuple[Fault, ...]
    administrator: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything mailflow.toml says. warnings are sentences for the administrator that forbid nothing.

    offices: those without faults; the others are `faulty`.
    """

    file: Path
    store_url: str
    offices: Mapping[str, Office]
    limits: Limits
    id_file: Path
    log_form: str
    log_level: str
    pretend_time: bool
    warnings: tuple[str, ...] = ()
    faulty: tuple[Faulty, ...] = ()
