"""A council office in one process: a real store, real letters, a pretended clock, and ways to put mails in.

What it leaves out is IMAP and SMTP: mails are kept as the intake would keep them, and letters "leave" by being settled.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from mailflow.documents.letters import Letters
from mailflow.errors import Unreadable
from mailflow.flow import advance as stepping
from mailflow.flow.ports import House, Office, Trust
from mailflow.flow.remind import remind_one
from mailflow.flow.sort import sort_one
from mailflow.mail.message import Message
from mailflow.mail.parse import parse
from mailflow.procedure.case import Case
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import LetterSettled
from mailflow.procedure.reading import read
from mailflow.register import holiday_calendars
from mailflow.register.register import Register
from mailflow.store import Store
from mailflow.store.inbox import Kept

ROOT = Path(__file__).resolve().parents[2]
BOX = "contract.concerns@council.example"
MAYA, TOM, INES = "maya.okafor@council.example", "tom.hale@council.example", "ines.whitlock@council.example"
PRIYA, GEORGE = "priya.nair@council.example", "george.ellery@council.example"
RUTH = "ruth.kemp@council.example"
OLIVE, JOAN, VICTOR = "olive.trent@council.example", "joan.pell@oakfield.example", "victor.amis@oakfield.example"
MX = "mx.council.example"
_BUTTON = re.compile(r"- (.+)\n(?:  .*\n)*?\s*<(mailto:[^>]+)>")


def at(words: str) -> datetime:
    """A UTC instant, "2027-02-01 09:30"; London is at UTC until 28 March 2027."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


@cache
def procedure() -> Procedure:
    """The council's procedure as it is shipped."""
    file = ROOT / "config" / "procedures" / "council-concerns.toml"
    found, faults = read(file.read_text("utf-8"), file.name)
    assert found is not None and not faults, faults
    return found


@cache
def office() -> Office:
    """The council's office with the shipped procedure, register and calendar."""
    return Office(
        id="council",
        address=BOX,
        name="Example Council",
        team="Contract Management Team",
        prefix="CC",
        procedure=procedure(),
        calendar=holiday_calendars.load(ROOT / "config" / "calendars", "uk-eng"),
        register=Register.load(ROOT / "config" / "register", {"council.example"}),
        reports=Path("reports"),
        administrator=RUTH,
        own_domains=frozenset({"council.example"}),
        trust=Trust(MX),
    )


@cache
def letters_of(folder: Path) -> Letters:
    """The templates of a folder, read once."""
    return Letters([folder])


@dataclass(frozen=True)
class Left:
    """A letter that has left: when, which, to whom, and what it says."""

    at: datetime
    id: str
    case: str
    name: str
    to: tuple[str, ...]
    message: Message

    @property
    def words(self) -> str:
        """What it says, on one line."""
        return " ".join(self.message.text.split())

    def button(self, label: str) -> tuple[str, str]:
        """(subject, body) of the mail that a person gets who presses the button which begins with these words."""
        for found in _BUTTON.finditer(self.message.text):
            if found[1].startswith(label):
                query = found[2].partition("?")[2]
                parts = dict(piece.partition("=")[::2] for piece in query.split("&"))
                return unquote(parts["subject"]), unquote(parts.get("body", "")).replace("\r\n", "\n")
        raise AssertionError(f"no button {label!r} in {self.name}:\n{self.message.text}")


