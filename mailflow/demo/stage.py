"""A stage: one installation with its mail servers and its daemon, on a clock that is moved by hand.

In: a folder to write into, the first pretended instant, perhaps changed registers, settings and mail servers.
Out: a daemon as a child process; mails sent to it, letters read from the other side, its command line's answers.
Fails: StageFailed when the daemon does not start, dies, or refuses a command; its log is named.
Limits: Unix only; never opens the daemon's database; all servers on loopback.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol
from zoneinfo import ZoneInfo

from mailflow.demo import installation
from mailflow.demo.letterbox import Mail, read
from mailflow.demo.offices import COUNCIL, DemoOffice
from mailflow.demo.server import EmbeddedMail, StoredMail

MAILBOX = COUNCIL.address
AUTHSERV_ID = "mx.demo.example"
STRANGERS = ("alex.morrow@family.example", "press@paper.example", "sales@spam.example")
STARTING = 30.0
COMMAND = 120.0
DIGESTS_AT = time(8)
SATURDAY = 5


class StageFailed(Exception):
    """The daemon did not do what it was told; the message says what, and where its log is."""


class MailServers(Protocol):
    """What a stage needs of its mail servers: EmbeddedMail, or others with the same handles."""

    host: str
    users: dict[str, str]
    imap_port: int
    smtp_port: int

    def __enter__(self) -> Any: ...
    def __exit__(self, *exc: object) -> None: ...
    def owner(self, address: str) -> str: ...
    def append(self, user: str, octets: bytes, folder: str = ..., internaldate: datetime | None = ...) -> None: ...
    def post(
        self, sender: str, recipients: Iterable[str], octets: bytes, internaldate: datetime | None = ...
    ) -> None: ...
    def mails(self, user: str, folder: str = ...) -> list[StoredMail]: ...


class Process(Protocol):
    """What a stage needs of its daemon's process, as subprocess.Popen has it."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...


def _begin(words: Sequence[str], log: BinaryIO, environment: Mapping[str, str]) -> Process:
    return subprocess.Popen(words, stdout=log, stderr=log, env=environment)


