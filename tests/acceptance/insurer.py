"""An insurer in a test: an office in play whose case owners write first; times are Wellington's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

from mailflow import places
from mailflow.demo.letterbox import Mail
from mailflow.demo.offices import INSURER
from mailflow.demo.stage import Stage
from mailflow.register import holiday_calendars
from tests.acceptance.office import OfficeInPlay

CO, OTHER_CO = "aroha.tane@insurer.example", "marama.hill@insurer.example"
TM, TM_ABOVE = "brian.locke@insurer.example", "grace.ward@insurer.example"
LEAD, SM = "noel.park@insurer.example", "sione.fale@insurer.example"
SUPPLIER = "fiona.reid@harbour.example"
EXPERT = "housing.expert@insurer.example"
VMS, INTEGRITY, PANEL = "vms@insurer.example", "integrity@insurer.example", "panel@insurer.example"
HARBOUR = "Supplier is Harbour Rehab Ltd"
PROVIDER = "Provider is Harbour Rehab Ltd"
SERVICE = "Service is Vocational rehabilitation"
SHAPE = "%Y-%m-%d %H:%M"


def utc_of(there: str) -> str:
    """Wellington's "2027-01-21 10:00" as the same instant in UTC."""
    return datetime.strptime(there, SHAPE).replace(tzinfo=INSURER.zone).astimezone(UTC).strftime(SHAPE)


class Insurer(OfficeInPlay):
    """An insurer's office."""

    def __init__(self, stage: Stage, calendar: str) -> None:
        super().__init__(stage)
        self.calendar = holiday_calendars.load(places.shipped("config") / "calendars", calendar)
        self.ref = ""
        self.day = ""
        self.open: list[str] = []

    # -- time: each test begins on a working day of its own, at the hour it says -----------------------------------

    def next_day(self) -> None:
        """The next working day, before the office opens."""
        today = self.stage.time.astimezone(INSURER.zone).date()
        self.day = self.calendar.add_working_days(today, 1).isoformat()

    def hour(self, clock: str) -> str:
        """This hour of the day in hand, UTC."""
        return utc_of(f"{self.day} {clock}")

    def on(self, day: date, clock: time) -> None:
        """Move the clock to a local day and hour."""
        self.go(utc_of(f"{day} {clock:%H:%M}"))

    # -- what people do ---------------------------------------------------------------------------------------------

    def raised(self, clock: str = "09:00", owner: str = CO, body: str = "The report leaves questions open.") -> str:
        """A case owner writes; the reference that the answer bears."""
        before = len(self.inbox(owner))
        self.write(self.hour(clock), owner, f"A performance issue, {self.day} {clock}", body)
        answers = [mail for mail in self.inbox(owner)[before:] if mail.template == "N01"]
        assert len(answers) == 1, [mail.subject for mail in self.inbox(owner)[before:]]
        self.ref = answers[0].ref
        self.open.append(self.ref)
        return self.ref

    def withdrawn(self) -> None:
        """All that has been raised and has not ended is withdrawn at the day's end."""
        live = {case["ref"] for case in self.stage.cases() if not case["ended"]}
        for ref in [ref for ref in self.open if ref in live]:
            self.write(self.stage.time.strftime(SHAPE), CO, f"Re: [{ref}] your mail", "Withdrawn: the trial is over")
        self.open.clear()

    def says(self, clock: str, officer: str, body: str) -> None:
        """An officer answers some mail about the issue in hand."""
        self.word(self.hour(clock), officer, self.ref, body)

    def got(self, reader: str, letter: str) -> Mail:
        """The newest letter of this name about the issue in hand in somebody's mailbox."""
        found = [m for m in self.inbox(reader) if m.ref == self.ref and m.template == letter]
        there = [m.template or m.subject for m in self.inbox(reader) if m.ref == self.ref]
        assert found, f"no {letter} for {reader}, who has {there}"
        return found[-1]

    def heard_nothing(self, reader: str) -> bool:
        """Whether this person has got nothing at all about the issue in hand."""
        return not any(m.ref == self.ref for m in self.inbox(reader))

    def at(self) -> str:
        """Where the issue in hand stands."""
        return self.state(self.ref)

    # -- the usual ways ---------------------------------------------------------------------------------------------

    def to_b1(self) -> None:
        """The case owner's call to the supplier has not helped."""
        self.next_day()
        self.raised()
        self.says("09:10", CO, f"{HARBOUR}\n{SERVICE}\nKind: concern")
        self.says("09:20", CO, "Not resolved")
        assert self.at() == "B1"

    def to_c1(self) -> None:
        """The team manager has not succeeded either; the summary is in Eos."""
        self.to_b1()
        self.says("09:30", TM, "Not resolved")
        self.says("09:40", TM, "Summary done EOS-1")
        assert self.at() == "C1"

    def to_c3(self) -> None:
        """Non-compliance, a meeting, no plan."""
        self.to_c1()
        self.next_day()
        self.says("09:00", LEAD, f"Non-compliance: meeting {self.day}")
        self.says("15:00", LEAD, "Met")
        self.says("15:10", LEAD, "No PIP: small change")
        assert self.at() == "C3"


@contextmanager
def insurer(folder: Path, start: str, calendar: str = "nz-wgn") -> Iterator[Insurer]:
    """An insurer whose clock starts at this hour of Wellington's."""
    begin = datetime.strptime(utc_of(start), SHAPE).replace(tzinfo=UTC)
    with Stage(folder, start=begin, offices=(INSURER,), calendar=calendar, strangers=[EXPERT]) as stage:
        yield Insurer(stage, calendar)
