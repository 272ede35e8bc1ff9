"""Mails spoilt in the ways in which programs, servers and people with bad intentions spoil them.

In: dice, and mails to begin with.
Out: the octets of one spoilt mail.
Fails: never.
Limits: at most about MOST octets more than the mails it began with.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

MOST = 1_000_000
STEPS = (1, 1, 1, 2, 2, 3, 4, 6)
_BOUNDARY = re.compile(rb"^--.*$", re.MULTILINE)
_FIELD_VALUE = re.compile(rb"(charset|boundary|name|filename|format|delsp|report-type|method)(\*?=)([^;\r\n]*)", re.I)
_ENCODING = re.compile(rb"^(content-(?:transfer-encoding|type|disposition)):([^\r\n]*)", re.I | re.MULTILINE)

TOKENS = tuple(
    line.encode("latin-1").decode("unicode_escape").encode("latin-1")
    for line in Path(__file__).with_name("tokens.txt").read_text("utf-8").splitlines()[1:]
)
CHARSETS = (
    b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-2022-jp", b"gb18030", b"big5", b"shift_jis", b"euc-kr", b"koi8-r",
    b"utf-7", b"utf-16",
    b"utf-32", b"hz", b"unknown-8bit", b"", b"\x00", b"x" * 300, b"base64", b"rot13", b"utf-8\xff", b"cp65001",
    b"windows-1252",
)  # fmt: skip
ENCODINGS = (b" base64", b" quoted-printable", b" 7bit", b" 8bit", b" x-uuencode", b"", b" binary; x=y", b"\xff")

Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutated(dice: random.Random, originals: Sequence[bytes]) -> bytes:
    """One of the mails after some changes."""
    octets = dice.choice(originals)
    for _ in range(dice.choice(STEPS)):
        octets = dice.choice(CHANGES)(dice, octets, originals)
    if dice.random() < 0.02:
        octets = _repeated_much(dice, octets, originals)
    return octets


def _place(dice: random.Random, octets: bytes) -> int:
    """A place in the octets, often among the headers."""
    most = len(octets) if dice.random() < 0.5 else min(len(octets), 3_000)
    return dice.randint(0, most)


def _span(dice: random.Random, octets: bytes, most: int = 4_000) -> tuple[int, int]:
    start = _place(dice, octets)
    return start, min(len(octets), start + dice.randint(1, most))


def _flipped(dice: random.Random, octets: bytes, _: Sequence[bytes]) -> bytes:
    spoilt = bytearray(octets)
    for _ in range(dice.choice((1, 3, 10, 50))):
        if spoilt:
            spoilt[min(_place(dice, octets), len(spoilt) - 1)] ^= 1 << dice.randrange(8)
    return bytes(spoilt)


def _cut(dice: random.Random, octets: bytes, _: Sequence[bytes]) -> bytes:
    start, stop = _span(dice, octets)
    return dice.choice((octets[:start], octets[start:], octets[:start] + octets[stop:]))


def _spliced(dice: random.Random, octets: bytes, originals: Sequence[bytes]) -> bytes:
    other = dice.choice(originals)
    return octets[: _place(dice, octets)] + other[_place(dice, other) :]


def _inserted(dice: random.Random, octets: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(dice, octets)
    return octets[:at] + dice.choice(TOKENS) * dice.choice((1, 1, 1, 2, 20)) + octets[at:]


def _header_inserted(dice: random.Random, octets: bytes, _: Sequence[bytes]) -> bytes:
    lines = octets.split(b"\n", 200)
    lines.insert(dice.randint(0, min(len(lines), 20)), dice.choice(TOKENS).rstrip(b"\n"))
    return b"\n".join(lines)


def _headers_moved(dice: random.Random, octets: bytes, _: Sequence[bytes]) -> bytes:
    """Lines of the head swapped, doubled or lost."""
    head, blank, body = octets.partition(b"\n\n")
    lines = head.split(b"\n")
    for _ in range(dice.randint(1, 4)):
        one, two = dice.randrange(len(lines)), dice.randrange(len(lines))
        what = dice.randrange(3)
        if what == 0:
            lines[one], lines[two] = lines[two], lines[one]
        elif what == 1:
            lines.insert(one, lines[two])
        elif len(lines) > 1:
            del lines[one]
    return b"\n".join(lines) + blank + body


def _parts_moved(dice: random.Random, octets: bytes, originals: Sequence[bytes]) -> bytes:
    """Parts between boundary lines swapped, doubled or lost, with their lines or without."""
    cuts = [0, *(hit.start() for hit in _BOUNDARY.finditer(octets)), len(octets)][:200]
    parts = [octets[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]
    if len(parts) < 2:
        return _spliced(dice, octets, originals)
    one, two = dice.randrange(len(parts)), dice.randrange(len(parts))
    what = dice.randrange(4)
    if what == 0:
        parts[one], parts[two] = parts[two], parts[one]
    elif what == 1:
        parts.insert(one, parts[two])
    elif what == 2:
        del parts[one]
    else:
        parts[one] = parts[one].partition(b"\n")[2]
    return b"".join(parts) + octets[cuts[-1] :]


def _parameter_spoilt(dice: random.Random, octets: bytes, originals: Sequence[bytes]) -> bytes:
    found = list(_FIELD_VALUE.finditer(octets[:50_000]))
    if not found:
        return _inserted(dice, octets, originals)
    hit = dice.choice(found)
    value = dice.choice((*CHARSETS, dice.choice(TOKENS), b'"' + hit[3], hit[3][: len(hit[3]) // 2]))
    return octets[: hit.start(3)] + value + octets[hit.end(3) :]


def _encoding_spoilt(dice: random.Random, octets: bytes, originals: Sequence[bytes]) -> bytes:
    found = list(_ENCODING.finditer(octets[:50_000]))
    if not found:
        return _header_inserted(dice, octets, originals)
    hit = dice.choice(found)
    return octets[: hit.start(2)] + dice.choice((*ENCODINGS, dice.choice(TOKENS))) + octets[hit.end(2) :]


def _line_ends(dice: random.Random, octets: bytes, _: Sequence[bytes]) -> bytes:
    ends = dice.choice((b"\r\n", b"\r", b"\n\r", b"\n ", b"", b"\n\n", b"\x0b", b"\xc2\x85", b"\xe2\x80\xa8"))
    start, stop = _span(dice, octets, 20_000)
    return octets[:start] + octets[start:stop].replace(b"\n", ends) + octets[stop:]


def _repeated(dice: random.Random, octets: bytes, _: Sequence[bytes]) -> bytes:
    start, stop = _span(dice, octets, dice.choice((1, 10, 100, 1_000)))
    return (
        octets[:stop] + octets[start:stop] * dice.choice((2, 20, 200)) + octets[stop:]
        if stop - start < MOST
        else octets
    )


def _repeated_much(dice: random.Random, octets: bytes, _: Sequence[bytes]) -> bytes:
    """A block, or a token that parsers stumble over, as often as fits into MOST."""
    start, stop = _span(dice, octets, dice.choice((1, 5, 50, 2_000)))
    block = dice.choice((octets[start:stop], dice.choice(TOKENS), dice.choice(TOKENS) + dice.choice(TOKENS))) or b"x"
    return octets[:start] + block * (dice.choice((20_000, 200_000, MOST)) // len(block)) + octets[start:]


CHANGES: tuple[Change, ...] = (
    _flipped, _cut, _spliced, _inserted, _inserted, _header_inserted, _headers_moved, _parts_moved, _parameter_spoilt,
    _encoding_spoilt, _line_ends, _repeated,
)  # fmt: skip
