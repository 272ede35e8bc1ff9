"""An office in a test: the stage (mail servers, daemon, clock), seen by the people who write to it.

Nobody here touches the daemon or its store: people see mailboxes, and the operator has `mailflow show`.
"""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from click.testing import CliRunner

from mailflow.cli.main import main
from mailflow.demo.letterbox import Mail
from mailflow.demo.stage import Stage
from tests.servers.realmail import RealMail


def utc(words: str) -> datetime:
    """An instant written as "2027-03-30 15:00", UTC."""
    return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def words(mail: Mail) -> str:
    """A mail's plain text with every run of white space as one space: a date is found wherever a line ends."""
    return " ".join(mail.text.split())


def at(mail: Mail) -> str:
    """When a mail arrived, in the same form as `utc` reads."""
    return f"{mail.arrived:%Y-%m-%d %H:%M}"


class OfficeInPlay:
    """A running stage, seen by the people of the scenarios; mails go to its first office."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.box = stage.mailboxes[0]

    # -- time -------------------------------------------------------------------------------------------------------

    def go(self, to: str) -> None:
        """Move the clock to this instant."""
        self.stage.now(utc(to))

    def settle(self) -> None:
        """Let a real mail server finish what it has in hand, and the daemon read it; nothing for the embedded one."""
        if isinstance(self.stage.mail, RealMail):
            queue_empty(self.stage.mail)
            self.stage.sync()

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self, when: str, sender: str, subject: str, body: str, **more) -> str:
        """A mail that arrives at this instant, and is read at once."""
        self.settle()
        return self.stage.send(sender, self.box, subject=subject, body=body, at=utc(when), **more)

    def word(self, when: str, officer: str, ref: str, body: str, **more) -> str:
        """An officer's answer to some mail about a concern."""
        return self.write(when, officer, f"Re: [{ref}] your mail", body, **more)

    def press(self, when: str, reader: str, mail: Mail, label: str, fill: Mapping[str, str] | None = None) -> None:
        """Press a button of a mail, filling in its blanks in the body."""
        button = mail.button(label)
        body = button.body
        for blank, value in (fill or {}).items():
            assert blank in body, f"no {blank!r} in {body!r}"
            body = body.replace(blank, value)
        self.write(when, reader, button.subject, body, answers=mail)

    def forge(self, when: str, login: str, sender: str, subject: str, body: str) -> None:
        """A mail that bears somebody else's name: submitted by `login`, From `sender`."""
        self.go(when)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, self.box, subject
        mail["Message-ID"] = f"<forged.{when.replace(' ', '.').replace(':', '')}@elsewhere.example>"
        mail.set_content(body)
        self.stage.mail.post(login, [self.box], bytes(mail).replace(b"\n", b"\r\n"), self.stage.time)
        self.stage.sync()

    # -- reading ----------------------------------------------------------------------------------------------------

    def inbox(self, reader: str) -> list[Mail]:
        """What a person has got, in the order in which it came."""
        self.settle()
        return self.stage.inbox(reader)

    def all(self, reader: str, subject: str, ref: str = "") -> list[Mail]:
        """The reader's mails whose subject begins with these words (after the reference), about this concern."""
        found = []
        for mail in self.inbox(reader):
            said = mail.subject.partition("] ")[2] or mail.subject
            if said.startswith(subject) and (not ref or mail.ref == ref):
                found.append(mail)
        return found

    def one(self, reader: str, subject: str, ref: str = "") -> Mail:
        """The only such mail."""
        found = self.all(reader, subject, ref)
        assert len(found) == 1, f"{len(found)} x {subject!r} for {reader}, who has {self.subjects(reader)}"
        return found[0]

    def last(self, reader: str, subject: str, ref: str = "") -> Mail:
        """The newest such mail."""
        found = self.all(reader, subject, ref)
        assert found, f"no {subject!r} for {reader}, who has {self.subjects(reader)}"
        return found[-1]

    def subjects(self, reader: str, ref: str = "") -> list[str]:
        """What a person sees in the list of mails, without the reference."""
        return [m.subject.partition("] ")[2] or m.subject for m in self.inbox(reader) if not ref or m.ref == ref]

    def everything(self) -> Iterator[tuple[str, Mail]]:
        """Every mail in everybody's mailbox but ours, with its reader."""
        self.settle()
        for reader in self.stage.mail.users:
            if reader != self.box:
                for mail in self.stage.inbox(reader):
                    yield reader, mail

    # -- the operator -----------------------------------------------------------------------------------------------

    def show(self, ref: str) -> dict:
        """What `mailflow show REF --json` answers."""
        ran = CliRunner().invoke(main, ["show", ref, "--config", str(self.stage.config), "--json"])
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout)

    def state(self, ref: str) -> str:
        """Where the concern stands."""
        return str(self.show(ref)["state"])

    def clocks(self, ref: str) -> dict[str, str]:
        """The due date of every clock that is set, by timer; of one that does not run with its state."""
        rows = self.show(ref)["next"]
        return {r["timer"]: r["due"] + ("" if r["state"] == "running" else f" {r['state']}") for r in rows}

    def children(self, ref: str) -> dict[str, str]:
        """The state of each child, in words, by its id."""
        return {child["id"]: child["state"] for child in self.show(ref)["children"]}

    def report(self, ref: str) -> list[Path]:
        """The closure reports on the shared drive."""
        return sorted((self.stage.folder / "reports").rglob(f"*{ref}*.html"))


def real_mail(users: Mapping[str, str], *, gone: Sequence[str], **more) -> RealMail:
    """Dovecot must not know those whose mail comes back."""
    return RealMail({login: word for login, word in users.items() if login not in gone}, **more)


def queue_empty(server: RealMail, seconds: float = 20) -> None:
    """Return when Postfix has delivered what it took: its queue is a folder, and nothing tells when it empties."""
    spool, end = server.postfix.directory / "spool", time.monotonic() + seconds
    while any(_taken(path) for name in ("maildrop", "incoming", "active") for path in (spool / name).rglob("*")):
        assert time.monotonic() < end, "Postfix still holds mail"
        time.sleep(0.01)


def _taken(path: Path) -> bool:
    """Postfix makes a file of its queue executable once it is whole; before that a session still writes it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISREG(mode) and bool(mode & stat.S_IXUSR)
