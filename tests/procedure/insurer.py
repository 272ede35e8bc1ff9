"""The insurer's office on a pretended clock: one performance issue, played through."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import ClassVar, Self

from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import WORDS, Contact, Terms
from tests.procedure.played import Played, shipped

INSURER = "config/procedures/insurer-performance.toml"
CO, TM, SM = "co@insurer.example", "tm@insurer.example", "sm@insurer.example"
SHAH = Contact("Dr Anil Shah", "anil@shah.example")
REID = Contact("Fiona Reid", "fiona@harbour.example")
READER = "reader@insurer.example"
OFFICERS = {
    f"{name}@insurer.example": frozenset(roles.split())
    for name, roles in {
        **{"co": "co", "co2": "co", "tm": "tm", "claims_lead": "claims_lead"},
        **{"sm": "sm", "lead": "sm", "supply_lead": "supply_lead", "reader": ""},
    }.items()
}
NAMED = {
    "provider_is": {"value": "Dr Shah"},
    "supplier_is": {"value": "Harbour Rehab", "also": {"contract": "SC-3301", "service": "Vocational rehabilitation"}},
}


def insurer() -> Procedure:
    """The insurer's procedure as it is shipped."""
    return shipped(INSURER)


def people() -> dict[str, tuple[Contact, ...]]:
    """One person for each role."""
    found = {role: (Contact(role, f"{role}@insurer.example"),) for role in insurer().roles}
    found |= {f"supplier{part}": (REID,) for part in ("", ".concerns", ".notices")}
    return found | {"provider": (SHAH,), "administrator": (Contact("", "admin@insurer.example"),)}


def terms(**changes: object) -> Terms:
    """The terms of an ordinary office, with changes."""
    usual: dict[str, object] = {
        "settings": {},
        "people": people(),
        "calendar": "nz-wgn",
        "staff": frozenset({CO, TM, SM}),
        "officers": OFFICERS,
    }
    return Terms(**{**usual, **changes})


class Issue(Played):
    """One performance issue."""

    ref = "PP-2027-0001-AA"
    domain = "insurer.example"
    officers = OFFICERS
    writers: ClassVar = {"anyone": CO, "provider": SHAH.email, "supplier": REID.email}

    def __init__(self, of: Terms | None = None, procedure: Procedure | None = None):
        super().__init__(of or terms(), procedure or insurer())

    def raised(self, at: datetime, *words: object) -> Self:
        """A case owner writes; perhaps the first mail says words as well."""
        self.mail("anyone", at, subject="Late report", flags=(WORDS,) if words else ())
        if words:
            self.say("co", at, *words)
        return self

    def named(self) -> Self:
        """Provider and supplier are on the file."""
        self.say("co", self.now, *NAMED.items())
        return self


MARCH = date(2027, 3, 15)
REASON = {"reason": "because"}
# How each stage is reached from the one before it: the stage before, who says what.
STEPS: dict[str, tuple[str, str, tuple]] = {
    "A2P": ("RAI", "co", ("kind_timeliness",)),
    "A2S": ("RAI", "co", ("kind_concern",)),
    "TMP": ("A2P", "co", ("not_resolved",)),
    "A3S": ("TMP", "tm", ("call_you",)),
    "B1": ("A2S", "co", ("not_resolved",)),
    "B2": ("B1", "tm", ("not_resolved",)),
    "C1": ("B2", "tm", (("summary_done", {"ref": "4711"}),)),
    "CMT": ("C1", "sm", (("non_compliance_meeting", {"on": date(2027, 3, 9)}),)),
    "PIP": ("CMT", "sm", ("met",)),
    "C3": ("PIP", "sm", (("pip", {"start": date(2027, 3, 10), "end": date(2027, 6, 10)}),)),
    "PNL": ("C3", "sm", ("not_resolved",)),
    "END": ("A2P", "co", ("resolved",)),
    "END after B": ("B1", "tm", ("resolved",)),
    "END after C": ("C3", "sm", ("resolved_noted",)),
    "XVM": ("RAI", "co", ("kind_ima",)),
    "XIN": ("RAI", "co", ("kind_fraud",)),
    "XPC": ("PNL", "sm", ("panel_refer",)),
    "XNP": ("PNL", "sm", (("panel_no", REASON),)),
    "XWD": ("RAI", "co", (("withdrawn", REASON),)),
    "C1 again": ("C1 given back", "tm", (("summary_done", {"ref": "4712"}),)),
}
LIVE = ("RAI", "A2P", "A2S", "TMP", "A3S", "B1", "B2", "C1", "CMT", "PIP", "C3", "PNL")


@cache
def _made(name: str) -> Issue:
    if name == "RAI":
        play = Issue()
        return play.raised(play.instant(1, 3)).named()
    if name == "C1 given back":
        play = start("C1")
        play.say("sm", play.now, ("interpretation", {"advice": "Ask for the second report"}))
        play.say("co", play.now, "not_resolved")
        play.say("tm", play.now, "not_resolved")
        return play
    before, who, words = STEPS[name]
    play = start(before)
    play.say(who, play.now, *words)
    return play


def start(name: str) -> Issue:
    """A fresh copy of the play at this stage."""
    return _made(name).copy()
