"""Reads one block of header fields, bounded, whatever stands between them.

In: the octets of a mail and where the block begins.
Out: Block: the fields in order, where the body begins, what was odd.
Fails: never.
Limits: the constants below; what does not fit stays in the original only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_HEADERS = 1_000
MAX_PART_HEADERS = 50
MAX_HEADER_OCTETS = 256 * 1024
MAX_HEADER_SCAN = 4 * MAX_HEADER_OCTETS
MAX_FIELD = 8 * 1024
MAX_LIST_FIELD = 32 * 1024
MAX_MIME_FIELD = 4 * 1024
MAX_GARBAGE = 8 * 1024
# Lines looked at behind one that is no field, to see whether the header goes on.
_LOOK_AHEAD = 5
_MAX_STRAYS = 20

_BLANK = re.compile(rb"\n\r?\n")
# RFC 5322 section 4.5: old programs put white space in front of the colon.
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200})[ \t]{0,20}:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|message-id|in-reply-to|references|reply-to|sender|received|return-path|"
    rb"delivered-to|mime-version|content-[a-z-]{2,30}|x-[\w-]{2,60}|dkim-signature|authentication-results|"
    rb"arc-[a-z-]{3,40}|list-[a-z-]{2,30}|precedence|auto-submitted|importance|priority|thread-[a-z]{4,10}|user-agent|"
    rb"organization)[ \t]?:",
    re.IGNORECASE,
)
_CORE = frozenset({b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"})
# A name with spaces or letters beyond ASCII, which no header has, in front of a value.
_NEARLY = re.compile(rb"[^\s:][^:\r\n]{0,60}:[ \t]+\S")
_MIME_CONTINUED = re.compile(rb"[A-Za-z][A-Za-z0-9*-]{0,40}[ \t]?=")
_FIRST_KNOWN = re.compile(rb"^(?:" + _KNOWN.pattern + rb")", re.IGNORECASE | re.MULTILINE)
MIME_FIELDS = frozenset({b"content-type", b"content-disposition", b"content-transfer-encoding", b"content-id"})
_LISTS = frozenset({b"from", b"to", b"cc", b"reply-to", b"references", b"in-reply-to"})
# Kept even when a flood of other fields has used up the room.
_NEEDED = MIME_FIELDS | {
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"sender", b"reply-to",
    b"auto-submitted", b"mime-version",
}  # fmt: skip
_MAX_NEEDED = 40
CUT = "too many or too long headers; some were not read"
STRAY = "lines that are no header stand among the headers"


@dataclass(frozen=True)
class Block:
    """Fields as (lower-case name, value as it stands, octets beyond ASCII as surrogates), and where the body begins."""

    fields: tuple[tuple[str, str], ...]
    body: int
    notes: tuple[str, ...]


def block(octets: bytes, pos: int, top: bool, delimiters: frozenset[bytes] = frozenset()) -> Block:
    """Read the header block at `pos`; `delimiters` are the boundary lines that would end it (RFC 2046 section 5.1)."""
    if top:
        pos = _start(octets, pos)
    found, body, notes = _lines(octets, pos, top, delimiters)
    if top and found and not _CORE & {name for name, _ in found} and body < len(octets):
        # A blank line among the headers: some gateways put their own in front of it.
        more, after, further = _lines(octets, body, top, delimiters)
        if len(more) > 1 and _CORE & {name for name, _ in more}:
            found, body, notes = found + more, after, [*notes, *further, STRAY]
    kept = _fitting(found, top)
    if len(kept) < len(found) or kept != found:
        notes.append(CUT)
    fields = tuple((name.decode("latin-1"), value.decode("ascii", "surrogateescape")) for name, value in kept)
    return Block(fields, body, tuple(notes))


def _start(octets: bytes, pos: int) -> int:
    """Where the headers begin: behind blank lines, an mbox "From " line (RFC 4155), a server's banner."""
    at = pos
    while octets[at : at + 1] in {b"\r", b"\n", b" ", b"\t"}:
        end = octets.find(b"\n", at)
        if end < 0 or octets[at:end].strip():
            break
        at = end + 1
    line = octets[at : at + MAX_FIELD].partition(b"\n")[0]
    if line.startswith((b"From ", b">From ")) or _FIELD.match(line.lstrip()):
        return at
    known = _FIRST_KNOWN.search(octets, at, at + MAX_GARBAGE)
    again = _FIRST_KNOWN.search(octets, known.end(), known.end() + MAX_GARBAGE) if known else None
    return known.start() if known and again else pos


