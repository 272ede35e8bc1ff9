"""A bed for the nastiest mails: a council on Dovecot and Postfix, a fresh concern for each mail, and what people see.

The daemon runs as a process of its own. A nasty mail is handed to Dovecot by LMTP, with the verdict of the border
server on top; what became of it is seen in mailboxes and through the operator's commands, never in the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from mailflow.cli.main import main
from mailflow.demo.border import header_from, stamp
from mailflow.demo.letterbox import Mail
from mailflow.demo.stage import Stage
from tests.acceptance.council import CMO, FORGER, LETTER_1, OUTSIDER, PDF, PROVIDER, PROVIDER_OTHER, REPLIED, Council
from tests.acceptance.office import utc, words
from tests.servers.cutting import CutWire
from tests.servers.realmail import RealMail

PEOPLE = tuple(f"person{n}@family.example" for n in range(1, 31))
GONE = "left.long.ago@family.example"
WHO, STATUS = "Who is this from?", "Status"
ADMINISTRATOR = "ruth.kemp@council.example"
ROBOT = "servicedesk@oakfield.example"
DAEMONS = ("mailer-daemon@family.example", "postmaster@family.example")
OUTSIDE = (PROVIDER, PROVIDER_OTHER, OUTSIDER, FORGER, ROBOT, *DAEMONS)


class CutMail(RealMail):
    """Dovecot and Postfix behind wires that may break; nobody at the other end of Postfix's knows GONE."""

    def __init__(self, users: Mapping[str, str], **more: object) -> None:
        super().__init__({login: word for login, word in users.items() if login != GONE}, **more)

    def __enter__(self) -> CutMail:
        with ExitStack() as stack:
            super().__enter__()
            stack.callback(super().__exit__, None, None, None)
            self.wire = stack.enter_context(CutWire(self.smtp_port))
            self.imap_wire = stack.enter_context(CutWire(self.imap_port))
            self.smtp_port, self.imap_port = self.wire.port, self.imap_wire.port
            self._wires = stack.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._wires.close()


class WallClock(Stage):
    """A stage whose daemon runs on the wall clock, as in an office: INTERNALDATE counts, nothing is pretended."""

    def __init__(self, folder: Path, **more: object) -> None:
        sections = {"testing": {"pretend_time": False}, "office.council.imap": {"timeout": 2, "poll": 3}}
        super().__init__(folder, start=datetime.now(UTC), sections=sections, **more)

    def _options(self, *more: str) -> list[str]:
        return []


