"""Finds the structure of a mail: its parts, their headers, where each begins and ends.

In: the octets of one mail.
Out: Skeleton: the tree of Parts and what was odd; no body is copied or decoded before somebody asks for it.
Fails: never.
Limits: MAX_DEPTH, MAX_PARTS and the bounds of fields.py; one pass along the boundary lines (RFC 2046 section 5.1), so
linear in the mail, which the standard library's parser is not for deep or many-parted mails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mailflow.mail import fields, parameters, transfer

MAX_DEPTH = 30
MAX_PARTS = 500
MAX_CANDIDATES = 200_000
MAX_BOUNDARY = 200
# How far the first boundary line may be from the header that should have announced it.
_BOUNDARY_LOOK = 64 * 1024
_PREAMBLE_LOOK = 2 * 1024

_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_LONE_CR = re.compile(rb"\r(?!\n)")
_LIKELY_BOUNDARY = re.compile(rb"^--(\S[^\r\n]{0,198}?)[ \t]{0,5}\r?\n(?=content-[a-z]{2,20}(?:-[a-z]{2,20})?[ \t]?:)",
                              re.IGNORECASE | re.MULTILINE)  # fmt: skip


@dataclass
class Part:
    """One part: its headers, what they say of the body, and where in `source` the body stands."""

    headers: tuple[tuple[str, str], ...]
    source: bytes = b""
    start: int = 0
    end: int = 0
    kind: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)
    encoding: str = ""
    children: list[Part] = field(default_factory=list)
    # Whether the header says what the body is.
    typed: bool = False

    @property
    def octets(self) -> bytes:
        """The body as it stands, still in its transfer encoding."""
        return self.source[self.start : self.end]

    def header(self, name: str) -> str:
        """The first header of that lower-case name as it stands, "" if there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """All headers of that lower-case name as they stand."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True)
class Skeleton:
    """The root of the tree, and what was odd about it in plain words."""

    root: Part
    notes: tuple[str, ...]


class _Full(Exception):
    """A bound is reached: the rest of the mail is not read."""


def skeleton(octets: bytes) -> Skeleton:
    """Walk the structure once, in linear time, and keep what fits into the bounds above."""
    notes: list[str] = []
    walk = _Walk(_with_plain_line_ends(octets, notes), notes)
    root = walk.run()
    return Skeleton(root, tuple(dict.fromkeys(notes)))


def _with_plain_line_ends(octets: bytes, notes: list[str]) -> bytes:
    """The same mail in ASCII's superset, its lines ending in LF or CRLF."""
    if octets[:2] in {b"\xff\xfe", b"\xfe\xff"}:  # saved by an editor as UTF-16
        octets = octets.decode("utf-16", "replace").encode("utf-8")
        notes.append("the whole mail is in UTF-16")
    octets = octets.removeprefix(b"\xef\xbb\xbf")
    if b"\r" not in octets or octets.count(b"\r") == octets.count(b"\r\n"):
        return octets
    notes.append("lone carriage returns")
    octets = octets.replace(b"\r\r\n", b"\r\n")  # a text-mode copy of a text-mode copy
    first = re.search(rb"\r?\n|\r", octets)
    if first and first[0] == b"\r":
        return _LONE_CR.sub(b"\n", octets)
    # Among lines that end otherwise a lone CR must not begin a header of its own.
    blank = re.search(rb"\n\r?\n", octets)
    head = blank.start() if blank else 0
    return _LONE_CR.sub(b" ", octets[:head]) + _LONE_CR.sub(b"\n", octets[head:])


@dataclass
class _Open:
    """A container whose end has not been seen; boundary b"" for a message within a message."""

    part: Part
    boundary: bytes


