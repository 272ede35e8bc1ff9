"""The one tolerant door from octets to a Message.

In: the octets of one mail as the server gave them.
Out: message.Message.
Fails: errors.Unreadable and nothing else: no octets, no header at all, or more than MAX_OCTETS.
Limits: every bound is a declared constant here, in skeleton.py, unwrap.py, html_text.py; the octets stay the evidence.
"""

from __future__ import annotations

import re

from mailflow.errors import Unreadable
from mailflow.mail import addresses, dates, decode, digest
from mailflow.mail.message import Address, Message
from mailflow.mail.skeleton import Part, skeleton
from mailflow.mail.unwrap import Unwrapper

MAX_OCTETS = 80 * 1024 * 1024
MAX_IDS = 200
MAX_ID = 500
MAX_SUBJECT = 1_000

# Encoded-words mean something only in free text and display names (RFC 2047 section 5). Decoding them elsewhere would
# let an envelope address write a verdict into our own server's Authentication-Results.
_FREE_TEXT = frozenset({
    "subject", "comments", "keywords", "thread-topic", "organization", "x-original-subject", "content-description",
    "from", "to", "cc", "sender", "reply-to", "x-original-from", "list-id",
})  # fmt: skip
_ID = re.compile(r"<([^<>]{1,500})>")
_BARE_ID = re.compile(r"[^\s<>@]{1,250}@[^\s<>@]{1,250}")


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
    tree = skeleton(octets)
    root = tree.root
    defects = list(tree.notes)
    if not root.headers:
        defects.append("no headers")
    hint = _charset_of(root)
    # The files of an inner mail count into the digest by what they say, since servers write inner headers anew.
    contents = Unwrapper(_digest_within).walk(root)
    mailboxes, unclear = addresses.read({name: root.header(name) for name in addresses.HEADERS}, hint)
    facts = _facts(root, mailboxes["from"], hint)
    defects += unclear
    if len(root.all("from")) > 1:
        defects.append("more than one From")
    text, html, made = contents.body()
    if not root.headers and not text.strip():
        raise Unreadable("The mail has neither headers nor words.")
    return Message(
        message_id=facts["message-id"],
        subject=facts["subject"],
        from_=next(iter(mailboxes["from"]), None),
        sender=next(iter(mailboxes["sender"]), None),
        reply_to=mailboxes["reply-to"],
        to=mailboxes["to"],
        cc=mailboxes["cc"],
        in_reply_to=_ids(root, "in-reply-to"),
        references=_ids(root, "references"),
        date=dates.read(decode.plain_header(root.header("date"))),
        headers=tuple(_headers(root, hint)),
        text=text,
        html=html,
        from_html=made,
        attachments=contents.files(),
        parts=tuple(contents.machine),
        digest=digest.digest(facts, contents, digest.words(contents)),
        defects=tuple(dict.fromkeys([*defects, *contents.defects])),
    )


def _charset_of(root: Part) -> str:
    """The charset that the first part with words claims; raw headers are written in the same."""
    part = root
    while part.children and not part.parameters.get("charset"):
        part = part.children[0]
    return part.parameters.get("charset", "")


def _headers(root: Part, hint: str) -> list[tuple[str, str]]:
    """All headers; one that occurs twice as both."""
    return [
        (name, decode.header(value, hint) if name in _FREE_TEXT else decode.plain_header(value, hint))
        for name, value in root.headers
    ]


def _facts(part: Part, senders: tuple[Address, ...], hint: str = "") -> dict[str, str]:
    """The facts of a header block that say which mail it is."""
    stamp = decode.plain_header(part.header("date"))
    date = dates.by_the_book(stamp)
    ids = _ids(part, "message-id")
    subjects = (decode.header(value, hint) for value in part.all("subject"))
    return {
        "message-id": ids[0] if ids else "",
        # Of several the first that says something counts, as programs show it.
        "subject": next(filter(None, subjects), "")[:MAX_SUBJECT],
        "from": senders[0].email if senders else "",
        "date": date.isoformat() if date else stamp,
    }


def _digest_within(part: Part, below: Unwrapper) -> str:
    senders = addresses.read({"from": part.header("from")})[0]["from"]
    return digest.digest(_facts(part, senders), below.contents, below.contents.raw())


def _ids(part: Part, name: str) -> tuple[str, ...]:
    """Message ids (RFC 5322 section 3.6.4) in order, also those folded inside; of too many the newest are kept."""
    value = decode.plain_header(part.header(name))
    found = ["<" + "".join(inner.split()) + ">" for inner in _ID.findall(value)]
    if not found and name == "message-id" and value:
        found = ["<" + "".join(value.split())[:MAX_ID].strip("<>") + ">"]
    elif not found:
        bare = value.strip("<> ")
        found = [f"<{bare}>"] if _BARE_ID.fullmatch(bare) else []
    return tuple(dict.fromkeys(found))[-MAX_IDS:]
