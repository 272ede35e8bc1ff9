"""The one tolerant door from octets to a Message.

In: the octets of one mail as the server gave them.
Out: message.Message.
Fails: errors.Unreadable and nothing else: no octets, no header at all, or more than MAX_OCTETS.
Limits: every bound is a declared constant here, in skeleton.py, unwrap.py, html_text.py; the octets stay the evidence.
"""

from __future__ import annotations

import email
import email.utils
import hashlib
import logging
import re
import unicodedata
from datetime import UTC, datetime
from email.message import Message as Part

import mailparser

from mailflow.errors import Unreadable
from mailflow.mail import decode
from mailflow.mail.message import Address, Message
from mailflow.mail.skeleton import skeleton
from mailflow.mail.unwrap import Contents, Unwrapper

MAX_OCTETS = 80 * 1024 * 1024
MAX_ADDRESSES = 500
MAX_IDS = 200
MAX_ID = 500
MAX_SUBJECT = 1_000
MAX_DISPLAY_NAME = 200
MAX_EMAIL = 320

# mail-parser logs header values; no word of a mail may reach a log.
logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)

# Encoded-words mean something only in free text and display names (RFC 2047 section 5). Decoding them elsewhere would
# let an envelope address write a verdict into our own server's Authentication-Results.
_FREE_TEXT = frozenset({
    "subject", "comments", "keywords", "thread-topic", "organization", "x-original-subject", "content-description",
    "from", "to", "cc", "sender", "reply-to", "x-original-from", "list-id",
})  # fmt: skip
_ID = re.compile(r"<([^<>]{1,500})>")
_EMAIL = re.compile(r"[^\s<>\"(),:;@\[\]\\]{1,200}@[^\s<>\"(),:;@\\]{1,255}")
_ADDRESSES = {"from": "from_", "sender": "sender", "reply-to": "reply_to", "to": "to", "cc": "cc"}


def parse(octets: bytes) -> Message:
    """Read one mail leniently. Raises errors.Unreadable, never anything else."""
    if not isinstance(octets, (bytes, bytearray)) or not octets.strip():
        raise Unreadable("The mail is empty.")
    if len(octets) > MAX_OCTETS:
        raise Unreadable(f"The mail is larger than {MAX_OCTETS // (1024 * 1024)} MB and was not opened.")
    try:
        return _read(bytes(octets))
    except Unreadable:
        raise
    except Exception as error:  # the promise of this module
        raise Unreadable(f"The mail could not be read ({type(error).__name__}).") from error


def _read(octets: bytes) -> Message:
    # A "From " line of an mbox in front of the headers is no header (RFC 4155).
    bounded = skeleton(octets.lstrip(b"\r\n"))
    root = email.message_from_bytes(bounded.octets)
    headers = tuple(_headers(root))
    if not headers:
        raise Unreadable("The mail has no headers.")
    # The files of an inner mail count into the digest by what they say, since servers write inner headers anew.
    contents = Unwrapper(bounded.holes, _digest_within).walk(root)
    facts = _facts(root)
    parsed, unclear = _strict(root)
    defects = [*bounded.notes, *_faults(root), *unclear]
    addresses = {name: _addresses(root, name, parsed, defects) for name in _ADDRESSES}
    if len(root.get_all("from", [])) > 1:
        defects.append("more than one From")
    text, html, made = contents.body()
    return Message(
        message_id=facts["message-id"],
        subject=facts["subject"],
        from_=next(iter(addresses["from"]), None),
        sender=next(iter(addresses["sender"]), None),
        reply_to=addresses["reply-to"],
        to=addresses["to"],
        cc=addresses["cc"],
        in_reply_to=_ids(root, "in-reply-to"),
        references=_ids(root, "references"),
        date=_date(_raw(root, "date")),
        headers=headers,
        text=text,
        html=html,
        from_html=made,
        attachments=contents.files(),
        parts=tuple(contents.machine),
        digest=_digest(facts, contents, text),
        defects=tuple(dict.fromkeys([*defects, *contents.defects])),
    )


def _strict(root: Part) -> tuple[mailparser.MailParser | None, list[str]]:
    """mail-parser's reading of the addresses, given nothing else: its work on the rest is never used, and is dear."""
    block = [f"{name}: {raw.strip()}" for name in _ADDRESSES if (raw := _raw(root, name)).strip()]
    try:
        parsed = mailparser.parse_from_bytes(decode.octets_of("\n".join(block)) + b"\n\n")
        return parsed, sorted(str(name) for name in parsed.defects_categories)
    except Exception as error:  # it raises ValueError, TypeError, AttributeError and its own
        return None, [f"mail-parser gave up ({type(error).__name__})"]