class _Walk:
    def __init__(self, octets: bytes, notes: list[str]):
        self.octets = octets
        self.notes = notes
        self.open: list[_Open] = []
        self.looked = 0

    def run(self) -> Part:
        root, opened = self._part(0, True)
        try:
            self._parts(root, opened)
        except _Full as full:
            self.notes.append(str(full))
        for waiting in self.open:
            waiting.part.end = len(self.octets)
        return root

    def _parts(self, part: Part, opened: bool) -> None:
        count = 0
        while True:
            if opened and not self.open[-1].boundary:
                # A mail within the mail: its header follows at once.
                inner, opened = self._part(part.start, False, part)
                part = inner
                continue
            pos = part.start
            part.end = len(self.octets)
            found = self._delimiter(pos)
            if found is None:
                return
            part.end = self._before(found[2], pos)
            if opened:  # what stands in front of the first part; only read if there is no part
                part.end = max(part.end, pos)
            while found is not None and found[1]:
                self._close(found[0], found[2])
                found = self._delimiter(found[3])
            if found is None:
                return
            self._close(found[0] + 1, found[2])
            count += 1
            if count > MAX_PARTS:
                raise _Full(f"more than {MAX_PARTS} parts; the rest was not read")
            part, opened = self._part(found[3], False, self.open[-1].part)

    def _before(self, line: int, least: int) -> int:
        """Where a body ends whose boundary line begins at `line`: its line break belongs to the boundary."""
        end = line - 1 if line > least and self.octets[line - 1 : line] == b"\n" else line
        return end - 1 if end > least and self.octets[end - 1 : end] == b"\r" else end

    def _close(self, index: int, line: int) -> None:
        for closed in self.open[index:]:
            if not closed.boundary:
                closed.part.end = self._before(line, closed.part.start)
        del self.open[index:]

    def _delimiter(self, pos: int) -> tuple[int, bool, int, int] | None:
        """The next boundary line of an open multipart: (which, closing, where it begins, where it ends)."""
        lines: dict[bytes, tuple[int, bool]] = {}
        # Of two containers with one boundary the inner one is meant, as its lines come first.
        for index, waiting in reversed(list(enumerate(self.open))):
            if waiting.boundary:
                lines.setdefault(b"--" + waiting.boundary, (index, False))
                lines.setdefault(b"--" + waiting.boundary + b"--", (index, True))
        if not lines:
            return None
        octets = self.octets
        at = pos if octets.startswith(b"--", pos) else octets.find(b"\n--", pos) + 1
        while at >= pos and (at or octets.startswith(b"--")):
            end = octets.find(b"\n", at)
            end = len(octets) if end < 0 else end + 1
            hit = lines.get(octets[at : min(end, at + 2 * MAX_BOUNDARY)].rstrip(b" \t\r\n"))
            if hit:
                return hit[0], hit[1], at, end
            self.looked += 1
            if self.looked > MAX_CANDIDATES:
                raise _Full("too many lines that look like boundaries; the rest was not read")
            at = octets.find(b"\n--", end - 1) + 1
            if at == 0:
                break
        return None

    def _part(self, pos: int, top: bool, parent: Part | None = None) -> tuple[Part, bool]:
        """Read the header at `pos`, hang the part under `parent`; (part, whether it is a container now open)."""
        delimiters = frozenset(b"--" + waiting.boundary for waiting in self.open if waiting.boundary)
        message = top or parent is not None and parent.kind in _MESSAGES
        head = fields.block(self.octets, pos, message, delimiters)
        self.notes += head.notes
        part = Part(head.fields, self.octets, head.body, len(self.octets))
        if parent is not None:
            parent.children.append(part)
        self._describe(part, "message/rfc822" if parent is not None and parent.kind == "multipart/digest" else "")
        if not part.kind.startswith(("multipart/", "message/")) or (part.kind in _MESSAGES and part.encoding):
            return part, False
        boundary = b""
        if part.kind.startswith("multipart/"):
            boundary = self._boundary(part)
            if not boundary:
                return part, False
        elif part.kind not in _MESSAGES:
            return part, False
        if len(self.open) >= MAX_DEPTH:
            part.end = part.start
            raise _Full(f"nested more than {MAX_DEPTH} deep; the rest was not read")
        self.open.append(_Open(part, boundary))
        return part, True

    def _describe(self, part: Part, default: str) -> None:
        claims = [parameters.content_type(value) for value in part.all("content-type")]
        good = [claim for claim in claims if claim[0]]
        # Of several the first counts, unless only a later one explains the boundary lines.
        parted = next((c for c in good if c[0].startswith("multipart/") and self._stands(part, c[1])), None)
        kind, part.parameters = parted or (good or claims or [("", {})])[0]
        part.kind = kind or default or "text/plain"
        part.typed = bool(kind)
        part.encoding = next(filter(None, map(transfer.encoding, part.all("content-transfer-encoding"))), "")
        if not part.typed and (used := self._unannounced(part)):
            part.kind, part.parameters = "multipart/mixed", {"boundary": used.decode("ascii", "surrogateescape")}
        if disposition := part.header("content-disposition"):
            part.disposition, part.disposition_parameters = parameters.read(disposition)

    def _unannounced(self, part: Part) -> bytes:
        """The boundary of parts that no header announces, if the body begins with them."""
        used = _LIKELY_BOUNDARY.search(self.octets, part.start, part.start + _PREAMBLE_LOOK)
        if not used or used[1] in {waiting.boundary for waiting in self.open}:
            return b""
        before = self.octets[part.start : used.start()].strip().lower()
        return used[1] if not before or b"mime" in before or b"multi-part" in before else b""

    def _stands(self, part: Part, claimed: dict[str, str]) -> bool:
        wanted = claimed.get("boundary", "").strip().encode("ascii", "surrogateescape")
        return bool(wanted) and self.octets.find(b"--" + wanted, part.start, part.start + _BOUNDARY_LOOK) >= 0

    def _boundary(self, part: Part) -> bytes:
        """The boundary that the header names, or the one that is used if the header names none or another."""
        claimed = part.parameters.get("boundary", "").strip()
        wanted = [claimed, claimed.strip("'"), claimed.partition(" ")[0]] if claimed else []
        for name in wanted:
            octets = name.encode("utf-8", "surrogateescape")[:MAX_BOUNDARY]
            if octets and self.octets.find(b"--" + octets, part.start, part.start + _BOUNDARY_LOOK) >= 0:
                return octets
        taken = {waiting.boundary for waiting in self.open}
        for used in _LIKELY_BOUNDARY.finditer(self.octets, part.start, part.start + _BOUNDARY_LOOK):
            if used[1] not in taken and used[1].removesuffix(b"--") not in taken:
                self.notes.append("a boundary that no header names")
                return used[1]
            if used[1] in taken:
                break
        return claimed.encode("utf-8", "surrogateescape")[:MAX_BOUNDARY]