class Bench:
    """Mails in, letters out, one pretended clock; `changes` are fields of the office."""

    most_steps = 500  # at one instant; an office with hundreds of cases needs more

    def __init__(self, store: Store, **changes: object):
        self.office = replace(office(), **changes)  # type: ignore[arg-type]
        self.house = House(store, {self.office.id: self.office}, letters_of(ROOT / "templates"), b"x" * 32)
        self.store = store
        self.now: datetime | None = None
        self.left: list[Left] = []
        self._uid = itertools.count(1000)

    # -- time ---------------------------------------------------------------------------------------------------

    def to(self, when: str | datetime) -> None:
        """Let the time pass, doing at each instant what falls due."""
        until = at(when) if isinstance(when, str) else when
        while self.now is not None:
            self.settle()
            following = [x for x in self._dues() if self.now < x <= until]
            if not following:
                break
            self.now = min(following)
        self.now = until
        self.settle()

    def _dues(self) -> list[datetime]:
        with self.store.read() as unit:
            return [x for x in (unit.agenda.next_due(after=self.now), unit.outbox.next_leave()) if x]

    def settle(self) -> None:
        """Sort, remind and send until nothing is left to do now."""
        assert self.now is not None
        for _ in range(self.most_steps):
            if sort_one(self.house, self.now):
                continue
            with self.store.unit() as unit:
                unit.inbox.set_read_through(self.office.mailbox, self.now)
            if not remind_one(self.house, self.now) and not self._send():
                return
        raise AssertionError("the office never comes to rest")

    def _send(self) -> bool:
        assert self.now is not None
        with self.store.unit() as unit:
            claimed = unit.outbox.claim(self.now, limit=1, lease_seconds=60)
        for letter, envelopes in claimed:
            with self.store.unit() as unit:
                for envelope in envelopes:
                    unit.outbox.settle(letter.id, envelope.recipient, "sent", "250 2.0.0 Ok", at=self.now)
                if not letter.case.startswith("office:"):
                    event = LetterSettled(letter.id, "sent", self.now)
                    cause = f"letter:{letter.id}/sent"
                    stepping.advance(self.house, unit, letter.case, event, cause=cause, now=self.now)
            to = tuple(e.recipient for e in envelopes if not e.home)
            self.left.append(Left(self.now, letter.id, letter.case, letter.template, to, parse(letter.octets)))
        return bool(claimed)

    # -- mails in -----------------------------------------------------------------------------------------------

    def raw(self, when: str, octets: bytes, folder: str = "INBOX", arrived: str = "") -> str:
        """Octets come in at an instant (in the mailbox since `arrived`, if earlier); returns the mail's identity."""
        self.to(when)
        assert self.now is not None
        try:
            message = parse(octets)
            identity, sender = message.digest, message.from_.email if message.from_ else ""
        except Unreadable:
            identity, sender = f"unreadable-{next(self._uid)}", ""
        with self.store.unit() as unit:
            unit.inbox.keep(
                identity,
                octets,
                mailbox=self.office.mailbox,
                folder=folder,
                uidvalidity=1,
                uid=next(self._uid),
                arrived_at=at(arrived) if arrived else self.now,
                kept_at=self.now,
                sender=sender,
            )
        self.settle()
        return identity

    def mail(
        self,
        when: str,
        sender: str,
        subject: str,
        body: str,
        *,
        auth: str = "pass",
        folder: str = "INBOX",
        arrived: str = "",
        **more: object,
    ) -> str:
        """A person's mail comes in; see `write` for what it may be made of."""
        octets = write(sender, subject, body, auth=auth, message_id=f"<{next(self._uid)}@mail.test>", **more)
        return self.raw(when, octets, folder, arrived)

    # -- what became of it --------------------------------------------------------------------------------------

    def kept(self, identity: str) -> Kept:
        """What became of a mail."""
        with self.store.read() as unit:
            found = unit.inbox.get(identity)
        assert found is not None
        return found

    def letters(self, name: str = "", to: str = "") -> list[Left]:
        """Letters that have left, by template and addressee."""
        wanted = name and (name,)
        return [x for x in self.left if (not wanted or x.name in wanted) and (not to or to in x.to)]

    def ref(self, n: int = -1) -> str:
        """The reference of the case opened last, or n-th."""
        with self.store.read() as unit:
            return sorted(row["ref"] for row in unit.views.list())[n]

    def refs(self) -> list[str]:
        """All cases."""
        with self.store.read() as unit:
            return sorted(row["ref"] for row in unit.views.list())

    def state(self, ref: str = "") -> str:
        """The stage a case stands in."""
        with self.store.read() as unit:
            return unit.views.get(ref or self.ref())["state"]

    def case(self, ref: str = "") -> Case:
        """The case as its log tells it."""
        with self.store.read() as unit:
            return stepping.read_case(unit, ref or self.ref())

    def clocks(self, ref: str = "") -> dict[str, tuple[str, str]]:
        """The running clocks of a case: their dates and states."""
        case = self.case(ref)
        return {
            f"{m.id} {t.name}": (t.on.isoformat(), t.state) for m in case.machines.values() for t in m.timers.values()
        }

    def standing(self, ref: str = "") -> tuple[object, ...]:
        """What a mail that moves nothing must leave as it is: the stage, the clocks, who the parties are."""
        case = self.case(ref)
        stages = tuple((m.id, m.state, m.entered) for m in case.machines.values())
        return stages, tuple(sorted(self.clocks(ref).items())), tuple(sorted(map(str, case.fields.items())))

    def tag(self, ref: str = "") -> str:
        """The tag for a subject."""
        return f"[{ref or self.ref()}]"

    def open_questions(self) -> list[str]:
        """The tags of the mails that wait for an officer's word."""
        with self.store.read() as unit:
            return [held.tag for held in unit.held.all_open()]

    def nothing_lost(self) -> None:
        """Every mail that was kept ends done, held or quarantined, with a reason; none is left over."""
        with self.store.read() as unit:
            assert not unit.inbox.by_state("kept")
            for state in ("done", "held", "quarantined"):
                assert all(kept.reason for kept in unit.inbox.by_state(state))

    # -- beginnings ---------------------------------------------------------------------------------------------

    def concern(self, when: str = "2027-02-01 09:30", sender: str = OLIVE, about: str = "Oakfield Care Ltd") -> str:
        """A concern comes in; returns its reference."""
        known = set(self.refs())
        self.mail(when, sender, f"Missed calls at {about}", f"{about} missed three home care calls last week.")
        return (set(self.refs()) - known).pop()

    def with_provider(self, day: str = "2027-02-01", sender: str = OLIVE) -> str:
        """A concern whose letter has left to the provider (WPR)."""
        ref = self.concern(f"{day} 09:30", sender)
        self.mail(f"{day} 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
        self.mail(f"{day} 11:00", MAYA, f"Re: [{ref}]", "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
        self.to(f"{day} 11:30")
        assert self.state(ref) == "WPR"
        return ref

    def closed(self, day: str = "2027-02-01") -> str:
        """A concern that has been concluded without actions and closed."""
        ref = self.with_provider(day)
        tag = f"Re: [{ref}]"
        self.mail("2027-02-10 09:00", JOAN, tag, "We accept that calls were missed. We have changed the rota.")
        self.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
        self.mail("2027-02-15 11:00", MAYA, tag, "Recommend: The concern is upheld.\nDefault notice: no")
        self.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
        self.mail("2027-02-19 09:00", MAYA, tag, "Send")
        self.to("2027-02-19 16:30")
        assert self.state(ref) == "CLO"
        return ref

    def letter(self, name: str, to: str = "") -> Left:
        """The newest letter of a template."""
        found = self.letters(name, to)
        assert found, f"no {name} to {to or 'anybody'}: {[(x.name, x.to) for x in self.left]}"
        return found[-1]


def results(auth: str, sender: str) -> str:
    """The Authentication-Results header that our own server writes on top; "" where it says nothing."""
    domain = sender.rpartition("@")[2].strip("> ")
    return f"Authentication-Results: {MX}; dmarc={auth} header.from={domain}\r\n" if auth else ""


def write(
    sender: str,
    subject: str,
    body: str,
    *,
    auth: str = "pass",
    to: str = BOX,
    cc: str = "",
    message_id: str = "<1@mail.test>",
    answers: Message | None = None,
    headers: Iterable[tuple[str, str]] = (),
    files: Iterable[tuple[str, bytes]] = (),
    quote: bool = False,
) -> bytes:
    """A mail as a mail program writes it. answers: the letter it replies to, `quote`: with its text underneath."""
    mail = EmailMessage()
    if sender:
        mail["From"] = sender
    mail["To"] = to
    if cc:
        mail["Cc"] = cc
    mail["Subject"] = subject
    mail["Message-ID"] = message_id
    mail["Date"] = "Mon, 01 Feb 2027 09:00:00 +0000"
    if answers:
        mail["In-Reply-To"] = answers.message_id
        mail["References"] = answers.message_id
    for name, value in headers:
        mail[name] = value
    if answers and quote:
        quoted = "\n".join(f"> {line}" for line in answers.text.splitlines())
        body = f"{body}\n\nOn Tue, 2 Feb 2027 at 11:30, Contract Management Team wrote:\n{quoted}\n"
    mail.set_content(body)
    for name, octets in files:
        mail.add_attachment(octets, maintype="application", subtype="pdf", filename=name)
    return results(auth, sender).encode() + mail.as_bytes(policy=policy.SMTP)