class Bed(Council):
    """A council whose concerns are made as they are needed, an hour or so apart."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        assert isinstance(stage.mail, CutMail)
        self.server = stage.mail
        self._people = iter(PEOPLE)

    # -- time and beginnings ------------------------------------------------------------------------------------------

    @property
    def now(self) -> str:
        """The clock, as `write` takes it."""
        return f"{self.stage.time:%Y-%m-%d %H:%M}"

    def later(self, **more: float) -> str:
        """Move on by so much, to office hours of a working day: letters of parties leave then."""
        at = self.stage.time + timedelta(**more)
        if at.hour >= 16:
            at = (at + timedelta(days=1)).replace(hour=9, minute=0)
        while at.weekday() > 4:
            at += timedelta(days=1)
        self.stage.now(at)
        return self.now

    def waiting(self) -> str:
        """A fresh concern, raised by somebody new, that lies with the provider."""
        ref = self.received()
        self.eligible(self.now, ref)
        self.word(self.now, CMO, ref, "Send", attachments=[PDF])
        self.later(minutes=20)
        assert self.state(ref) == "WPR"
        return ref

    def received(self, sender: str = "") -> str:
        """A fresh concern, raised by somebody new."""
        return self.receive(self.later(minutes=1), sender or self.somebody())

    def somebody(self) -> str:
        """Somebody with a mailbox who has never written to the office."""
        return next(self._people)

    def letter(self, ref: str) -> Mail:
        """The letter that the provider got about it."""
        return self.last(PROVIDER, LETTER_1, ref)

    # -- nasty mails --------------------------------------------------------------------------------------------------

    def deliver(
        self,
        octets: bytes,
        login: str = PROVIDER,
        *,
        envelope: str | None = None,
        proved: bool | None = None,
        to: str = "",
    ) -> None:
        """A mail handed in by this login, as the border server hands it to Dovecot; the daemon has then read it.

        envelope: its return path, "" for the null path of machines; by default the login. proved: whether the border
        finds the author proved, by default when the address in From is the login's own.
        """
        self.settle()
        octets = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        author, sender = header_from(octets), login if envelope is None else envelope
        own = bool(author) and self.server.owner(author) == login
        stamped = stamp(
            octets,
            authserv_id=self.server.authserv_id,
            sender=sender,
            recipient=to or self.box,
            login=login,
            author=author,
            aligned=own if proved is None else proved,
            when=self.stage.time,
        )
        self.server.deliver(sender, to or self.box, stamped)
        self.stage.sync()
        self.settle()

    # -- what is seen -------------------------------------------------------------------------------------------------

    def standing(self, ref: str) -> dict:
        """Stage, clocks, fields, children: what a mail that moves nothing leaves as it is."""
        return {name: value for name, value in self.show(ref).items() if name not in ("history", "letters_waiting")}

    @contextmanager
    def unmoved(self, *refs: str, told: tuple[str, ...] = ()) -> Iterator[None]:
        """Nothing moves within, no concern is opened, and nobody outside is written to, but for those `told`."""
        before = [self.standing(ref) for ref in refs]
        there = {who: len(self.inbox(who)) for who in OUTSIDE}
        cases = self.count()
        yield
        assert [self.standing(ref) for ref in refs] == before
        assert {who: len(self.inbox(who)) - n for who, n in there.items()} == {who: told.count(who) for who in OUTSIDE}
        assert self.count() == cases

    def count(self) -> int:
        """How many concerns there are."""
        return len(self.operator("list", "--all"))

    def operator(self, *said: str) -> list[dict]:
        """What a command answers the operator."""
        ran = CliRunner().invoke(main, [*said, "--config", str(self.stage.config), "--json"])
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout)

    def held(self, ref: str = "") -> list[dict]:
        """What waits for an officer's answer, about this concern."""
        return [row for row in self.operator("held", "list") if not ref or ref in json.dumps(row)]

    def asked(self, before: int) -> Mail:
        """The one question that the officer has got since there were so many."""
        found = self.all(CMO, WHO)
        assert len(found) == before + 1, self.subjects(CMO)
        return found[-1]

    @contextmanager
    def question(self) -> Iterator[list[Mail]]:
        """The one question to the officer that what is done within leads to; it stands in the list afterwards."""
        found: list[Mail] = []
        before = len(self.all(CMO, WHO))
        yield found
        found.append(self.asked(before))

    def file(self, ref: str) -> str:
        """The whole file as the officer gets it who asks for the status."""
        before = len(self.all(CMO, STATUS, ref))
        self.word(self.later(minutes=1), CMO, ref, "Status")
        shown = self.all(CMO, STATUS, ref)
        assert len(shown) == before + 1
        return words(shown[-1])

    def reply_shown(self, ref: str) -> str:
        """What the officer got to read of the provider's newest reply."""
        return words(self.last(CMO, REPLIED, ref))


@contextmanager
def bed(folder: Path, start: str = "2027-02-01 08:30", **more) -> Iterator[Bed]:
    """A council on Dovecot and Postfix; GONE is accepted and then comes back."""
    with Stage(
        folder,
        start=utc(start),
        strangers=(*OUTSIDE, GONE, *PEOPLE),
        mail=CutMail,
        bounce_later=[GONE],
        **more,
    ) as stage:
        yield Bed(stage)
