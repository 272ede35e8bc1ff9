"""The people of the demonstration: they read their mail over IMAP and answer over authenticated SMTP.

In: a stage; who looks, presses, answers or writes.
Out: what is new in their mailboxes; mails sent as a mail program would send them.
Fails: LookupError when somebody is to answer a letter that has not come; imaplib and smtplib errors.
Limits: a person knows only their own mailbox: never the daemon, its clock or its database.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mailflow.demo.letterbox import Mail, read
from mailflow.demo.stage import Stage

UID = re.compile(rb"UID (\d+)")
DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
NO_NAME = re.compile(r"[^a-z0-9]+")
Files = Iterable[tuple[str, str, bytes]]


@dataclass
class Person:
    """Somebody with a mailbox; mails are those seen so far, in the order in which they came."""

    name: str
    address: str
    mails: list[Mail] = field(default_factory=list)
    last_uid: int = 0

    def latest(self, ref: str, letter: str) -> Mail:
        """The newest letter of a case, by its name or by words of its subject; without a ref, of any case.

        Raises LookupError.
        """
        for mail in reversed(self.mails):
            if ref in ("", mail.ref) and (mail.template == letter or (" " in letter and letter in mail.subject)):
                return mail
        raise LookupError(f'{self.name} has got no letter "{letter}" about {ref or "a concern"}.')


@dataclass(frozen=True)
class News:
    """A letter in the mailboxes of those who got it in this look."""

    mail: Mail
    readers: tuple[Person, ...]


class Cast:
    """All people of a stage. names: address to name; others are called by their address."""

    def __init__(self, stage: Stage, names: Mapping[str, str]) -> None:
        self.stage = stage
        logins = [login for login in stage.mail.users if login not in stage.mailboxes]
        self.people = {login: Person(names.get(login, login), login) for login in logins}
        self._ringing: set[str] = set()
        self._lines: dict[str, imaplib.IMAP4] = {}
        # A phone that rings when mail comes; what it is, its owner sees over IMAP.
        stage.mail.on_delivery = self._ring

    def _ring(self, user: str, _octets: bytes, folder: str) -> None:
        if folder == "INBOX" and user in self.people:
            self._ringing.add(user)

    def close(self) -> None:
        """Log out everywhere."""
        for line in self._lines.values():
            line.logout()
        self._lines.clear()

    # -- reading ----------------------------------------------------------------------------------------------------

    def look(self) -> list[News]:
        """Everybody whose phone rang reads what is new; each letter once, with all who got it."""
        found: dict[str, tuple[Mail, list[Person]]] = {}
        while self._ringing:
            person = self.people[self._ringing.pop()]
            for mail in self._fetch(person):
                person.mails.append(mail)
                found.setdefault(mail.letter_id or mail.message_id, (mail, []))[1].append(person)
        news = [News(mail, tuple(sorted(who, key=lambda p: p.name))) for mail, who in found.values()]
        return sorted(news, key=lambda one: (one.mail.arrived, _number(one.mail.letter_id), one.mail.letter_id))

    def _fetch(self, person: Person) -> list[Mail]:
        line = self._lines.get(person.address)
        if line is None:
            line = imaplib.IMAP4(self.stage.mail.host, self.stage.mail.imap_port, timeout=30)
            line.login(person.address, self.stage.mail.users[person.address])
            self._lines[person.address] = line
        line.select("INBOX", readonly=True)
        _, answers = line.uid("FETCH", f"{person.last_uid + 1}:*", "(UID INTERNALDATE BODY.PEEK[])")
        found: dict[int, Mail] = {}
        for answer in answers:
            if isinstance(answer, tuple):
                uid, when = UID.search(answer[0]), DATE.search(answer[0])
                # "n:*" always names the last mail, even one below n (RFC 3501 section 6.4.8).
                if uid and int(uid[1]) > person.last_uid:
                    arrived = datetime.strptime(when[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if when else None
                    found[int(uid[1])] = read(answer[1], arrived)
        person.last_uid = max(found, default=person.last_uid)
        return [found[uid] for uid in sorted(found)]

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self, address: str, to: str, subject: str, body: str, files: Files = ()) -> None:
        """A new mail to an office's shared mailbox."""
        self.stage.send(address, to, subject, body, attachments=files, sync=False)

    def answer(self, address: str, mail: Mail, words: str, files: Files = (), *, automatic: bool = False) -> None:
        """A reply with the letter quoted below, or what a mail program answers by itself while its owner is away."""
        subject = f"Automatic reply: {mail.subject}" if automatic else f"Re: {mail.subject}"
        headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"} if automatic else {}
        body = words if automatic else f"{words}\n{mail.quoted()}"
        self.stage.send(
            address, mail.from_, subject, body, attachments=files, headers=headers, answers=mail, sync=False
        )  # fmt: skip

    def press(self, address: str, mail: Mail, label: str, words: str = "", files: Files = ()) -> None:
        """Press a button; `words` replace what stands in the draft, as a person fills in its blanks."""
        button = mail.button(label)
        self.stage.send(address, button.to, button.subject, words or button.body, attachments=files, sync=False)

    # -- keeping ----------------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> int:
        """Every mail that anybody got, as .eml in a folder per person; returns how many."""
        count = 0
        for person in self.people.values():
            for number, mail in enumerate(person.mails, 1):
                target = folder / person.address
                target.mkdir(parents=True, exist_ok=True)
                words = NO_NAME.sub("-", mail.subject.rpartition("]")[2].lower()).strip("-")[:40]
                name = f"{number:03} {mail.arrived:%Y-%m-%d} {words}.eml"
                (target / name).write_bytes(mail.octets)
                count += 1
        return count


def _number(letter_id: str) -> int:
    """The last number in a letter's id: letters of one case are numbered in the order in which they were decided."""
    found = re.findall(r"\d+", letter_id.rpartition("/")[2])
    return int(found[-1]) if found else 0
