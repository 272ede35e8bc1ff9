"""What one walk over a mail collects, and how it is put together.

In: what unwrap.py finds, in reading order.
Out: Contents: the text, the files, the parts written for machines; safe_name for anything that is called a file name.
Fails: never.
Limits: MAX_TEXT characters of text, MAX_ATTACHMENTS files, MAX_MACHINE_PARTS parts for machines.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from mailflow.mail import decode, html_text
from mailflow.mail.message import Attachment

MAX_TEXT = 400_000
MAX_ATTACHMENTS = 300
MAX_MACHINE_PARTS = 50
MAX_MACHINE_OCTETS = 1_000_000
MAX_NAME = 150

_CID = re.compile(r"\bcid:([^\s\"'<>)]{1,300})", re.IGNORECASE)


@dataclass(frozen=True)
class Segment:
    """A stretch of the mail's words: plain text, HTML, or both saying the same.

    `opened`: it was found inside a wrapper (S/MIME) that stands for itself in the digest.
    """

    plain: str
    html: str
    opened: bool = False


@dataclass
class Contents:
    """`segments` stand in reading order; `asides` are read only if they are all there is (TNEF, a named text)."""

    segments: list[Segment] = field(default_factory=list)
    asides: list[Segment] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    machine: list[tuple[str, bytes]] = field(default_factory=list)
    inner_digests: list[str] = field(default_factory=list)
    cids: dict[str, str] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)

    def body(self) -> tuple[str, str, bool]:
        """(best text, raw HTML, whether the text was made from HTML)."""
        text, made = self._words(self.segments)
        read = self.segments
        if not text.strip() and self.asides:
            read = self.asides
            text, made = self._words(read)
        if len(text) > MAX_TEXT:
            self.defect("text too long; the end was not read")
        html = "\n".join(segment.html for segment in read if segment.html)
        return text[:MAX_TEXT], html[: 4 * MAX_TEXT], made

    def _words(self, segments: list[Segment]) -> tuple[str, bool]:
        texts: list[str] = []
        made = False
        room = html_text.MAX_HTML
        for segment in segments:
            stub = bool(segment.html.strip()) and html_text.is_stub(segment.plain)
            if segment.plain.strip() and not stub:
                read = segment.plain
            elif segment.html.strip() and room > 0:
                read = html_text.to_text(segment.html[:room])
                room -= len(segment.html)
                made = made or (bool(read.strip()) and not texts)
            else:
                continue
            if read.strip():
                texts.append(read.strip("\n"))
        return "\n".join(texts), made

    def files(self) -> tuple[Attachment, ...]:
        """The attachments; those that the HTML shows by their Content-ID are marked as inline."""
        pages = [segment.html for segment in (*self.segments, *self.asides)] if self.cids else []
        named = {unquote(found).lower() for html in pages for found in _CID.findall(html)}
        shown = {digest for digest, cid in self.cids.items() if cid.lower() in named}
        return tuple(replace(a, inline=True) if a.digest in shown else a for a in self.attachments)

    def raw(self) -> str:
        """The words of the body without turning HTML into text: cheap, good enough to tell two mails apart."""
        return "\n".join(s.plain or s.html for s in self.segments if not s.opened)[:MAX_TEXT]

    def attach(
        self,
        name: str,
        kind: str,
        octets: bytes,
        *,
        inside: str = "",
        note: str = "",
        inline: bool = False,
        cid: str = "",
    ) -> None:
        """Add a file under a safe name; one with neither name nor octets is nothing."""
        if not octets and not name and not cid:
            return
        shown = safe_name(name or decode.header(cid)) or f"attachment-{len(self.attachments) + 1}"
        digest = hashlib.sha256(octets).hexdigest()
        if cid:
            self.cids[digest] = cid
        self.add(Attachment(shown, decode.one_line(kind)[:100], octets, digest, inside, note, inline))

    def add(self, attachment: Attachment) -> None:
        """Keep one more file, if there is room."""
        if len(self.attachments) < MAX_ATTACHMENTS:
            self.attachments.append(attachment)
        else:
            self.defect(f"more than {MAX_ATTACHMENTS} attachments; the rest is only in the original")

    def for_machines(self, kind: str, octets: bytes) -> None:
        """Keep a part that was written for programs, if there is room."""
        if len(self.machine) < MAX_MACHINE_PARTS:
            self.machine.append((kind, octets[:MAX_MACHINE_OCTETS]))

    def defect(self, words: str) -> None:
        """Note once what was odd."""
        if words not in self.defects:
            self.defects.append(words)


def safe_name(name: str) -> str:
    """A file name as text for display: no path, no control or direction-turning characters, bounded, extension kept."""
    shown = decode.one_line("".join(c for c in name if not decode.is_hidden_control(c)))
    shown = shown.replace("\\", "/").rpartition("/")[2].strip(" .")
    shown = "".join("_" if c in '<>:"|?*' else c for c in shown)
    if len(shown) <= MAX_NAME:
        return shown
    stem, dot, extension = shown.rpartition(".")
    return stem[: MAX_NAME - 12] + dot + extension if dot and len(extension) <= 10 else shown[:MAX_NAME]
