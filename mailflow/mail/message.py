"""What a received mail says, as one frozen value.

In: facts that parse.py has read from the octets.
Out: Address, Attachment, Message.
Fails: never.
Limits: everything in here is hostile until escaped; nothing in here proves who wrote it or when it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True)
class Address:
    """One mailbox (RFC 5322 section 3.4): a display name that proves nothing; an address in lower case, never empty."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        """What stands after the last "@", lower case; "" if there is none."""
        return self.email.rpartition("@")[2] if "@" in self.email else ""


@dataclass(frozen=True)
class Attachment:
    """One file of a mail. `name` is text for display, never a path; `digest` is the SHA-256 of the octets in hex.

    `unwrapped_from` names the wrapper it was taken out of ("" if none); `note` says what hinders reading it
    ("encrypted", "could not open", "too large, not kept"; "" if nothing does). `inline`: it belongs to the look of the
    text (Content-Disposition inline, or the HTML names its Content-ID).
    """

    name: str
    content_type: str
    octets: bytes
    digest: str
    unwrapped_from: str = ""
    note: str = ""
    inline: bool = False


@dataclass(frozen=True)
class Message:
    """One mail, read leniently and bounded everywhere. The original octets are the evidence; this is only a reading.

    `date` is the Date header in UTC and is evidence only: the server's arrival time drives every clock (domain.md K8).
    `digest` identifies the normalised content, so that a server which rewrites encodings does not make another mail.
    """

    message_id: str
    subject: str
    from_: Address | None
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    from_html: bool
    attachments: tuple[Attachment, ...]
    parts: tuple[tuple[str, bytes], ...]
    digest: str
    defects: tuple[str, ...]

    @cached_property
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for key, value in self.headers:
            found.setdefault(key, []).append(value)
        return {key: tuple(values) for key, values in found.items()}

    def header(self, name: str) -> str:
        """The first header of that name (any case), decoded and unfolded; "" if there is none."""
        return next(iter(self.all_headers(name)), "")

    def all_headers(self, name: str) -> tuple[str, ...]:
        """All headers of that name (any case), topmost first."""
        return self._by_name.get(name.lower(), ())

    def has_header(self, name: str) -> bool:
        """Whether a header of that name stands in the mail, be its value empty."""
        return name.lower() in self._by_name
