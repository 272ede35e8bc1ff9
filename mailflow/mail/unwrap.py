"""Takes the parts of a mail apart: the body people see, the files, the parts written for machines, what is wrapped.

In: the tree that skeleton.py has found.
Out: contents.Contents.
Fails: never; a part that cannot be read becomes an attachment with a note.
Limits: MAX_INNER_MAILS mails within mails, the Allowance for wrappers; archives are never expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailflow.mail import armour, cms, decode, flowed, html_text, outlook_file, rtf, tnef, transfer
from mailflow.mail.contents import MAX_TEXT, Contents, Segment, safe_name
from mailflow.mail.skeleton import Part, skeleton

MAX_INNER_MAILS = 2
MAX_WRAPPERS = 30
MAX_WRAPPED_DEPTH = 4
MAX_UNWRAPPED_OCTETS = 100 * 1024 * 1024
# Encoded octets looked at for one text: base64 of UTF-32 would not need more.
_MAX_TEXT_OCTETS = 6 * MAX_TEXT

MACHINE_TYPES = frozenset({
    "message/delivery-status", "message/global-delivery-status", "text/rfc822-headers", "message/global-headers",
    "message/rfc822", "message/global", "message/disposition-notification", "message/feedback-report", "text/calendar",
    "text/vnd.google.email-reaction+json",
})  # fmt: skip
_MAILS = frozenset({"message/rfc822", "message/global", "message/news"})
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_RTF = frozenset({"text/rtf", "application/rtf", "text/richtext-rtf", "application/x-rtf"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
# RFC 2046 section 4.1.4: text of a subtype nobody knows is read as plain text; these are texts for programs.
_NOT_WORDS = frozenset({
    "text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/xml", "text/javascript",
    "text/x-amp-html", "text/watch-html", "text/csv", "text/x-moz-deleted", "text/tab-separated-values",
    "text/rfc822-headers",
    "text/vnd.google.email-reaction+json", "text/json", "text/x-ms-contact", "text/x-sql", "text/rtf",
})  # fmt: skip
COULD_NOT_OPEN = "could not open"
ENCRYPTED = "encrypted"
_HTML_START = ("<!doctype html", "<html", "<head", "<body")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
_META = re.compile(rb"<meta[^<>]{0,300}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_META_LOOK = 4_096


@dataclass
class Allowance:
    """How much may still be unwrapped out of one mail, shared by all that is found in it."""

    wrappers: int = MAX_WRAPPERS
    octets: int = MAX_UNWRAPPED_OCTETS
    # Rich Text, and HTML in wrappers, take a thousand times as long as plain words.
    slow: int = rtf.MAX_RTF

    def take(self, octets: int) -> bool:
        """Whether one more wrapper with this many octets may be opened; counts it if so."""
        self.wrappers -= 1
        self.octets -= octets
        return self.wrappers >= 0 and self.octets >= 0

    def slowly(self, octets: int) -> int:
        """How many of these octets may be read by a slow reader; counts them."""
        granted = max(0, min(octets, self.slow))
        self.slow -= granted
        return granted


class Unwrapper:
    """One walk over one mail."""

    def __init__(self, digest_of: Callable[[Part, Unwrapper], str] | None = None, allowance: Allowance | None = None):
        self.digest_of = digest_of
        self.allowance = allowance or Allowance()
        self.contents = Contents()
        self.wrapped = 0
        self.root: Part | None = None

    def walk(self, part: Part, inside: str = "", mails: int = 0) -> Contents:
        """Read `part` and all below it; `inside` names the wrapper, `mails` counts the messages around it."""
        self.root = self.root or part
        try:
            self._walk(part, inside, mails)
        except Exception as error:  # one bad part must not hide the others
            self.contents.defect(f"a part could not be read ({type(error).__name__})")
        return self.contents

    def _walk(self, part: Part, inside: str, mails: int) -> None:
        kind = part.kind
        if kind.startswith("multipart/"):
            if not part.children:
                self._partless(part, inside, mails)
            elif kind == "multipart/alternative":
                self._alternative(part.children, inside, mails)
            elif kind == "multipart/encrypted":
                octets = self.octets(part.children[-1])
                self.contents.attach("encrypted.asc", kind, octets, inside=inside, note=ENCRYPTED)
            else:
                for child in part.children:
                    if child.kind not in _SIGNATURES:
                        self.walk(child, inside, mails)
        elif kind in _MAILS:
            self._mail(part, inside, mails)
        else:
            self._leaf(part, inside, mails)

    def _partless(self, part: Part, inside: str, mails: int) -> None:
        """A multipart without parts: encoded as a whole against RFC 2045 section 6.4, or simply text."""
        if part.encoding and part.parameters.get("boundary"):
            head = b"Content-Type: " + decode.octets_of(part.header("content-type")) + b"\n\n"
            whole = skeleton(head + self.octets(part)).root
            if whole.children and self.wrapped < MAX_WRAPPED_DEPTH:
                self.wrapped += 1
                self._walk(whole, inside, mails)
                self.wrapped -= 1
                return
        part.kind = "text/plain"
        self._leaf(part, inside, mails)

    def _alternative(self, children: list[Part], inside: str, mails: int) -> None:
        """The same words in several forms (RFC 2046 section 5.1.4): the first plain and the first HTML form."""
        before = len(self.contents.segments)
        forms: list[list[Segment]] = []
        for child in children:
            self.walk(child, inside, mails)
            forms.append(self.contents.segments[before:])
            del self.contents.segments[before:]
        plain = next((form for form in forms if any(s.plain.strip() for s in form)), [])
        html = next((form for form in forms if any(s.html.strip() for s in form)), [])
        if plain is html:  # one form of several stretches
            self.contents.segments += plain
        else:
            words = "\n".join(s.plain for s in plain if s.plain)
            page = "\n".join(s.html for s in html if s.html)
            self.contents.segments.append(Segment(words, page, any(s.opened for s in (*plain, *html))))

    def _mail(self, part: Part, inside: str, mails: int) -> None:
        """A mail within the mail: kept whole, its files listed beside it, its text never taken for this mail's."""
        octets, inner = self._inner(part)
        subject = decode.header(inner.header("subject")) if inner is not None else ""
        name = self.name(part) or (subject or "mail") + ".eml"
        self.contents.for_machines(part.kind, octets)
        self.contents.attach(name, part.kind, octets, inside=inside)
        if inner is not None:
            self._files_of(inner, safe_name(name), mails, counted=True)

    def _inner(self, part: Part) -> tuple[bytes, Part | None]:
        octets = part.octets
        if part.children:
            return octets, part.children[0]
        if part.encoding:  # against RFC 2046 section 5.2.1, but done
            octets = transfer.decoded(octets, part.encoding, True)
        if not octets.strip() or not self.allowance.take(len(octets)):
            return octets, None
        return octets, skeleton(octets).root

    def _files_of(self, inner: Part, name: str, mails: int, counted: bool) -> None:
        if mails >= MAX_INNER_MAILS:
            return
        below = Unwrapper(self.digest_of, self.allowance)
        below.walk(inner, name, mails + 1)
        for attachment in below.contents.files():
            self.contents.add(attachment)
        if counted and self.digest_of:
            self.contents.inner_digests.append(self.digest_of(inner, below))

    def _leaf(self, part: Part, inside: str, mails: int) -> None:
        kind, name = part.kind, self.name(part)
        attached = part.disposition == "attachment"
        if kind in MACHINE_TYPES:
            self.contents.for_machines(kind, self.octets(part))
            if not attached:
                return
        if kind.startswith("text/") and kind not in _NOT_WORDS or kind in _RTF:
            shown = part.disposition == "inline" or (not name and not attached)
            if shown and kind not in _RTF and not (name and self.contents.segments):
                self.contents.segments.append(self._segment(part, inside))
                if not name:
                    return
            elif part is self.root or not attached:
                # A file whose words are read only if the mail has no others.
                self.contents.asides.append(self._segment(part, inside))
                if kind in _RTF and not name and not attached:
                    self._attach(part, "text.rtf", self.octets(part), inside)
                    return
        if kind in _SIGNATURES:
            return
        octets, files = self.octets(part), self.contents.attachments
        before = len(files)
        note, name = self._opened(part, name, octets, mails)
        self._attach(part, name, octets, inside, note)
        if len(files) > before + 1:  # a wrapper stands in front of what was in it
            files.insert(before, files.pop())

    def _attach(self, part: Part, name: str, octets: bytes, inside: str, note: str = "") -> None:
        cid = part.header("content-id").strip(" <>\r\n")
        inline = part.disposition == "inline"
        self.contents.attach(name, part.kind, octets, inside=inside, note=note, inline=inline, cid=cid)

    def _opened(self, part: Part, name: str, octets: bytes, mails: int) -> tuple[str, str]:
        """Open the file if it is a wrapper: (what hinders it, "" if nothing does or it is none; its name)."""
        kind, lower = part.kind, name.lower()
        closed = part.parameters.get("smime-type", "").lower().startswith("enveloped")
        if kind == "application/x-microsoft-rpmsg-message" or lower.endswith(".rpmsg") or (kind in _OPAQUE and closed):
            return ENCRYPTED, name
        opener: Callable[[bytes, str, int], str]
        if kind in _OPAQUE or lower.endswith(".p7m"):
            opener, name = self._signed, name or "smime.p7m"
        elif kind in _TNEF or lower in {"winmail.dat", "win.dat"}:
            opener, name = self._tnef, name or "winmail.dat"
        elif kind == "application/vnd.ms-outlook" or lower.endswith(".msg"):
            opener, name = self._outlook, name or "mail.msg"
        elif lower.endswith(".eml") and kind in {"application/octet-stream", "text/plain"}:
            opener = self._saved
        else:
            return "", name
        if self.wrapped >= MAX_WRAPPED_DEPTH or not self.allowance.take(len(octets)):
            return COULD_NOT_OPEN, name
        self.wrapped += 1
        try:
            return opener(octets, name, mails), name
        except Exception as error:
            self.contents.defect(f"{name} could not be opened ({type(error).__name__})")
            return COULD_NOT_OPEN, name
        finally:
            self.wrapped -= 1

    def _saved(self, octets: bytes, name: str, mails: int) -> str:
        """A mail as a file: its own files are listed beside it."""
        self._files_of(skeleton(octets).root, name, mails, counted=False)
        return ""

    def _signed(self, octets: bytes, name: str, mails: int) -> str:
        """Opaque S/MIME (RFC 8551 section 3.5.2): what is signed is the mail itself."""
        held = cms.read(octets)
        if held.kind == cms.SIGNED and held.content:
            before = len(self.contents.segments)
            self.walk(skeleton(held.content).root, name, mails)
            found = self.contents.segments[before:]
            self.contents.segments[before:] = [Segment(s.plain, s.html, True) for s in found]
            return ""
        if held.kind == cms.ENVELOPED:
            return ENCRYPTED
        return "" if held.kind == cms.SIGNED else COULD_NOT_OPEN  # certificates only

    def _tnef(self, octets: bytes, name: str, mails: int, depth: int = 0) -> str:
        """Outlook's own wrapper: its text is the mail's if the mail has no other."""
        held = tnef.read(octets)
        words, page = held.text, held.html
        if not words.strip() and not page.strip() and held.rtf:
            words, page = self._rich(held.rtf)
        if not depth:
            self.contents.asides.append(Segment(words, page, True))
        elif said := words.strip() or self._plain_of(page, b"").strip():
            self.contents.attach(f"{name}.txt", "text/plain", said.encode("utf-8", "replace"), inside=name)
        for file in held.files:
            kind = file.kind or "application/octet-stream"
            self.contents.attach(file.name, kind, file.octets, inside=name, cid=file.cid)
            if file.is_message and mails + depth < MAX_INNER_MAILS and self.allowance.take(len(file.octets)):
                self._tnef(file.octets, safe_name(file.name) or name, mails, depth + 1)
        for words_of in held.faults:
            self.contents.defect(words_of)
        return "" if held.whole else COULD_NOT_OPEN

    def _rich(self, compressed: bytes) -> tuple[str, str]:
        """(plain text, HTML) of compressed Rich Text, as far as the allowance reaches."""
        return rtf.words(rtf.decompressed(compressed, self.allowance.slowly(rtf.size(compressed))))

    def _plain_of(self, page: str, compressed: bytes) -> str:
        """The words of HTML, else of compressed Rich Text."""
        plain = ""
        if not page.strip():
            plain, page = self._rich(compressed)
        return plain or html_text.to_text(page[: self.allowance.slowly(len(page))])

    def _outlook(self, octets: bytes, name: str, mails: int) -> str:
        """A mail saved by Outlook: its words and files are listed as evidence, never read as this mail's words."""
        held = outlook_file.read(octets, MAX_INNER_MAILS - mails, self._plain_of)
        if held is None:
            return COULD_NOT_OPEN
        for file in held:
            if self.allowance.take(len(file.octets)):
                self.contents.attach(file.name, file.kind, file.octets, inside=safe_name(file.inside) or name)
        return ""

    def _segment(self, part: Part, inside: str) -> Segment:
        """The words of one text part, in the form they turn out to have."""
        octets = transfer.decoded(part.octets[:_MAX_TEXT_OCTETS], part.encoding, True)
        if part.kind in _RTF:
            words, page = rtf.words(octets[: self.allowance.slowly(len(octets))])
            return Segment(words, page)
        octets = octets[: 4 * MAX_TEXT]
        label = part.parameters.get("charset", "")
        known = decode.charset(label)
        if label and not known:
            self.contents.defect("unknown charset")
        is_html = part.kind in {"text/html", "text/xhtml", "text/x-html"}
        if known in {"", "ascii"} and (is_html or b"<meta" in octets[:_META_LOOK]):
            stated = _META.search(octets, 0, _META_LOOK)
            label = stated[1].decode("ascii") if stated else label
        if not is_html and b"begin" in octets and part.kind == "text/plain":
            octets, files = transfer.uu_files(octets)
            for name, file in files:
                self.contents.attach(decode.text(name), "application/octet-stream", file, inside=inside)
        text = decode.text(octets, label)
        start = text[:200].lstrip().lower()
        if is_html:
            return Segment("", text) if _MARKUP.search(text) else Segment(text, "")
        if start.startswith(_HTML_START):
            return Segment("", text)
        if part.kind in _ENRICHED:
            return Segment(flowed.enriched(text), "")
        if part.kind == "text/plain" and part.parameters.get("format", "").lower().strip() == "flowed":
            text = flowed.unflow(text, part.parameters.get("delsp", "").lower().strip() == "yes")
        if armour.MARK in text:
            text, closed = armour.stripped(text)
            for block in closed:
                self.contents.attach(
                    "encrypted.asc", "application/pgp-encrypted", block.encode(), inside=inside, note=ENCRYPTED
                )
        return Segment(text, "")

    def octets(self, part: Part) -> bytes:
        """The decoded octets of a leaf."""
        return transfer.decoded(part.octets, part.encoding, part.kind.startswith(("text/", "message/")))

    def name(self, part: Part) -> str:
        """The safe display name of a part, "" if it has none."""
        raw = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
        raw = raw or part.disposition_parameters.get("name") or part.parameters.get("filename") or ""
        return safe_name(decode.header(raw.strip("'"))) if raw.strip() else ""