def _lines(
    octets: bytes, pos: int, top: bool, delimiters: frozenset[bytes]
) -> tuple[list[tuple[bytes, bytes]], int, list[str]]:
    if octets.startswith((b"\n", b"\r\n"), pos):
        return [], octets.find(b"\n", pos) + 1, []
    blank = _BLANK.search(octets, pos)
    end, body = (blank.start() + 1, blank.end()) if blank else (len(octets), len(octets))
    lines = octets[pos : min(end, pos + MAX_HEADER_SCAN)].splitlines(keepends=True)
    fields: list[tuple[bytes, list[bytes]]] = []
    notes: list[str] = []
    strays, here, after = 0, pos, pos
    for index, raw in enumerate(lines):
        here, after = after, after + len(raw)
        line = raw.lstrip() if top and not fields else raw  # an indented first line continues nothing
        bare = line.rstrip(b" \t\r\n")
        field = _FIELD.match(line)
        if not bare or line[:1] in b" \t":
            if fields:
                fields[-1][1].append(line)
        elif bare in delimiters or bare.removesuffix(b"--") in delimiters:
            return _values(fields), here, notes
        elif field:
            fields.append((field[1].lower(), [line[field.end() :]]))
        elif fields and _continues(fields[-1], line):
            fields[-1][1].append(b" " + line)
        elif not (top and line.startswith((b"From ", b">From "))):
            strays += 1
            ahead = lines[index + 1 : index + 1 + _LOOK_AHEAD]
            nearly = bool(fields) and (line[:1] == b":" or (not ahead and _NEARLY.match(line)))
            goes_on = nearly or ((fields or top) and any(_KNOWN.match(later) for later in ahead))
            if not goes_on or strays > _MAX_STRAYS:
                return _values(fields), here, notes  # the body starts here without a blank line
            notes.append(STRAY)
    return _values(fields), body, notes


def _continues(field: tuple[bytes, list[bytes]], line: bytes) -> bool:
    """Whether a line that is not indented goes on with the field before it: a parameter, or a further encoded-word."""
    if field[0] in MIME_FIELDS:
        return bool(_MIME_CONTINUED.match(line))
    return line.startswith(b"=?") and field[1][-1].rstrip().endswith(b"?=")


def _values(fields: list[tuple[bytes, list[bytes]]]) -> list[tuple[bytes, bytes]]:
    return [(name, b"".join(lines).strip(b" \t\r\n")) for name, lines in fields]


def _fitting(fields: list[tuple[bytes, bytes]], top: bool) -> list[tuple[bytes, bytes]]:
    most = MAX_HEADERS if top else MAX_PART_HEADERS
    kept: list[tuple[bytes, bytes]] = []
    room, needed = MAX_HEADER_OCTETS, 0
    for name, value in fields:
        limit = MAX_LIST_FIELD if name in _LISTS else MAX_FIELD
        if name in MIME_FIELDS or not top or value.count(b"=?") > value.count(b"?=") + 20:
            limit = MAX_MIME_FIELD  # unfinished encoded-words in their thousands are nobody's subject
        # The newest references stand last.
        cut = value if len(value) <= limit else value[-limit:] if name == b"references" else value[:limit].rstrip()
        size = len(name) + len(cut) + 4
        plenty = len(kept) >= most or size > room
        spare = name in _NEEDED and needed < _MAX_NEEDED and size <= room + MAX_MIME_FIELD * _MAX_NEEDED
        if plenty and not spare:
            continue
        needed += plenty
        room -= size
        kept.append((name, cut))
    return kept
