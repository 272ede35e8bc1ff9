"""Cuts a hostile or huge mail down to what any parser reads in bounded time, before a parser sees it.

In: the octets of one mail.
Out: Skeleton: octets of bounded depth, parts, lines and header sizes; large files taken out and kept as "holes".
Fails: never.
Limits: a walk along boundary lines (RFC 2046 section 5.1), not a parser; what is cut away stays in the original only.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from email.message import Message as Headers

MAX_DEPTH = 30
MAX_PARTS = 500
MAX_HEADERS = 1_000
MAX_PART_HEADERS = 50
MAX_HEADER_OCTETS = 256 * 1024
MAX_HEADER_SCAN = 4 * MAX_HEADER_OCTETS
MAX_FIELD = 8 * 1024
MAX_LIST_FIELD = 32 * 1024
MAX_MIME_FIELD = 4 * 1024
HOLE_FROM = 64 * 1024
# One unit is one line looked at once by one open container: what the line-wise parser of the standard library pays.
MAX_WORK = 1_000_000
_WORK_FLOOR = 4
_OCTETS_PER_LINE = 80
MAX_CANDIDATES = 200_000

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t"
_BLANK = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200}):")
_MIME_FIELDS = frozenset({b"content-type", b"content-disposition", b"content-transfer-encoding", b"content-id"})
_LISTS = frozenset({b"from", b"to", b"cc", b"reply-to", b"references", b"in-reply-to"})
# Kept even when a flood of other fields has used up the room.
_NEEDED = _MIME_FIELDS | {
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"sender", b"reply-to",
    b"auto-submitted", b"mime-version",
}  # fmt: skip
_MAX_NEEDED = 40


@dataclass(frozen=True)
class Skeleton:
    """What a parser may see. `holes` maps a placeholder (the decoded part body) to the base64 octets it stands for."""

    octets: bytes
    holes: dict[bytes, bytes]
    notes: tuple[str, ...]


class _Full(Exception):
    """The budget is used up: the rest of the mail is not read."""


def skeleton(octets: bytes) -> Skeleton:
    """Walk the structure once, in linear time, and keep what fits into the bounds above."""
    notes: list[str] = []
    if octets.count(b"\r") != octets.count(b"\r\n"):
        # The standard library's parser ends a line at a lone CR; the walk must see the same lines.
        octets = re.sub(rb"\r(?!\n)", b"\n", octets)
        notes.append("lone carriage returns")
    walk = _Walk(octets, notes)
    try:
        walk.run()
    except _Full as full:
        notes.append(str(full))
    return Skeleton(b"".join(walk.out), walk.holes, tuple(dict.fromkeys(notes)))


class _Walk:
    def __init__(self, octets: bytes, notes: list[str]):
        self.octets = octets
        self.notes = notes
        self.out: list[bytes] = []
        self.holes: dict[bytes, bytes] = {}
        # (boundary, is a digest); b"" for a message within a message.
        self.open: list[tuple[bytes, bool]] = []
        self.work = 0
        self.looked = 0
        # Derived from the mail itself, so that no mail can contain its own placeholder.
        self.mark = b"hole-" + hashlib.sha256(octets).hexdigest()[:32].encode() + b"-"

    def run(self) -> None:
        pos, parts, top = 0, 0, True
        while True:
            pos, inner = self._head(pos, top)
            top = False
            if inner:
                continue
            found = self._delimiter(pos)
            while found is not None and found[1]:
                del self.open[found[0] :]
                pos = found[2]
                found = self._delimiter(pos)
            if found is None:
                return
            del self.open[found[0] + 1 :]
            pos = found[2]
            parts += 1
            if parts > MAX_PARTS:
                raise _Full(f"more than {MAX_PARTS} parts; the rest was not read")

    def _spend(self, start: int, end: int) -> None:
        """Copy octets[start:end] to the output, as far as the budget reaches."""
        lines = self.octets.count(b"\n", start, end) + (end - start) // _OCTETS_PER_LINE + 1
        each = len(self.open) + _WORK_FLOOR
        if self.work + lines * each > MAX_WORK:
            room = max(0, MAX_WORK - self.work) // each
            cut = self.octets[start : min(end, start + room * _OCTETS_PER_LINE)].split(b"\n", room)[:room]
            self.out.append(b"\n".join(cut) + b"\n")
            raise _Full("too long; the rest was not read")
        self.work += lines * each
        self.out.append(self.octets[start:end])

    def _delimiter(self, pos: int) -> tuple[int, bool, int] | None:
        """Copy up to and with the next boundary line of an open multipart: (which, closing, position after it)."""
        lines: dict[bytes, tuple[int, bool]] = {}
        for index, (boundary, _) in enumerate(self.open):
            if boundary:
                lines.setdefault(b"--" + boundary, (index, False))
                lines.setdefault(b"--" + boundary + b"--", (index, True))
        at = pos if self.octets.startswith(b"--", pos) else self.octets.find(b"\n--", pos) + 1
        while lines and at >= pos and (at or self.octets.startswith(b"--")):
            end = self.octets.find(b"\n", at)
            end = len(self.octets) if end < 0 else end + 1
            hit = lines.get(self.octets[at : min(end, at + 400)].rstrip(b" \t\r\n"))
            if hit:
                self._spend(pos, end)
                return hit[0], hit[1], end
            self.looked += 1
            if self.looked > MAX_CANDIDATES:
                self._spend(pos, at)
                raise _Full("too many lines that look like boundaries; the rest was not read")
            at = self.octets.find(b"\n--", end - 1) + 1
            if at == 0:
                break
        self._spend(pos, len(self.octets))
        return None

    def _head(self, pos: int, top: bool) -> tuple[int, bool]:
        """Copy one bounded header block; (position of the body, whether another header block follows at once)."""
        octets = self.octets
        if octets.startswith((b"\n", b"\r\n"), pos):
            end, body = pos, octets.find(b"\n", pos) + 1
        else:
            blank = _BLANK.search(octets, pos)
            end, body = (blank.start() + 1, blank.end()) if blank else (len(octets), len(octets))
        block = octets[pos : min(end, pos + MAX_HEADER_SCAN)]
        fields, used = self._fields(block)
        kept = self._fitting(fields, top)
        self.out.append(b"".join(kept))
        self.work += len(fields)
        if used < len(block):
            body = pos + used  # a line that is no header: the body starts here without a blank line
        self.out.append(b"\n")
        if len(kept) < len(fields):
            self.notes.append("too many or too long headers; some were not read")
        return self._enter(kept, body)

    def _fields(self, block: bytes) -> tuple[list[bytes], int]:
        delimiters = {b"--" + boundary for boundary, _ in self.open if boundary}
        fields: list[list[bytes]] = []
        used = 0
        for line in block.splitlines(keepends=True):
            bare = line.rstrip(b" \t\r\n")
            if line[:1] in b" \t" and fields:
                fields[-1].append(line)
            elif bare in delimiters or bare.removesuffix(b"--") in delimiters:
                break
            elif _FIELD.match(line) or (not used and line.startswith(b"From ")):
                fields.append([line])
            elif not line.startswith((b" ", b"\t")) and (used or not line.startswith(b">From ")):
                break
            used += len(line)
        return [b"".join(field) for field in fields], used

    def _fitting(self, fields: list[bytes], top: bool) -> list[bytes]:
        most = MAX_HEADERS if top else MAX_PART_HEADERS
        kept: list[bytes] = []
        room, needed = MAX_HEADER_OCTETS, 0
        for field in fields:
            name = field.partition(b":")[0].strip().lower()
            limit = MAX_LIST_FIELD if name in _LISTS else MAX_FIELD
            if name in _MIME_FIELDS or not top or field.count(b"=?") > field.count(b"?=") + 20:
                limit = MAX_MIME_FIELD  # parameters and unfinished encoded-words cost parsers quadratic time
            cut = field
            if len(field) > limit:
                self.notes.append("too many or too long headers; some were not read")
                # The newest references stand last.
                cut = b"References: " + field[-limit:] if name == b"references" else field[:limit].rstrip() + b"\n"
            plenty = len(kept) >= most or len(cut) > room
            spare = name in _NEEDED and needed < _MAX_NEEDED and len(cut) <= room + MAX_MIME_FIELD * _MAX_NEEDED
            if plenty and not spare:
                continue
            needed += plenty
            room -= len(cut)
            kept.append(cut)
        return kept

    def _enter(self, kept: list[bytes], body: int) -> tuple[int, bool]:
        """Open the container that these headers announce, or take a large file out; (position, headers follow)."""
        head = Headers()
        head.set_default_type("message/rfc822" if self.open and self.open[-1][1] else "text/plain")
        for field in kept:
            name, _, value = field.partition(b":")
            if name.strip().lower() in _MIME_FIELDS:
                head[name.decode("latin-1")] = value.decode("ascii", "surrogateescape").strip()
        try:
            kind, boundary = head.get_content_type(), head.get_boundary() or ""
        except Exception:  # a header so broken that it announces nothing
            kind, boundary = "text/plain", ""
        if len(self.open) >= MAX_DEPTH and kind.startswith(("multipart/", "message/")):
            raise _Full(f"nested more than {MAX_DEPTH} deep; the rest was not read")
        if kind.startswith("multipart/") and boundary:
            self.open.append((boundary.encode("utf-8", "surrogateescape"), kind == "multipart/digest"))
        elif kind.startswith("message/") and kind != "message/delivery-status":
            self.open.append((b"", False))
            return body, True
        elif "base64" in str(head.get("content-transfer-encoding", "")).lower():
            body = self._take_out(body)
        return body, False

    def _take_out(self, body: int) -> int:
        end = self.octets.find(b"\n--", max(body - 1, 0))
        end = len(self.octets) if end < 0 else end + 1
        if end - body < HOLE_FROM:
            return body
        inside = self.octets[body:end]
        if inside.translate(None, _BASE64):
            return body
        token = self.mark + str(len(self.holes)).encode()
        self.holes[token] = inside
        self.out.append(b64encode(token) + b"\n")
        return end
