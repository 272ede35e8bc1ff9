"""Writes a letter down as the final octets that every attempt sends.

In: a Draft, its words already rendered; the secret that Message-IDs are made with.
Out: octets of an RFC 5322 message, CRLF, 7-bit clean; the same Draft always gives the same octets.
Fails: CannotRender for a value that cannot stand in a header or an address that cannot be written in ASCII.
Limits: addresses with a non-ASCII local part are refused, so that no server on the way needs SMTPUTF8 (RFC 6531).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from itertools import takewhile

from mailflow.errors import CannotRender
from mailflow.mail.message import Address, Attachment

_POLICY = SMTP.clone(cte_type="7bit")
_MOST_REFERENCES = 3_900
_MOST_IDS_TEXT = 60_000
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,255}\Z)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_CONTENT_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,64}/[a-z0-9!#$&^_.+-]{1,64}")


@dataclass(frozen=True)
class Draft:
    """One letter to one party, ready to be written down.

    `date` is aware. `auto_submitted` is "", "auto-generated" or "auto-replied" (RFC 3834 section 5): "" on what an
    officer or a decision approved. `references` and `in_reply_to` may be hostile: what is no Message-ID is left out.
    """

    message_id: str
    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: Address
    subject: str
    text: str
    html: str
    date: datetime
    auto_submitted: str
    references: tuple[str, ...]
    in_reply_to: str
    letter_id: str
    loop: str
    attachments: tuple[Attachment, ...]
    list_unsubscribe: str = ""


_OUR_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")


def message_id_for(letter_id: str, secret: bytes, domain: str) -> str:
    """The Message-ID of a letter: nobody without the secret can tell or forge it, and a second try has the same one.

    Raises ValueError if the secret is empty.
    """
    if not secret:
        raise ValueError("Message-IDs need a secret.")
    digest = hmac.new(secret, b"message-id\0" + letter_id.encode(), hashlib.sha256).hexdigest()
    return f"<{digest[:40]}@{domain}>"


def ids_in(headers: str, domain: str) -> list[str]:
    """Message-IDs of ours (message_id_for) that raw References or In-Reply-To headers may hold, however spoilt.

    Nobody can guess what stands before the @, so it is enough alone: without brackets, with the domain cut off or
    changed, in capitals, folded inside, between other words. Only what `domain` could have written is told.
    """
    said = headers[:_MOST_IDS_TEXT].lower()
    hits = dict.fromkeys([*_OUR_ID.findall(said), *_OUR_ID.findall("".join(said.split()))])
    return [f"<{hit}@{domain}>" for hit in hits]


def letter_header(letter_id: str, secret: bytes) -> str:
    """What X-Mailflow-Letter says: the letter's id, which anybody can guess, and a token that only we can make."""
    token = hmac.new(secret, b"letter\0" + letter_id.encode(), hashlib.sha256).hexdigest()[:12]
    return f"{letter_id}; {token}"


def letter_named(header: str, secret: bytes) -> str:
    """The id of the letter whose X-Mailflow-Letter this is; "" if we did not write it."""
    letter_id = header.partition(";")[0].strip()
    ours = letter_header(letter_id, secret).encode() if letter_id.isascii() else b""
    said = " ".join(header.split())
    return letter_id if said.isascii() and hmac.compare_digest(said.encode(), ours) else ""


def compose(draft: Draft) -> bytes:
    """The final octets (RFC 5322, 2045 to 2047, 2231): text and HTML alternative, files around it, CRLF, 7-bit clean.

    X-Auto-Response-Suppress stands only on answers to one mail and on summaries: everywhere else an absence note is
    wanted, for its dates (mail.md "Sending"). Raises CannotRender naming the header that cannot be written.
    """
    head = "".join(f"{name}: {value}\r\n" for name, value in _head(draft))
    return head.encode("ascii") + _body(draft).as_bytes(policy=_POLICY)


def _head(draft: Draft) -> Iterator[tuple[str, str]]:
    """The header fields in order, folded.

    Written here and not by EmailMessage: its folding of address lists can put the comma between two addresses into an
    encoded-word (CVE-2025-1795).
    """
    yield "From", _addresses("From", (draft.from_,))
    if not draft.to:
        raise CannotRender("A letter needs at least one address in To.")
    yield "To", _addresses("To", draft.to)
    if draft.cc:
        yield "Cc", _addresses("Cc", draft.cc)
    yield "Reply-To", _addresses("Reply-To", (draft.reply_to,))
    yield "Subject", _words("Subject", draft.subject)
    if draft.date.tzinfo is None:
        raise CannotRender("The date of a letter needs a time zone.")
    yield "Date", format_datetime(draft.date.astimezone(UTC))
    if not _MESSAGE_ID.fullmatch(draft.message_id):
        raise CannotRender("The Message-ID of a letter is not one.")
    yield "Message-ID", draft.message_id
    answered = draft.in_reply_to if _MESSAGE_ID.fullmatch(draft.in_reply_to) else ""
    if answered:
        yield "In-Reply-To", answered
    references = _references((*draft.references, answered))
    if references:
        yield "References", "\r\n ".join(references)
    if draft.auto_submitted:
        if draft.auto_submitted not in ("auto-generated", "auto-replied"):
            raise CannotRender("Auto-Submitted is auto-generated or auto-replied (RFC 3834).")
        yield "Auto-Submitted", draft.auto_submitted
    if draft.auto_submitted == "auto-replied" or draft.list_unsubscribe:
        yield "X-Auto-Response-Suppress", "OOF, AutoReply"
    if draft.list_unsubscribe:
        yield "List-Unsubscribe", _token("List-Unsubscribe", draft.list_unsubscribe)
    yield "X-Mailflow-Letter", _token("X-Mailflow-Letter", draft.letter_id)
    yield "X-Mailflow-Loop", _token("X-Mailflow-Loop", draft.loop)
    yield "Content-Language", "en-GB"


