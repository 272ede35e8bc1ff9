"""A letter as a person sees it in their mail program, and the buttons in it.

In: the octets of a mail and the instant at which it was delivered.
Out: a Mail with its headers, words, files and mailto links; an answer to it as text that quotes it.
Fails: never; what is missing is empty.
Limits: for mails of this house and its demonstration: one text, one HTML and files.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

LINK = re.compile(r'<a\b[^>]*\bhref="(mailto:[^"]+\?[^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
REFERENCE = re.compile(r"\[([A-Z]{2,5}-[0-9]{4}-[0-9]+-[0-9A-Z]{2})\]")


@dataclass(frozen=True)
class File:
    """One attachment."""

    name: str
    content_type: str
    octets: bytes


@dataclass(frozen=True)
class Button:
    """One mailto link: what it says, whom it writes to, with which subject and body."""

    label: str
    to: str
    subject: str
    body: str


@dataclass(frozen=True)
class Mail:
    """One mail; from_, to and cc are lower-case addresses, headers have lower-case names, arrived is UTC."""

    from_: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    html: str
    arrived: datetime
    message_id: str
    letter_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[File, ...] = ()
    octets: bytes = b""

    @property
    def ref(self) -> str:
        """The reference in the subject, or ""."""
        found = REFERENCE.search(self.subject)
        return found[1] if found else ""

    @property
    def template(self) -> str:
        """The name of the letter as its id ends, such as M22, or "" where the id names none."""
        found = re.search(r"(?:^|[^A-Za-z0-9])([A-Z][0-9]{2}[A-Z]?)(?:[^A-Za-z0-9]|$)", self.letter_id)
        return found[1] if found else ""

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The links to press, in their order."""
        found = []
        for href, label in LINK.findall(self.html):
            parts = urlsplit(html.unescape(href))
            said = parse_qs(parts.query, keep_blank_values=True)
            words = html.unescape(re.sub(r"<[^>]+>", "", label)).strip()
            body = said.get("body", [""])[0].replace("\r\n", "\n")
            found.append(Button(words, unquote(parts.path), said.get("subject", [""])[0], body))
        return tuple(found)

    def button(self, label: str) -> Button:
        """The button that says this, or begins with it. Raises LookupError naming those that are there."""
        for button in (*(b for b in self.buttons if b.label == label), *self.buttons):
            if button.label.startswith(label):
                return button
        there = ", ".join(button.label for button in self.buttons) or "none"
        raise LookupError(f'"{self.subject}" has no button "{label}"; it has: {there}.')

    def quoted(self) -> str:
        """Its words as a mail program quotes them below an answer."""
        head = f"On {self.arrived:%d %B %Y at %H:%M}, {self.from_} wrote:"
        return "\n".join(["", head, *(f"> {line}".rstrip() for line in self.text.splitlines())])


@lru_cache(maxsize=8192)  # people look into the same mailbox again and again
def read(octets: bytes, arrived: datetime | None = None) -> Mail:
    """The mail of these octets; without an arrival its Date counts."""
    message = message_from_bytes(octets, _class=EmailMessage, policy=default)
    text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    headers: dict[str, str] = {}
    for name, value in message.items():
        headers.setdefault(name.lower(), str(value))
    return Mail(
        from_=next(iter(_addresses(message, "from")), ""),
        to=_addresses(message, "to"),
        cc=_addresses(message, "cc"),
        subject=headers.get("subject", ""),
        text=text.get_content().replace("\r\n", "\n") if text else "",
        html=page.get_content().replace("\r\n", "\n") if page else "",
        arrived=(arrived or _date(headers.get("date", ""))).astimezone(UTC),
        message_id=headers.get("message-id", "").strip(),
        letter_id=headers.get("x-mailflow-letter", "").partition(";")[0].strip(),
        headers=headers,
        attachments=tuple(_file(part) for part in message.iter_attachments()),
        octets=octets,
    )


def _addresses(message: EmailMessage, name: str) -> tuple[str, ...]:
    fields = [str(value) for value in message.get_all(name, [])]
    return tuple(email.lower() for _, email in getaddresses(fields) if email)


def _date(words: str) -> datetime:
    try:
        found = parsedate_to_datetime(words)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _file(part: EmailMessage) -> File:
    payload = part.get_payload(decode=True)
    if payload is None:
        # A mail inside a mail has no octets of its own.
        inner = part.get_payload()
        payload = bytes(inner[0]) if isinstance(inner, list) and inner else b""
    return File(part.get_filename() or "", part.get_content_type(), bytes(payload))