def _faults(root: Part) -> list[str]:
    """What the standard library's parser found wrong with the structure."""
    return sorted({type(fault).__name__ for part in root.walk() for fault in part.defects})


def _raw(part: Part, name: str) -> str:
    """The first raw value of a header, without the standard library's header objects, which may raise."""
    wanted = name.lower()
    return next((str(value) for key, value in part.raw_items() if key.lower() == wanted), "")


def _headers(root: Part) -> list[tuple[str, str]]:
    out = []
    for key, value in root.raw_items():
        name = key.lower()
        out.append((name, decode.header(str(value)) if name in _FREE_TEXT else decode.plain_header(str(value))))
    return out


def _facts(part: Part) -> dict[str, str]:
    """The facts of a header block that say which mail it is."""
    stamp = _raw(part, "date")
    date = _date(stamp)
    senders = _loose_addresses(_raw(part, "from"))
    ids = _ids(part, "message-id")
    return {
        "message-id": ids[0] if ids else "",
        "subject": decode.header(_raw(part, "subject"))[:MAX_SUBJECT],
        "from": senders[0].email if senders else "",
        "date": date.isoformat() if date else decode.plain_header(stamp),
    }


def _digest_within(part: Part, below: Unwrapper) -> str:
    return _digest(_facts(part), below.contents, below.contents.raw())


def _digest(facts: dict[str, str], contents: Contents, text: str) -> str:
    """SHA-256 over what the mail says, not how it is written (mail.md "Reading the mailbox"; domain.md G3).

    Encodings, line ends, white space, header order and trace headers do not count: servers rewrite them afterwards.
    """
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    own = (a for a in contents.attachments if not a.content_type.startswith("message/") and not a.unwrapped_from)
    files = sorted([*(attachment.digest for attachment in own), *contents.inner_digests])
    said = [facts["subject"], facts["from"], facts["date"], facts["message-id"], folded, *files]
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()


def _ids(part: Part, name: str) -> tuple[str, ...]:
    """Message ids (RFC 5322 section 3.6.4) in order, also those folded inside; of too many the newest are kept."""
    value = decode.plain_header(_raw(part, name))
    found = ["<" + "".join(inner.split()) + ">" for inner in _ID.findall(value)]
    if not found and name == "message-id" and value:
        found = ["<" + "".join(value.split())[:MAX_ID].strip("<>") + ">"]
    return tuple(dict.fromkeys(found))[-MAX_IDS:]


def _date(value: str) -> datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(decode.plain_header(value)[:200])
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except Exception:  # ValueError, TypeError, OverflowError, IndexError
        return None


def _addresses(root: Part, name: str, parsed: mailparser.MailParser | None, defects: list[str]) -> tuple[Address, ...]:
    """The mailboxes of one header: mail-parser's strict reading, else a loose one."""
    raw = _raw(root, name)
    if not raw.strip():
        return ()
    pairs: list[tuple[str, str]] = []
    try:
        pairs = [(str(shown), str(address)) for shown, address in getattr(parsed, _ADDRESSES[name])] if parsed else []
    except Exception:
        defects.append(f"{name} header unclear")
    read = _valid(pairs)
    if not read:
        read = _loose_addresses(raw)
        if read:
            defects.append(f"{name} header unclear")
    if len(read) > MAX_ADDRESSES:
        defects.append(f"more than {MAX_ADDRESSES} addresses in {name}")
    return tuple(read[:MAX_ADDRESSES])


def _loose_addresses(raw: str) -> list[Address]:
    """Addresses out of a broken header; the whole header yields one only if no other could be meant."""
    value = decode.plain_header(raw)
    try:
        read = _valid(email.utils.getaddresses([value[:20_000]]))
    except Exception:
        read = []
    if read:
        return read
    in_angles = _valid([("", inner) for inner in re.findall(r"<([^<>]{3,320})>", value)])
    found = in_angles or _valid([("", hit) for hit in _EMAIL.findall(value[:20_000])])
    return found if len(found) == 1 else []


def _valid(pairs: list[tuple[str, str]]) -> list[Address]:
    out: dict[str, Address] = {}
    for shown, raw_address in pairs:
        address = decode.clean(raw_address).strip().strip("<>").lower()
        local, at, domain = address.rpartition("@")
        if not at or not local or not domain or len(address) > MAX_EMAIL:
            continue
        if any(c.isspace() or c in "<>,;" for c in address):
            continue
        if any(decode.is_hidden_control(c) for c in address) or "\ufffd" in address:
            continue
        out.setdefault(address, Address(decode.header(shown)[:MAX_DISPLAY_NAME], address))
    return list(out.values())
