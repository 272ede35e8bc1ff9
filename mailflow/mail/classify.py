"""Says what kind of mail it is: written by a person now, or by a machine. The order of the rules stands here.

In: a Message; the council's own domains.
Out: Kind with a reason that an officer understands.
Fails: never.
Limits: standards first (RFC 3464, 8098, 5965, 5545, 3834, 2919), then what real servers write. When in doubt it is
human, or something else with surely=False, so that an officer is asked; never the other way round (domain.md G4).
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailflow.mail import auto_reply, mailing_list, notices
from mailflow.mail.kind import Kind
from mailflow.mail.message import Attachment, Message
from mailflow.mail.signs import Signs, read_signs
from mailflow.mail.unwrap import COULD_NOT_OPEN, ENCRYPTED

__all__ = ["LOOP_HEADER", "Kind", "classify"]

LOOP_HEADER = "x-mailflow-loop"
LOGO_OCTETS = 40_000
_CLOSED_TEXT = 100
_OPENING = 300
_OPENING_WORDS = 4_000  # pictures alone do not fill more
_DAEMONS = ("mailer-daemon", "mailerdaemon", "mail-daemon", "mail.daemon", "mdaemon", "microsoftexchange")
_BUTTON = re.compile(r"#[a-z2-9]{10,40}\b", re.IGNORECASE)
_PHOTOGRAPH = re.compile(r"(?:img|dsc|dscn|pxl|photo|foto|whatsapp image|scan)[ _-]?\d", re.IGNORECASE)
_UNBRACKETED = re.compile(r"[^\[<]*")
_PICTURE_WORDS = re.compile(
    r"\[?cid:[^\s\]]{1,200}\]?|\[(?:image|logo)[^\]]{0,100}\]|<https?://[^>]{1,500}>", re.IGNORECASE
)


def classify(message: Message, own_domains: frozenset[str] = frozenset()) -> Kind:
    """The kind of one mail. Calendar comes before automatic replies: Google's calendar replies carry both signs."""
    signs = read_signs(message)
    if kind := _loop(signs, own_domains):
        return kind
    for rule in (
        notices.statistics,
        notices.delivery,
        notices.calendar,
        notices.reaction,
        notices.receipt,
        notices.housekeeping,
        _unreadable,
    ):
        if kind := rule(message, signs):
            return kind
    listed = mailing_list.is_listed(signs, own_domains)
    kind = auto_reply.recognise(message, signs, listed, own_domains)
    if kind and kind.name != "human":
        return kind
    return (
        mailing_list.recognise(message, signs, own_domains)
        or _daemon(message, signs)
        or _empty(message, signs)
        or _human(signs, kind, listed)
    )


def _loop(signs: Signs, own_domains: frozenset[str]) -> Kind | None:
    """A letter of ours. One of another installation may bear a person's words: Auto-Submitted says which of them do."""
    if LOOP_HEADER in signs.heads:
        _, at, domain = signs.head(LOOP_HEADER).rpartition("@")
        if own_domains and at and domain.strip(" >") not in own_domains:
            return None
        return Kind("auto_reply", "It carries our own loop header (X-Mailflow-Loop).", True)
    return None


def _unreadable(message: Message, _signs: Signs) -> Kind | None:
    closed = [a for a in message.attachments if a.note in {ENCRYPTED, COULD_NOT_OPEN} and not a.unwrapped_from]
    if closed and len(message.text.strip()) < _CLOSED_TEXT:
        return Kind("unreadable", f"Its content is only in {closed[0].name} ({closed[0].note}).", False)
    return None


def _daemon(message: Message, signs: Signs) -> Kind | None:
    """A mail system by its name; a postmaster is a person too, and whoever is answered knows whom."""
    local = message.from_.email.partition("@")[0] if message.from_ else ""
    if local.startswith(_DAEMONS) and not signs.reply_subject:
        return Kind("bounce", "A mail system sent it, but what it reports could not be read.", False)
    return None


def _empty(message: Message, signs: Signs) -> Kind | None:
    """A reply with nothing in it but perhaps a logo. A button's mail is empty too, but its subject carries a code."""
    opening = message.text[:_OPENING]
    if "cid:" not in opening and any(c.isalnum() for c in _UNBRACKETED.match(opening)[0]):
        return None
    said = _PICTURE_WORDS.sub("", message.text[:_OPENING_WORDS])
    if any(c.isalnum() for c in said) or _BUTTON.search(message.subject):
        return None
    if message.subject and not signs.reply_subject:
        return None
    if all(_is_logo(a) for a in message.attachments):
        return Kind("receipt", "It has no words in it, at most a small picture.", False)
    return None


def _is_logo(file: Attachment) -> bool:
    small = file.content_type.startswith("image/") and len(file.octets) <= LOGO_OCTETS
    return small and not _PHOTOGRAPH.match(file.name)


def _human(signs: Signs, doubtful: Kind | None, listed: bool) -> Kind:
    """A person's mail; what a machine has carried, and may have written, is put to an officer."""
    if doubtful:
        return replace(doubtful, listed=listed)
    if listed:
        return Kind("human", "It came through a mailing list, with the words of a person.", True, listed=True)
    return Kind("human", "Nothing in it says that a machine wrote it.", True)
