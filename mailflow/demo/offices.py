"""The offices that the demonstration can open: each with its mailbox, procedure, calendar and letters' wordings.

In: nothing.
Out: COUNCIL and INSURER, as settings are written from them.
Fails: never.
Limits: the shipped procedures and registers; everything lies on example domains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class DemoOffice:
    """One office. procedure: its file's stem; register: the folder below the shipped register, "" for itself.

    table: further keys of its table in mailflow.toml; texts and signposts: the tables of those names.
    """

    id: str
    address: str
    procedure: str
    register: str
    calendar: str
    table: Mapping[str, object]
    texts: Mapping[str, object] = field(default_factory=dict)
    signposts: Mapping[str, object] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """Where the office lies."""
        return ZoneInfo("Pacific/Auckland" if self.calendar.startswith("nz") else "Europe/London")

    @property
    def secret(self) -> str:
        """The file in which its mailbox's password stands, in the folder of secrets."""
        return f"{self.id}-mailbox"


COUNCIL = DemoOffice(
    "council",
    "contract.concerns@council.example",
    "council-concerns",
    "",
    "uk-eng",
    {
        "name": "Example Council",
        "team": "Contract Management Team",
        "phone": "01632 960000",
        "website": "www.council.example/contract-concerns",
        "prefix": "CC",
        "administrator": "ruth.kemp@council.example",
        "own_domains": ["council.example"],
    },
    {
        "privacy": "We use this information to manage our contracts: www.council.example/privacy",
        "emergency": "If somebody is in immediate danger, call 999. This mailbox is not read around the clock.",
        "safeguarding": "If you think an adult is being harmed, call the safeguarding team on 01632 960500.",
        "formats": "large print, Braille, other languages: call 01632 960000",
    },
    {"nhs": "the NHS commissioner of the service, commissioning@health.example"},
)

INSURER = DemoOffice(
    "insurer",
    "provider.issues@insurer.example",
    "insurer-performance",
    "insurer",
    "nz-wgn",
    {
        "name": "Example Accident Insurer",
        "team": "Claims Management",
        "phone": "04 555 0100",
        "prefix": "PP",
        "own_domains": ["insurer.example"],
    },
    {"privacy": "We use this information to manage our contracts with suppliers: www.insurer.example/privacy"},
)