def _plain(name: str, value: str) -> str:
    """The value, refused if a line end or any other control character stands in it (header injection)."""
    if any(letter < " " or letter in "\x7f\x85\u2028\u2029" for letter in value):
        raise CannotRender(f"A line end or control character stands in the header {name}.")
    return value


def _token(name: str, value: str) -> str:
    if not value or not value.isascii() or len(value) > 900:
        raise CannotRender(f"The header {name} is empty, too long or not plain ASCII.")
    return _plain(name, value)


def _words(name: str, value: str) -> str:
    """Unstructured text (RFC 2047): ASCII words in front stay readable, so that no tag is ever encoded."""
    words = " ".join(_plain(name, value).split())
    front = list(takewhile(lambda word: word.isascii() and "=?" not in word and len(word) <= 60, words.split(" ")))
    rest = words.split(" ")[len(front) :]
    header = Header(header_name=name, maxlinelen=76)
    if front:
        header.append(" ".join(front), "us-ascii")
    if rest:
        header.append(_whole(" ".join(rest)), "utf-8")
    return header.encode(linesep="\r\n")


def _whole(value: str) -> str:
    """The text without lone surrogates, which have no octets."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _addresses(name: str, addresses: tuple[Address, ...]) -> str:
    return ",\r\n ".join(_address(name, address) for address in addresses)


def _address(name: str, address: Address) -> str:
    """One mailbox (RFC 5322 section 3.4), its domain in ASCII (IDNA)."""
    local, _, domain = _plain(name, address.email).rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise CannotRender(f"An address in the header {name} cannot be written in ASCII.")
    display = " ".join(_plain(name, address.name).split())
    if display and (not display.isascii() or "=?" in display or len(display) > 60):
        display = Header(_whole(display), "utf-8", maxlinelen=60).encode(linesep="\r\n")
        return f"{display}\r\n <{local}@{domain}>"
    return formataddr((display, f"{local}@{domain}"))


def _references(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The first id and the latest ones, together under 4 kB (mail.md "Sending"; RFC 5322 section 3.6.4)."""
    sound = tuple(dict.fromkeys(one for one in ids if _MESSAGE_ID.fullmatch(one)))
    kept: list[str] = []
    room = _MOST_REFERENCES - (len(sound[0]) + 3 if sound else 0)
    for one in reversed(sound[1:]):
        room -= len(one) + 3
        if room < 0:
            break
        kept.append(one)
    return (*sound[:1], *reversed(kept))


def _body(draft: Draft) -> EmailMessage:
    """MIME-Version and all below: alternative of text and HTML, inside mixed if files go with it."""
    body = EmailMessage(policy=_POLICY)
    _set_text(body, draft.text, "plain")
    if draft.html:
        body.make_alternative()
        part = EmailMessage(policy=_POLICY)
        _set_text(part, draft.html, "html")
        del part["MIME-Version"]
        body.attach(part)
    if draft.attachments:
        body.make_mixed()
        for attachment in draft.attachments:
            body.attach(_file(attachment))
    if "MIME-Version" not in body:
        body["MIME-Version"] = "1.0"
    for number, part in enumerate(body.walk()):
        if part.is_multipart():
            # "=_" cannot stand in base64 or quoted-printable, so that no content can contain the boundary.
            part.set_boundary(f"=_{hashlib.sha256(f'{draft.letter_id} {number}'.encode()).hexdigest()[:32]}")
    return body


def _set_text(part: EmailMessage, text: str, subtype: str) -> None:
    lines = re.sub(r"\r\n?", "\n", _whole(text)).replace("\0", "")
    lines = lines if lines.endswith("\n") else lines + "\n"
    plain = lines.isascii() and all(len(line) <= 76 and line == line.rstrip() for line in lines.split("\n"))
    part.set_content(lines, subtype=subtype, charset="utf-8", cte="7bit" if plain else "quoted-printable")


def _file(attachment: Attachment) -> EmailMessage:
    """One file, its octets exact: base64, except a mail that is 7-bit clean, which may not be (RFC 2046 5.2.1)."""
    part = EmailMessage(policy=_POLICY)
    content_type = attachment.content_type.lower()
    if not _CONTENT_TYPE.fullmatch(content_type) or content_type.startswith(("multipart/", "message/")):
        content_type = "application/octet-stream"
    name = _whole("".join(letter for letter in attachment.name if letter >= " " and letter != "\x7f")) or "attachment"
    if attachment.content_type.lower() == "message/rfc822" and _is_clean(attachment.octets):
        part["Content-Type"] = "message/rfc822"
        part["Content-Transfer-Encoding"] = "7bit"
        part["Content-Disposition"] = "attachment"
        part.set_param("filename", name, header="Content-Disposition", charset=None if name.isascii() else "utf-8")
        part.set_payload(attachment.octets.decode("ascii"))
        return part
    main, sub = content_type.split("/")
    part.set_content(attachment.octets, main, sub, cte="base64", disposition="attachment", filename=name)
    del part["MIME-Version"]
    return part


def _is_clean(octets: bytes) -> bool:
    """Whether a mail may travel as it is: ASCII, CRLF only, no line over 998 octets, nothing that servers rewrite."""
    if not octets.isascii() or b"\0" in octets or octets.count(b"\r\n") != octets.count(b"\n"):
        return False
    if octets.count(b"\r") != octets.count(b"\n") or not octets.endswith(b"\r\n"):
        return False
    return all(len(line) <= 998 for line in octets.split(b"\r\n"))
