"""A whole installation in a folder, over the embedded mail server, for tests of the daemon."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from mailflow.demo.server import EmbeddedMail
from tests.tree import ROOT

COUNCIL = "contract.concerns@council.example"
REFERRER = "alan.wyre@health.example"
ADMIN = "ruth.kemp@council.example"
MORNING = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)


def people() -> dict[str, str]:
    """A mailbox for the office, for every officer of the shipped register and for a referrer."""
    rows = (ROOT / "config" / "register" / "officers.csv").read_text("utf-8").splitlines()
    officers = [row.split(",")[1] for row in rows if "@" in row and not row.startswith("#")]
    return dict.fromkeys((COUNCIL, REFERRER, "sam@stranger.example", *officers), "secret")


@contextmanager
def running_mail(**switches: object) -> Iterator[EmbeddedMail]:
    """The embedded server with everybody's mailbox."""
    with EmbeddedMail(people(), **switches) as server:  # type: ignore[arg-type]
        yield server


def write(folder: Path, imap_port: int = 1, smtp_port: int = 1, *, pretend: bool = True, more: str = "") -> Path:
    """The shipped configuration of the council, moved to this machine; answers the path of its mailflow.toml."""
    for name in ("register", "procedures"):
        shutil.copytree(ROOT / "config" / name, folder / name)
    for name, words in (("id", "0123456789abcdef" * 3), ("mailbox", "secret")):
        (folder / name).write_text(words, "ascii")
        (folder / name).chmod(0o600)
    path = folder / "mailflow.toml"
    path.write_text(
        f"""
calendars = "{ROOT}/config/calendars"
[store]
url = "sqlite:///mailflow.sqlite3"
[secrets]
id_file = "id"
[imap]
host = "127.0.0.1"
port = {imap_port}
tls = "none"
password_file = "mailbox"
poll = 1
[smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
password_file = "mailbox"
[testing]
pretend_time = {"true" if pretend else "false"}
[office.council]
procedure = "procedures/council-concerns.toml"
address = "{COUNCIL}"
name = "Example Council"
team = "Contract Management Team"
prefix = "CC"
calendar = "uk-eng"
register = "register"
templates = "{ROOT}/templates"
reports = "reports"
administrator = "{ADMIN}"
[office.council.auth]
authserv_id = "mx.demo.example"
{more}""",
        "utf-8",
    )
    return path


def mail(sender: str, subject: str, text: str = "Missed calls.", headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """A person's mail to the office."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, COUNCIL, subject
    message["Message-ID"] = f"<{abs(hash((sender, subject, text)))}@{sender.partition('@')[2]}>"
    message["Date"] = "Mon, 01 Feb 2027 09:00:00 +0000"
    for name, value in headers:
        message[name] = value
    message.set_content(text)
    return message.as_bytes()


def subjects(server: EmbeddedMail, user: str) -> list[str]:
    """The subjects in somebody's inbox, oldest first."""
    from mailflow.mail.parse import parse

    return [parse(found.octets).subject for found in server.mails(user)]
