"""Takes the parts of an opened mail apart: the body people see, the files, the parts written for machines.

In: the standard library's message tree, already bounded by skeleton.py, and the files that were taken out of it.
Out: Contents.
Fails: never; a part that cannot be read becomes an attachment with a note.
Limits: archives are never expanded; TNEF, opaque S/MIME, PGP and rights-managed wrappers are kept, not opened.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.message import Message as Part
from urllib.parse import unquote

from mailflow.mail import decode, html_text
from mailflow.mail.message import Attachment

MAX_TEXT = 400_000
MAX_ATTACHMENTS = 300
MAX_MACHINE_PARTS = 50
MAX_MACHINE_OCTETS = 1_000_000
MAX_NAME = 150
MAX_INNER_MAILS = 2

MACHINE_TYPES = frozenset({
    "message/delivery-status", "message/global-delivery-status", "text/rfc822-headers", "message/global-headers",
    "message/rfc822", "message/global", "message/disposition-notification", "message/feedback-report", "text/calendar",
    "text/vnd.google.email-reaction+json",
})  # fmt: skip
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
COULD_NOT_OPEN = "could not open"
ENCRYPTED = "encrypted"
_CID = re.compile(r"\bcid:([^\s\"'<>)]{1,300})", re.IGNORECASE)
_NAME_IN_RAW = re.compile(r"(?:file)?name\*?\d{0,2}\*?\s{0,3}=\s{0,3}\"?([^\";\r\n]{1,300})", re.IGNORECASE)


@dataclass
class Contents:
    """What the walk collects. `segments` are (plain text, HTML) pairs in reading order; either may be ""."""

    segments: list[tuple[str, str]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    machine: list[tuple[str, bytes]] = field(default_factory=list)
    inner_digests: list[str] = field(default_factory=list)
    cids: dict[str, str] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)

    def body(self) -> tuple[str, str, bool]:
        """(best text, raw HTML, whether the text was made from HTML)."""
        texts: list[str] = []
        made = False
        room = html_text.MAX_HTML
        for plain, html in self.segments:
            if plain.strip():
                texts.append(plain)
            elif html.strip() and room > 0:
                read = html_text.to_text(html[:room])
                room -= len(html)
                made = made or (bool(read.strip()) and not any(t.strip() for t in texts))
                texts.append(read)
        text = "\n".join(part.strip("\n") for part in texts if part.strip())
        if len(text) > MAX_TEXT:
            self.defects.append("text too long; the end was not read")
        html = "\n".join(html for _, html in self.segments if html)
        return text[:MAX_TEXT], html[: 4 * MAX_TEXT], made

    def files(self) -> tuple[Attachment, ...]:
        """The attachments; those that the HTML shows by their Content-ID are marked as inline."""
        pages = [html for _, html in self.segments] if self.cids else []
        named = {unquote(found).lower() for html in pages for found in _CID.findall(html)}
        shown = {digest for digest, cid in self.cids.items() if cid.lower() in named}
        return tuple(replace(a, inline=True) if a.digest in shown else a for a in self.attachments)

    def raw(self) -> str:
        """The words of the body without turning HTML into text: cheap, good enough to tell two mails apart."""
        return "\n".join(plain or html for plain, html in self.segments)[:MAX_TEXT]


class Unwrapper:
    """One walk over one mail."""

    def __init__(self, holes: dict[bytes, bytes], digest_of: Callable[[Part, Unwrapper], str] | None = None):
        self.holes = holes
        self.digest_of = digest_of
        self.contents = Contents()

    def walk(self, part: Part, inside: str = "", mails: int = 0) -> Contents:
        """Read `part` and all below it; `inside` names the wrapper, `mails` counts the messages around it."""
        try:
            self._walk(part, inside, mails)
        except Exception as error:  # one bad part must not hide the others
            self._defect(f"a part could not be read ({type(error).__name__})")
        return self.contents

    def _walk(self, part: Part, inside: str, mails: int) -> None:
        kind = part.get_content_type()
        if kind.startswith("multipart/"):
            children = part.get_payload() if isinstance(part.get_payload(), list) else []
            if not children:
                self._leaf(part, "text/plain", inside)
            elif kind == "multipart/alternative":
                self._alternative(children, inside, mails)
            elif kind == "multipart/encrypted":
                octets = self.octets(children[-1])
                self._attach(part, "encrypted.asc", octets, inside=inside, note=ENCRYPTED)
            else:
                for child in children:
                    if child.get_content_type() not in _SIGNATURES:
                        self.walk(child, inside, mails)
        elif kind in {"message/rfc822", "message/global"}:
            self._mail(part, kind, inside, mails)
        else:
            self._leaf(part, kind, inside)

    def _alternative(self, children: list[Part], inside: str, mails: int) -> None:
        """The same words in several forms (RFC 2046 section 5.1.4): one segment of the first plain and HTML forms."""
        before = len(self.contents.segments)
        for child in children:
            self.walk(child, inside, mails)
        forms = self.contents.segments[before:]
        plain = next((p for p, _ in forms if p.strip()), "")
        html = next((h for _, h in forms if h.strip()), "")
        self.contents.segments[before:] = [(plain, html)] if plain or html else []

    def _mail(self, part: Part, kind: str, inside: str, mails: int) -> None:
        """A mail within the mail: kept whole, its files listed beside it, its text never taken for this mail's."""
        inner = part.get_payload()
        inner = inner[0] if isinstance(inner, list) and inner else None
        octets = self.flat(inner) if inner is not None else self.octets(part)
        subject = decode.header(str(inner.get("subject", ""))) if inner is not None else ""
        name = self.name(part) or (subject or "mail") + ".eml"
        self._machine(kind, octets)
        self._attach(part, name, octets, inside=inside)
        if inner is None:
            return
        if mails < MAX_INNER_MAILS:
            below = Unwrapper(self.holes, self.digest_of)
            below.walk(inner, safe_name(name), mails + 1)
            for attachment in below.contents.files():
                self._add(attachment)
            if self.digest_of:
                self.contents.inner_digests.append(self.digest_of(inner, below))

    def _leaf(self, part: Part, kind: str, inside: str) -> None:
        disposition = (part.get_content_disposition() or "").strip()
        name = self.name(part)
        if kind in MACHINE_TYPES:
            self._machine(kind, self.flat_payload(part))
            if disposition != "attachment":
                return
        shown = disposition == "inline" or (not name and disposition != "attachment")
        readable = shown and kind in {"text/plain", "text/html"}
        if readable and not (name and self.contents.segments):
            text = self.text(part)
            self.contents.segments.append(("", text) if kind == "text/html" else (text, ""))
            if not name:
                return
        if kind in _SIGNATURES:
            return
        note = ""
        lower = name.lower()
        if kind in _OPAQUE or lower.endswith(".p7m"):
            smime = str(part.get_param("smime-type") or "").lower()
            note = ENCRYPTED if "enveloped" in smime else COULD_NOT_OPEN
        elif kind in _TNEF or lower == "winmail.dat":
            note = COULD_NOT_OPEN
        elif kind == "application/x-microsoft-rpmsg-message" or lower.endswith(".rpmsg"):
            note = ENCRYPTED
        self._attach(part, name, self.octets(part), inside=inside, note=note)

    def text(self, part: Part) -> str:
        """The text of one part, decoded again from its octets (mail-parser leaves ISO-2022-JP and cp1252 broken)."""
        label = ""
        try:
            label = str(part.get_param("charset") or "")
            if isinstance(part.get_param("charset"), tuple):
                label = str(part.get_content_charset() or "")
        except Exception:  # NUL or mixed RFC 2231 in the label
            self._defect("charset label unreadable")
        octets = self.octets(part)[: 4 * MAX_TEXT]
        if label and not decode.charset(label):
            self._defect("unknown charset")
        text = decode.text(octets, label)
        try:
            flowed = str(part.get_param("format") or "").lower() == "flowed"
            delsp = str(part.get_param("delsp") or "").lower() == "yes"
        except Exception:
            flowed = delsp = False
        return decode.unflow(text, delsp) if flowed and part.get_content_type() == "text/plain" else text

    def octets(self, part: Part) -> bytes:
        """The decoded octets of a leaf; what had been taken out is put back."""
        try:
            octets = part.get_payload(decode=True)
        except Exception:
            octets = None
        if octets is None:
            octets = self.flat_payload(part)
        hole = self.holes.get(octets.strip()) if len(octets) < 100 else None
        return decode.base64(hole) if hole is not None else octets

    def flat_payload(self, part: Part) -> bytes:
        """The octets of a part whose body the standard library has parsed as header blocks or mails."""
        inner = part.get_payload()
        if isinstance(inner, list):
            return b"\n\n".join(self.flat(block).strip() for block in inner)
        return self.octets(part)

    def flat(self, message: Part) -> bytes:
        """A parsed mail or header block written out again, as it stood (headers unchanged, files put back)."""
        out = [decode.octets_of(f"{key}: {value}") for key, value in message.raw_items()]
        payload = message.get_payload()
        try:
            whole = b"" if isinstance(payload, str) else message.as_bytes()
        except Exception:  # the generator raises on charsets and headers that the parser let through
            whole = b""
        body = decode.octets_of(payload) if isinstance(payload, str) else whole.partition(b"\n\n")[2]
        for token, hole in self.holes.items():
            written = decode.b64_line(token)
            if written in body:
                body = body.replace(written, hole)
        return b"\n".join(out) + b"\n\n" + body

    def name(self, part: Part) -> str:
        """The safe display name of a part, "" if it has none."""
        view = Part()
        for key, value in part.raw_items():
            if key.lower() in {"content-type", "content-disposition"} and key not in view:
                view[key] = decode.plain_header(str(value))  # raw 8-bit names would come out as replacement characters
        try:
            raw = view.get_filename() or ""
        except Exception:  # mixed RFC 2231 parameters raise TypeError
            found = _NAME_IN_RAW.search(f"{part.get('content-disposition', '')};{part.get('content-type', '')}")
            raw = found[1] if found else ""
        return safe_name(decode.header(raw)) if raw else ""

    def _attach(self, part: Part, name: str, octets: bytes, *, inside: str, note: str = "") -> None:
        kind = part.get_content_type()
        cid = str(part.get("content-id", "")).strip(" <>\r\n")
        if not octets and not name and not cid:
            return
        name = safe_name(name or decode.header(cid)) or f"attachment-{len(self.contents.attachments) + 1}"
        digest = hashlib.sha256(octets).hexdigest()
        if cid:
            self.contents.cids[digest] = cid
        inline = (part.get_content_disposition() or "").strip() == "inline"
        self._add(Attachment(name, decode.one_line(kind)[:100], octets, digest, inside, note, inline))

    def _add(self, attachment: Attachment) -> None:
        if len(self.contents.attachments) < MAX_ATTACHMENTS:
            self.contents.attachments.append(attachment)
        else:
            self._defect(f"more than {MAX_ATTACHMENTS} attachments; the rest is only in the original")

    def _machine(self, kind: str, octets: bytes) -> None:
        if len(self.contents.machine) < MAX_MACHINE_PARTS:
            self.contents.machine.append((kind, octets[:MAX_MACHINE_OCTETS]))

    def _defect(self, words: str) -> None:
        if words not in self.contents.defects:
            self.contents.defects.append(words)


def safe_name(name: str) -> str:
    """A file name as text for display: no path, no control or direction-turning characters, bounded, extension kept."""
    shown = decode.one_line("".join(c for c in name if not decode.is_hidden_control(c)))
    shown = shown.replace("\\", "/").rpartition("/")[2].strip(" .")
    shown = "".join("_" if c in '<>:"|?*' else c for c in shown)
    if len(shown) <= MAX_NAME:
        return shown
    stem, dot, extension = shown.rpartition(".")
    return stem[: MAX_NAME - 12] + dot + extension if dot and len(extension) <= 10 else shown[:MAX_NAME]