class Stage:
    """Offices on this machine. Use it as a context manager; `time` is the pretended now.

    calendar, registers (file name to text, instead of the shipped register) and settings are the first office's.
    sections: more of mailflow.toml, such as {"office.council": {"closures": ["2027-12-29"]}}.
    mail: makes the servers from users and aliases (default: EmbeddedMail); bounce_later and refuse as there.
    patient: a daemon that dies under a command is started again and the command repeated.
    begin: how its process is started.
    """

    begin: Callable[[Sequence[str], BinaryIO, Mapping[str, str]], Process] = staticmethod(_begin)

    def __init__(
        self,
        folder: Path,
        *,
        start: datetime,
        offices: Sequence[DemoOffice] = (COUNCIL,),
        calendar: str = "",
        registers: Mapping[str, str] | None = None,
        settings: Mapping[str, object] | None = None,
        sections: Mapping[str, Mapping[str, object]] | None = None,
        strangers: Iterable[str] = STRANGERS,
        mail: Callable[..., MailServers] | None = None,
        bounce_later: Mapping[str, str] | Iterable[str] = (),
        refuse: Mapping[str, str] | None = None,
        patient: bool = False,
    ) -> None:
        self.folder, self.start, self.time, self.patient = folder.resolve(), start, start, patient
        self.config = self.folder / "mailflow.toml"
        self.log = self.folder / "daemon.log"
        first = replace(offices[0], calendar=calendar or offices[0].calendar)
        self.offices, self.zone = (first, *offices[1:]), first.zone
        self.mailboxes = tuple(office.address for office in self.offices)
        self._settings = dict(settings or {})
        self._sections = {name: dict(table) for name, table in (sections or {}).items()}
        self._number, self.restarts = 0, 0
        self._daemon: Process | None = None
        self.folder.mkdir(parents=True, exist_ok=True)
        known: dict[str, str] = {}
        for office in self.offices:
            known |= installation.copy_registers(self.folder, office, (registers or {}) if office is first else {})
        known.update({address: address for address in (*self.mailboxes, *strangers)})
        users = {login: installation.new_password() for login in dict.fromkeys(known.values())}
        aliases = {address: login for address, login in known.items() if address != login}
        make = mail or EmbeddedMail
        more: dict[str, Any] = {"clock": lambda: self.time} if mail is None else {}
        self.mail: Any = make(
            users, aliases=aliases, bounce_later=bounce_later, refuse=refuse, authserv_id=AUTHSERV_ID, **more
        )
        self.embedded = mail is None

    # -- life -------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Stage:
        with ExitStack() as stack:
            # A socket's path may have 107 octets only, and a test's folder may lie deep.
            self._sockets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailflow-")))
            # The daemon says here, as it would to systemd, that it is ready.
            self._notices = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            self._notices.bind(str(self._sockets / "ready"))
            self._notices.settimeout(0.2)
            stack.enter_context(self.mail)
            self._write()
            stack.callback(self.stop)
            self._launch("--now", self.start.astimezone(UTC).isoformat())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._stack.close()

    def _write(self) -> None:
        installation.secret_file(self.folder, "id", installation.new_password() * 3)
        for office in self.offices:
            installation.secret_file(self.folder, office.secret, self.mail.users[office.address])
        installation.write_settings(
            self.folder,
            offices=self.offices,
            host=self.mail.host,
            imap_port=self.mail.imap_port,
            smtp_port=self.mail.smtp_port,
            login=self.embedded,
            authserv_id=AUTHSERV_ID,
            settings=self._settings,
            sections=self._sections,
        )

    def _options(self, *more: str) -> list[str]:
        return ["--clock-socket", str(self._sockets / "clock"), *more]

    def _launch(self, *more: str) -> None:
        words = [sys.executable, "-m", "mailflow", "run", "--config", str(self.config), *self._options(*more)]
        with open(self.log, "ab") as log:
            self._daemon = self.begin(words, log, self._environment())
        for _ in range(int(STARTING / 0.2)):
            with suppress(TimeoutError):
                if self._notices.recv(64) == b"READY=1":  # the one before may have said that it was stopping
                    return
            if self._daemon.poll() is not None:
                raise StageFailed(f"The daemon ended with status {self._daemon.returncode}. {self._tail()}")
        raise StageFailed(f"The daemon was not ready after {STARTING:.0f} seconds. {self._tail()}")

    def _environment(self) -> dict[str, str]:
        # From a checkout that is not installed, the child would not find the package in every working folder.
        package = str(Path(installation.__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        return {**os.environ, "PYTHONPATH": path, "NOTIFY_SOCKET": str(self._sockets / "ready")}

    @property
    def pid(self) -> int:
        """The daemon's process, 0 when it does not run."""
        return self._daemon.pid if self._daemon is not None else 0

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said good-bye to."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()

    def restart(self) -> None:
        """Start the daemon again where its store left off; the clock goes on from there."""
        self.stop()
        self.restarts += 1
        self._launch()

    def stop(self) -> None:
        """SIGTERM, and wait until it has gone."""
        if self._daemon is None:
            return
        with suppress(ProcessLookupError):
            self._daemon.send_signal(signal.SIGTERM)
        try:
            self._daemon.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
        self._daemon = None

    def _tail(self) -> str:
        lines = self.log.read_text("utf-8", "replace").splitlines()[-12:] if self.log.exists() else []
        return "\n".join([f"Its log, {self.log}, ends:", *lines])

    # -- the clock --------------------------------------------------------------------------------------------------

    def now(self, to: datetime) -> None:
        """Move the clock, stopping wherever something falls due, so that deliveries carry the instant they left at."""
        to = to.astimezone(UTC)
        while (at := self._stop_before(to)) is not None:
            self._move(at)
        self._move(to)

    def _stop_before(self, to: datetime) -> datetime | None:
        digests = [self._next_digest(office.zone) for office in self.offices]
        return min((at for at in (self.next(), *digests) if at is not None and self.time < at < to), default=None)

    def _next_digest(self, zone: ZoneInfo) -> datetime:
        local = self.time.astimezone(zone)
        day = local.date() if local.time() < DIGESTS_AT else local.date() + timedelta(days=1)
        # None at weekends, when no office of a demonstration works: what falls due then all the same, `next` says.
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
        return datetime.combine(day, DIGESTS_AT, zone).astimezone(UTC)

    def _move(self, to: datetime) -> None:
        self.time = to
        self._ask(f"now {to.isoformat()}")

    def sync(self) -> None:
        """Let the daemon do all that is to be done now."""
        self._ask("sync")

    def next(self) -> datetime | None:
        """When something falls due next; digests are not counted."""
        words = self._ask("next").split()
        return None if words[-1] == "none" else datetime.fromisoformat(words[-1])

    def _ask(self, line: str) -> str:
        while True:
            try:
                answer = self._say(line)
            except OSError as error:
                if not self.patient or self._daemon is None:
                    raise StageFailed(f'The daemon did not answer "{line}" ({error}). {self._tail()}') from error
                self.kill()
                self.restart()
                # Time that had been reached is reached again before anything else is asked.
                line = f"now {self.time.isoformat()}" if line == "sync" else line
                continue
            if answer.startswith("error:"):
                raise StageFailed(f'"{line}" was answered: {answer[6:].strip()} {self._tail()}')
            return answer

    def _say(self, line: str) -> str:
        with socket.socket(socket.AF_UNIX) as talking:
            talking.settimeout(COMMAND)
            talking.connect(str(self._sockets / "clock"))
            talking.sendall(line.encode() + b"\n")
            with talking.makefile("r", encoding="utf-8") as answers:
                answer = answers.readline().strip()
        if not answer:
            raise ConnectionResetError("it hung up")
        return answer

    # -- mail -------------------------------------------------------------------------------------------------------

    def send(
        self,
        sender: str,
        to: str | Iterable[str] = MAILBOX,
        subject: str = "",
        body: str = "",
        *,
        at: datetime | None = None,
        cc: Iterable[str] = (),
        attachments: Iterable[tuple[str, str, bytes]] = (),
        headers: Mapping[str, str] | None = None,
        answers: Mail | None = None,
        html: str = "",
        via: str = "smtp",
        folder: str = "INBOX",
        sync: bool = True,
    ) -> str:
        """A mail as a person writes it; the clock is moved to `at` first, and the daemon reads it at once.

        attachments: name, content type, octets. answers: the mail it replies to. via: "smtp" (authenticated as the
        sender, stamped by the server), "post" (handed to the border without a login) or "append" (put as it is into
        `folder` of the first recipient). Returns the Message-ID.
        """
        if at is not None:
            self.now(at)
        recipients = [to] if isinstance(to, str) else list(to)
        self._number += 1
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = ", ".join(recipients)
        if cc := list(cc):
            mail["Cc"] = ", ".join(cc)
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self.time)
        mail["Message-ID"] = f"<{self._number}.{self.time:%Y%m%d%H%M%S}@{sender.rpartition('@')[2]}>"
        if answers is not None:
            mail["In-Reply-To"] = mail["References"] = answers.message_id
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(body)
        if html:
            mail.add_alternative(html, subtype="html")
        for name, kind, octets in attachments:
            main, _, sub = kind.partition("/")
            mail.add_attachment(octets, maintype=main, subtype=sub or "octet-stream", filename=name)
        self.post(sender, [*recipients, *cc], bytes(mail), via=via, folder=folder)
        if sync:
            self.sync()
        return str(mail["Message-ID"])

    def post(
        self, sender: str, recipients: Iterable[str], octets: bytes, *, via: str = "smtp", folder: str = "INBOX"
    ) -> None:
        """Hand octets over; nothing is read until the next `sync`."""
        octets = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        login = self.mail.owner(sender)
        if via == "append":
            self.mail.append(next(iter(recipients)), octets, folder, self.time)
        elif via == "smtp" and self.embedded and login:
            with smtplib.SMTP(self.mail.host, self.mail.smtp_port, timeout=30) as client:
                client.login(login, self.mail.users[login])
                client.sendmail(sender, list(recipients), octets)
        else:
            known = [recipient for recipient in recipients if self.mail.owner(recipient)]
            self.mail.post(login or sender, known, octets, self.time)

    def inbox(self, address: str, folder: str = "INBOX") -> list[Mail]:
        """All mails of a person in the order in which they came."""
        return [self._read(stored) for stored in self.mail.mails(self.mail.owner(address) or address, folder)]

    def _read(self, stored: StoredMail) -> Mail:
        # Other servers than ours stamp their own time on what they deliver; the letter's date is all we have then.
        return read(stored.octets, stored.internaldate if self.embedded else None)

    # -- the command line -------------------------------------------------------------------------------------------

    def cli(self, *words: str) -> Any:
        """What `mailflow <words>` answers, read as JSON where it is JSON. Raises StageFailed with its complaint."""
        command = [sys.executable, "-m", "mailflow", *words, "--config", str(self.config)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=self._environment())
        if done.returncode:
            raise StageFailed(f"mailflow {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        try:
            return json.loads(done.stdout)
        except ValueError:
            return done.stdout

    def cases(self) -> list[dict[str, Any]]:
        """All cases, as `mailflow list --json` tells them."""
        found = self.cli("list", "--all", "--json")
        return list(found)
