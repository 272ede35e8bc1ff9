"""Undoes the transfer encoding of a part, however it was damaged on the way.

In: the octets of a part's body and what its Content-Transfer-Encoding claims.
Out: the octets that were meant.
Fails: never; what is not encoded as claimed is given back as it stands.
Limits: linear; MAX_UU_FILES files typed into one text. What follows a finished base64 body (list footers) is left out.
"""

from __future__ import annotations

import binascii
import re

MAX_UU_FILES = 50
MAX_PIECES = 10_000

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{4,}={0,2}|[A-Za-z0-9+/]{2,3}={1,2}")
_LONG_LINE = 40
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n|\Z)")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)


def encoding(value: str) -> str:
    """What a Content-Transfer-Encoding means: "base64", "quoted-printable", "uuencode" or "" for none (RFC 2045)."""
    letters = "".join(c for c in value.lower() if c.isalnum())
    if letters.startswith(("base64", "b64")):
        return "base64"
    if letters.startswith(("quotedprint", "qp")):
        return "quoted-printable"
    return "uuencode" if letters.startswith(("xuu", "uu")) else ""


def decoded(octets: bytes, how: str, is_text: bool) -> bytes:
    """The octets behind a transfer encoding; `is_text` allows for words that were added or never encoded."""
    if how == "base64":
        return _base64_text(octets) if is_text else base64(octets)
    if how == "quoted-printable":
        return binascii.a2b_qp(_SOFT_BREAK.sub(b"=", octets))
    if how == "uuencode":
        left, files = uu_files(octets)
        return files[0][1] if files else octets
    return octets


def base64(octets: bytes) -> bytes:
    """Lenient base64: foreign characters skipped, a cut end tolerated, pieces with padding of their own joined."""
    bare = octets.rstrip(b"= \t\r\n\0")
    if b"=" not in bare:
        try:
            return binascii.a2b_base64(bare + b"==")
        except binascii.Error:  # a letter too many or too few
            return _quads(bare)
    if bare.count(b"=") > MAX_PIECES:
        return _quads(bare)
    return b"".join(_quads(piece) for piece in bare.split(b"=") if piece)


def _quads(octets: bytes) -> bytes:
    letters = octets.translate(None, _NOT_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return b""


def _base64_text(octets: bytes) -> bytes:
    """A text in base64: a footer behind it is not read as base64, words that were never encoded are kept."""
    lines = octets.split(b"\n")
    good = [bool(_BASE64_LINE.fullmatch(line.strip())) for line in lines]
    wordy = [not fine and b" " in line.strip() for line, fine in zip(lines, good, strict=True)]
    if not any(wordy):
        return base64(octets)
    first = wordy.index(True)
    long_after = any(fine and len(line) >= _LONG_LINE for line, fine in zip(lines[first:], good[first:], strict=True))
    if long_after:  # broken in the middle, not ended
        return base64(octets)
    before = b"\n".join(line for line, fine in zip(lines[:first], good[:first], strict=True) if fine)
    if before.strip():
        return base64(before)
    # Either words that were never encoded, or base64 with spaces put in: words decoded as if would be no text.
    read = base64(octets)
    try:
        return octets if _UNPRINTABLE.search(read.decode("utf-8")) else read
    except UnicodeDecodeError:
        return octets


def uu_files(octets: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """(the text without them, [(name, octets)]) of the uuencoded files that stand in a text."""
    left: list[bytes] = []
    files: list[tuple[bytes, bytes]] = []
    at = 0
    for begin in _UU_BEGIN.finditer(octets):
        if begin.start() < at or len(files) >= MAX_UU_FILES:
            continue
        read = _uu_lines(octets, begin.end())
        if read is None:
            continue
        left.append(octets[at : begin.start()])
        files.append((begin[1].strip(), read[0]))
        at = read[1]
    left.append(octets[at:])
    return b"".join(left), files


def _uu_lines(octets: bytes, at: int) -> tuple[bytes, int] | None:
    """The file and the place behind its "end" line; None if this is no uuencoded file."""
    out: list[bytes] = []
    while at < len(octets):
        end = octets.find(b"\n", at)
        end = len(octets) if end < 0 else end
        line = octets[at:end].rstrip(b"\r")
        at = end + 1
        if line.strip() == b"end":
            return (b"".join(out), at) if out else None
        if not line.strip(b" `"):
            continue
        length = (line[0] - 32) & 63
        if not 32 <= line[0] <= 96 or len(line) < 1 + length * 4 // 3 or len(line) > 70:
            return None
        try:
            out.append(binascii.a2b_uu(line[: 1 + (length + 2) // 3 * 4]))
        except binascii.Error:
            return None
    return None
