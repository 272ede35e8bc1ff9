"""Finds the letter that a delivery report sends back: where it begins in the text, which letter it was, to whom.

In: a Message.
Out: Returned, and the report's own words without the letter.
Fails: never.
Limits: MAX_PROSE characters of text; only the returned header block is read, its text is nobody's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailflow.mail import decode, transfer
from mailflow.mail.bounce_words import LETTER_RULED, LETTER_STARTS
from mailflow.mail.dsn_address import addresses
from mailflow.mail.message import Message

MAX_PROSE = 30_000
MAX_HEAD = 50_000
MAX_FIELDS = 200
MAX_FIELD = 2_000
MAX_TO = 20
LETTER_HEADER = "x-mailflow-letter"

RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_LETTER = re.compile(r"[\w.:=+/-]{1,200}(?:;\s{1,9}\w{1,40})?", re.ASCII)
_FIELD = re.compile(r"([A-Za-z][\w-]{1,60}):(?:[ \t]|$)")
# A block of header lines is a returned letter if it has one of these and others beside it.
_TRACE = frozenset(
    {"received", "return-path", "message-id", "mime-version", "x-mailer", "dkim-signature", LETTER_HEADER}
)
_PLAIN = frozenset({"from", "to", "subject", "date", "cc", "reply-to", "content-type"})
_TO_FIELDS = ("to", "apparently-to")
_ALSO_TO = ("cc", "bcc", "x-original-to", "delivered-to", "envelope-to", "resent-to", "x-rcpt-to", "original-recipient")
# A rejection by a filter has the shape of a read receipt (RFC 8098), Gmail names the letter in its status part.
_STATEMENTS = ("message/disposition-notification", "message/delivery-status")
_ORIGINAL_IDS = ("original-message-id", "x-original-message-id")
_RULES = " -=_*#+>|~.\t"
_BLOCK = 12
_LONGEST_TITLE = 120


@dataclass(frozen=True)
class Returned:
    """What the returned letter was: Message-ID, our own letter header, its To and other recipients; "" if silent."""

    message_id: str
    letter: str
    to: tuple[str, ...]
    also_to: tuple[str, ...]
    found: bool


def fields(group: str) -> dict[str, str]:
    """The fields of one header block, unfolded, the first of each name."""
    out: dict[str, str] = {}
    name = ""
    for line in group.split("\n")[:MAX_FIELDS]:
        if line[:1] in {" ", "\t"} and name:
            out[name] = f"{out[name]} {line.strip()}"[:MAX_FIELD]
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            if name in out:
                name = ""
            else:
                out[name] = value.strip()[:MAX_FIELD]
    return out


def report_only(text: str) -> tuple[str, str]:
    """(the report's own words, the letter that it returns), divided at the letter's title or its first header line."""
    lines = text[:MAX_PROSE].split("\n")
    seen = False
    for at, (line, folded) in enumerate(zip(lines, text[:MAX_PROSE].casefold().split("\n"), strict=True)):
        if seen and _is_title(folded):
            return "\n".join(lines[:at]), "\n".join(lines[at + 1 :])
        if seen and ":" in line and _FIELD.match(line) and _is_header_block(lines[at : at + _BLOCK]):
            return "\n".join(lines[:at]), "\n".join(lines[at:])
        seen = seen or bool(line.strip(_RULES))
    return "\n".join(lines), ""


def _is_title(folded: str) -> bool:
    """A line above the returned letter: in set words, or in any like them between rules or before a colon."""
    bare = folded.strip(_RULES)
    if len(bare) > _LONGEST_TITLE:
        return False
    if bare.startswith(LETTER_STARTS):
        return True
    if not bare.startswith(LETTER_RULED) or "received at" in bare or "received on" in bare:
        return False
    lone = folded.strip()
    ruled = lone[0] in "-=_*+#|" and lone[1] in "-=_*+#|"
    return ruled or bare.endswith((":", "\uff1a"))


def _is_header_block(lines: list[str]) -> bool:
    names = []
    for line in lines:
        if line[:1] in {" ", "\t"}:
            continue
        found = _FIELD.match(line)
        if not found:
            break
        names.append(found[1].lower())
    known = [name for name in names if name in _TRACE or name in _PLAIN]
    if names[:1] in (["received"], ["return-path"]) or LETTER_HEADER in names:
        return True
    return len(known) >= 3 and (any(name in _TRACE for name in known) or len(known) >= 4)


def returned(message: Message, rest: str) -> Returned:
    """The letter out of the returned part or `rest` (the text behind the report), else what the report answers."""
    heads = [_head(octets) for kind, octets in message.parts if kind in RETURNED]
    if rest:
        heads.append(rest[:MAX_HEAD])
    message_id = letter = ""
    to: list[str] = []
    also: list[str] = []
    for known in [*(fields(_first_block(head)) for head in heads), _anywhere(message.text[:MAX_PROSE])]:
        found = re.search(r"<[^<>\s]{1,500}>", known.get("message-id", "").replace(" ", ""))
        message_id = message_id or (found[0] if found else "")
        name = _LETTER.match(known.get(LETTER_HEADER, ""))
        letter = letter or (" ".join(name[0].split()) if name else "")
        to = to or [address for field in _TO_FIELDS for address in addresses(known.get(field, ""))]
        also += [address for field in _ALSO_TO for address in addresses(known.get(field, ""))]
    for kind, octets in message.parts:
        if kind in _STATEMENTS:
            known = fields(decode.text(octets[:MAX_HEAD]))
            named = next((known[name] for name in _ORIGINAL_IDS if name in known), "")
            message_id = message_id or next(iter(re.findall(r"<[^<>\s]{1,500}>", named)), "")
            also += addresses(known.get("final-recipient", "")) if kind == _STATEMENTS[0] else []
    if not message_id:
        message_id = next(iter((*message.in_reply_to, *reversed(message.references))), "")
    return Returned(message_id, letter, tuple(dict.fromkeys(to))[:MAX_TO], tuple(dict.fromkeys(also))[:MAX_TO],
                    bool(heads))  # fmt: skip


def _head(octets: bytes) -> str:
    text = decode.text(octets[:MAX_HEAD])
    return text if ":" in text[:200] else decode.text(transfer.base64(octets[:MAX_HEAD]))


def _first_block(head: str) -> str:
    lines = head.lstrip("\n").split("\n")[:400]  # a report may quote or indent the letter
    start = next((at for at, line in enumerate(lines) if _FIELD.match(line.lstrip(" >\t"))), 0)
    block: list[str] = []
    indent = len(lines[start]) - len(lines[start].lstrip(" >\t"))
    for line in lines[start:]:
        cut = line[indent:] if line[:indent].strip(" >\t") == "" else line
        if not cut.strip():
            break
        block.append(cut)
    return "\n".join(block)


def _anywhere(text: str) -> dict[str, str]:
    """The two names of a letter wherever a report quotes them."""
    wanted: dict[str, str] = {}
    lines = text.split("\n")
    for at, line in enumerate(lines):
        name, colon, value = line.lstrip(" >\t*").partition(":")
        if colon and name.lower() in {"message-id", LETTER_HEADER}:
            value = value.strip() or (lines[at + 1].strip() if at + 1 < len(lines) else "")
            wanted.setdefault(name.lower(), value[:600])
    return wanted
