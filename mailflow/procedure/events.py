"""What can happen to a case: a mail, a word, a passed deadline, a letter's fate.

In: values made by flow/ from mail, clock and courier.
Out: frozen events for machine.decide.
Fails: never.
Limits: events carry ids, addresses and typed blanks; the words of people lie in the texts table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Actor:
    """Who speaks: the address that was proved, and the roles held today (also as a deputy)."""

    address: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class File:
    """A file that came with a mail: the mail's identity, its name, size in octets and digest."""

    mail: str
    name: str
    size: int
    digest: str

    @property
    def named(self) -> dict[str, str]:
        """What a fact or a field holds of it, so that the file can be found again."""
        return {"mail": self.mail, "name": self.name, "digest": self.digest}


WORDS = "words"  # flag of a mail that opens a case and says words as well


@dataclass(frozen=True)
class MailCame:
    """A person's mail that is an event (G2): from a role of the case, or `anyone` when it opens one."""

    role: str
    at: datetime
    mail: str
    sender: str
    sender_name: str = ""
    subject: str = ""
    files: tuple[File, ...] = ()
    flags: tuple[str, ...] = ()  # new_contact, by_officer, late, WORDS, "named by ..."
    stated_by: str = ""  # the officer who said it came (Q18)
    stated: Mapping[str, object] = field(default_factory=dict)  # fields that are known with a mail that opens a case


@dataclass(frozen=True)
class Said:
    """One accepted reading of an actor's word (5.2)."""

    verb: str
    by: Actor
    at: datetime
    mail: str
    blanks: Mapping[str, object] = field(default_factory=dict)
    line: str = ""
    note: str = ""
    files: tuple[File, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True)
class Commands:
    """All words of one mail, in order: all or none (G11). quiet: recorded without a receipt."""

    sayings: tuple[Said, ...]
    quiet: bool = False


@dataclass(frozen=True)
class OwnLetter:
    """An officer wrote to a party with the mailbox in copy, or as the mailbox, without a word for us."""

    role: str
    at: datetime
    mail: str
    by: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class TimerDue:
    """The instant of a timer's next step has passed (at = that instant, however late it is read: G10)."""

    machine: str
    timer: str
    step: str
    set_seq: int
    at: datetime


@dataclass(frozen=True)
class LetterSettled:
    """A letter left (`sent`), was refused or came back for every recipient (`bounced`), or was `withdrawn`."""

    letter: str
    result: str
    at: datetime
    detail: str = ""


Event = MailCame | Said | Commands | OwnLetter | TimerDue | LetterSettled


@dataclass(frozen=True)
class Contact:
    """One person of a role: name and address."""

    name: str
    email: str


@dataclass(frozen=True)
class Terms:
    """What the decision may ask of the world, read before it and recorded with it (architecture.md).

    `people` answers for each role (and role.part) who is written to today; `staff` holds addresses that are the
    office's own people; `gone` the letters that can no longer be withdrawn; `cases` others by reference; `reveals` the
    files, by digest, that show or may show a person whom the case protects: why, and whether that is certain.
    `calendar_why` says why `calendar` is not the office's own ("" if it is). `places` are the addresses to which so
    much leaves that a letter decided now waits: from when it may leave.
    """

    settings: Mapping[str, object]
    people: Mapping[str, tuple[Contact, ...]]
    calendar: str
    calendar_why: str = ""
    staff: frozenset[str] = frozenset()
    officers: Mapping[str, frozenset[str]] = field(default_factory=dict)  # address -> roles
    overrides: Mapping[str, str] = field(default_factory=dict)  # timer -> rule, from the contract (C3)
    gone: frozenset[str] = frozenset()
    cases: Mapping[str, Mapping[str, object]] = field(default_factory=dict)  # other cases named by a blank
    duty: Mapping[str, str] = field(default_factory=dict)  # role -> the address on duty, where there is a rota (Q5)
    post: Mapping[str, str] = field(default_factory=dict)  # role -> "post" or "both", where the contract says so (Q15)
    reveals: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    places: Mapping[str, datetime] = field(default_factory=dict)
    undo_minutes: int = 15
    opens: str = "08:00"
    closes: str = "17:00"
