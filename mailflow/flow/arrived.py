"""A mail at hand: its octets, what was read from them, and the event it makes when a party wrote it.

In: a kept mail and the office whose mailbox it lies in.
Out: `Mail` values; party events.
Fails: Unreadable for octets that even the tolerant parser cannot read.
Limits: reads only; what becomes of the mail is sort.py's matter. The last small mails stay in memory as they were read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from mailflow.flow.ports import Office, Trust
from mailflow.mail import authenticity, reference
from mailflow.mail.classify import Kind, classify
from mailflow.mail.message import Attachment, Message
from mailflow.mail.parse import MAX_OCTETS, parse
from mailflow.mail.reply_text import Reply, split
from mailflow.procedure.events import File, MailCame
from mailflow.store import Unit
from mailflow.store.inbox import Kept

HELD_MARK = "H"
NAMED_BY = "named by "  # the flag of a party's mail that says by what it was matched (correlate.REASONS)
SMALL_IMAGE = 30_000  # octets; a page that somebody photographed is larger, a logo smaller
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".svg")
_NO_COPY = frozenset({
    "text/calendar", "application/ics", "text/vcard", "text/x-vcard", "text/directory", "application/pgp-keys",
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef", "application/vnd.ms-tnef",
})  # fmt: skip
_NO_COPY_NAMES = (".ics", ".vcf", ".p7s", ".p7m", ".asc", ".sig", "winmail.dat")
SMALL_MAIL = 50_000  # octets; what was read last of such mails is remembered
HEAD_OCTETS = 200_000  # enough of a mail that is too large to say who wrote it, and about what


@dataclass(frozen=True)
class Mail:
    """One mail being sorted, with everything that was read from it."""

    kept: Kept
    message: Message
    reply: Reply
    kind: Kind
    trust: authenticity.Verdict
    sender: str

    @property
    def cause(self) -> str:
        """The idempotency key of what this mail sets off."""
        return f"mail:{self.kept.identity}"

    @property
    def files(self) -> tuple[File, ...]:
        """The files that came with it."""
        return tuple(File(self.kept.identity, a.name, len(a.octets), a.digest) for a in self.message.attachments)

    @property
    def copies(self) -> tuple[File, ...]:
        """The files that may stand as an approved copy (Q14): no picture of a signature, no invitation, no card, no
        seal, nothing that could not be opened."""
        meant = {a.digest for a in self.message.attachments if not _beside_the_words(a)}
        return tuple(f for f in self.files if f.digest in meant)

    @property
    def text_digest(self) -> str:
        """What makes two mails of one sender the same words with the same files (G3)."""
        words = " ".join((self.reply.new or self.message.text).split())
        files = " ".join(sorted(a.digest for a in self.message.attachments))
        return hashlib.sha256(f"{self.sender}\0{words}\0{files}".encode()).hexdigest()


def _beside_the_words(file: Attachment) -> bool:
    """Whether a mail program put this file in, and not a person who wanted it read."""
    kind, name = file.content_type.lower(), file.name.lower()
    picture = kind.startswith("image/") or name.endswith(_PICTURES)
    # Some programs mark every file as inline, a document too: only a picture can be part of the look of the text.
    return (
        bool(file.note)
        or (picture and (file.inline or len(file.octets) < SMALL_IMAGE))
        or kind in _NO_COPY
        or name.endswith(_NO_COPY_NAMES)
    )


def read_mail(office: Office, kept: Kept) -> Mail:
    """Read a kept mail. Raises Unreadable."""
    if len(kept.octets) > MAX_OCTETS:
        return read_head(office, kept)
    read = _read_before if len(kept.octets) <= SMALL_MAIL else _read
    message, reply, kind, trust = read(kept.octets, office.own_domains, office.trust)
    return Mail(kept, message, reply, kind, trust, message.from_.email if message.from_ else "")


def _read(
    octets: bytes, own_domains: frozenset[str], trust: Trust
) -> tuple[Message, Reply, Kind, authenticity.Verdict]:
    message = parse(octets)
    verdict = authenticity.judge(message, trust.authserv_id, trust.form)
    return message, split(message), classify(message, own_domains), verdict


# A mail is read when it is sorted and then for each letter that shows it.
_read_before = lru_cache(maxsize=64)(_read)


def read_head(office: Office, kept: Kept) -> Mail:
    """Read only the beginning of a mail that is too large to be opened. Raises Unreadable."""
    mail = read_mail(office, replace(kept, octets=kept.octets[:HEAD_OCTETS]))
    return replace(mail, kept=kept)


def read_again(unit: Unit, office: Office, identity: str) -> Mail:
    """A mail that was kept before. Raises KeyError for one that never was."""
    kept = unit.inbox.get(identity)
    if kept is None:
        raise KeyError(identity)
    return read_mail(office, kept)


def held_tag(office: Office, mail: Mail) -> str:
    """The tag of a held mail in the subject, "" if none: held mails have references of their own (G1)."""
    found = reference.find(mail.message.subject, frozenset({office.prefix + HELD_MARK}))
    return next((f.reference for f in found if f.exact), "")


def party_event(mail: Mail, role: str, at: datetime, flags: tuple[str, ...] = ()) -> MailCame:
    """A party's mail as an event."""
    name = mail.message.from_.name if mail.message.from_ else ""
    return MailCame(
        role, at, mail.kept.identity, mail.sender, name, plain_subject(mail.message.subject), mail.files, flags
    )


def plain_subject(subject: str) -> str:
    """A subject without its Re: and Fwd:."""
    words = subject.strip()
    while True:
        head, colon, rest = words.partition(":")
        if colon and head.strip().lower() in ("re", "fw", "fwd", "aw", "sv", "wg", "tr"):
            words = rest.strip()
        else:
            return words
