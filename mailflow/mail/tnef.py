"""Opens Outlook's winmail.dat: the text and the files in it.

In: the octets of a TNEF stream ([MS-OXTNEF]).
Out: Held.
Fails: never; what cannot be read is said in `faults`.
Limits: MAX_FILES files, MAX_PROPERTIES properties a block, MAX_ATTRIBUTES attributes; a mail within is one file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailflow.mail import decode

MAX_FILES = 200
MAX_ATTRIBUTES = 2_000
MAX_PROPERTIES = 2_000
MAX_VALUES = 100
MAX_WORDS = 2_000_000
MAX_NAME_OCTETS = 2_000

_SIGNATURE = 0x223E9F78
# Attributes ([MS-OXTNEF] section 2.1.3.1); the upper half is the type, as it stands in the stream.
_BODY, _CODE_PAGE, _PROPERTIES = 0x0002800C, 0x00069007, 0x00069003
_NEW_FILE, _FILE_DATA, _FILE_TITLE, _FILE_PROPERTIES = 0x00069002, 0x0006800F, 0x00018010, 0x00069005
# Properties ([MS-OXPROPS]).
_PR_BODY, _PR_RTF, _PR_HTML, _PR_CPID = 0x1000, 0x1009, 0x1013, 0x3FDE
_PR_DATA, _PR_SHORT, _PR_LONG, _PR_TYPE, _PR_CID, _PR_NAME = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712, 0x3001
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_NARROW, _WIDE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_VARIABLE = frozenset({_NARROW, _WIDE, _BINARY, _OBJECT})
_MULTIPLE = 0x1000
_IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


@dataclass
class File:
    """One file in the wrapper; `is_message`: it is a mail, again as TNEF."""

    name: str = ""
    kind: str = ""
    octets: bytes = b""
    cid: str = ""
    is_message: bool = False


@dataclass
class Held:
    """What the wrapper holds; `whole` says that it was read to its end. `rtf` is still compressed."""

    text: str = ""
    html: str = ""
    rtf: bytes = b""
    files: list[File] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    whole: bool = False


class _Broken(Exception):
    """The stream ends or says what cannot be."""


def read(octets: bytes) -> Held:
    """Open one wrapper as far as it can be read."""
    held = Held()
    page, described = "", False
    try:
        for attribute, value in _attributes(octets):
            if attribute == _CODE_PAGE and len(value) >= 4:
                page = decode.code_page(struct.unpack_from("<I", value)[0])
            elif attribute == _BODY and not held.text:
                held.text = decode.text(value[:MAX_WORDS].rstrip(b"\0"), page)
            elif attribute == _PROPERTIES and not described:
                described = True
                _body(held, dict(_properties(value)), page)
            elif attribute == _NEW_FILE:
                if len(held.files) >= MAX_FILES:
                    raise _Broken(f"more than {MAX_FILES} files")
                held.files.append(File())
            elif held.files and attribute == _FILE_DATA:
                held.files[-1].octets = value
            elif held.files and attribute == _FILE_TITLE and not held.files[-1].name:
                held.files[-1].name = decode.text(value[:MAX_NAME_OCTETS].rstrip(b"\0"), page)
            elif held.files and attribute == _FILE_PROPERTIES:
                _file(held.files[-1], dict(_properties(value)), page)
        held.whole = True
    except (_Broken, struct.error) as broken:
        held.faults.append(f"winmail.dat could not be read to its end ({broken})")
    held.files = [file for file in held.files if file.octets or file.name]
    return held


def _attributes(octets: bytes) -> Iterator[tuple[int, bytes]]:
    if len(octets) < 6 or struct.unpack_from("<I", octets)[0] != _SIGNATURE:
        raise _Broken("it does not begin like one")
    at = 6
    for _ in range(MAX_ATTRIBUTES):
        if at + 9 > len(octets):
            return
        attribute, length = struct.unpack_from("<II", octets, at + 1)
        at += 9
        if at + length > len(octets):
            raise _Broken("it is cut off")
        yield attribute, octets[at : at + length]
        at += length + 2  # a checksum follows
    raise _Broken(f"more than {MAX_ATTRIBUTES} attributes")


def _properties(octets: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """(id, (type, first value)) of a block of MAPI properties ([MS-OXTNEF] section 2.1.3.4); named ones are passed."""
    count = min(struct.unpack_from("<I", octets)[0], MAX_PROPERTIES)
    at = 4
    for _ in range(count):
        kind, ident = struct.unpack_from("<HH", octets, at)
        at += 4
        if ident >= 0x8000:
            by_name = struct.unpack_from("<I", octets, at + 16)[0]
            at += 20
            at += 4 + (_padded(struct.unpack_from("<I", octets, at)[0]) if by_name else 0)
        bare = kind & ~_MULTIPLE
        values = 1
        if bare in _VARIABLE or kind & _MULTIPLE:
            values = struct.unpack_from("<I", octets, at)[0]
            at += 4
        if values > MAX_VALUES or (bare not in _VARIABLE and bare not in _SIZES):
            raise _Broken("a property of an unknown kind")
        first = b""
        for index in range(values):
            length = _SIZES.get(bare, 0)
            if bare in _VARIABLE:
                length = struct.unpack_from("<I", octets, at)[0]
                at += 4
            if at + length > len(octets):
                raise _Broken("a property is cut off")
            if not index:
                first = octets[at : at + length]
            at += _padded(length)
        if ident < 0x8000:
            yield ident, (bare, first)


def _padded(length: int) -> int:
    return length + -length % 4


def _body(held: Held, found: dict[int, tuple[int, bytes]], page: str) -> None:
    net = struct.unpack("<I", found[_PR_CPID][1])[0] if len(found.get(_PR_CPID, (0, b""))[1]) == 4 else 0
    if _PR_BODY in found:
        held.text = _string(found[_PR_BODY], page, MAX_WORDS) or held.text
    if _PR_HTML in found:
        held.html = _string(found[_PR_HTML], decode.code_page(net) or page, MAX_WORDS)
    if _PR_RTF in found:
        held.rtf = found[_PR_RTF][1]


def _file(file: File, found: dict[int, tuple[int, bytes]], page: str) -> None:
    names = [_string(found[ident], page) for ident in (_PR_LONG, _PR_NAME, _PR_SHORT) if ident in found]
    file.name = next(filter(None, names[:1] if _PR_LONG in found else [file.name, *names]), file.name)
    file.kind = _string(found[_PR_TYPE], page) if _PR_TYPE in found else file.kind
    file.cid = _string(found[_PR_CID], page) if _PR_CID in found else file.cid
    kind, value = found.get(_PR_DATA, (0, b""))
    if value and kind in {_OBJECT, _BINARY}:
        file.octets = value[16:] if kind == _OBJECT else value
        file.is_message = kind == _OBJECT and value.startswith(_IID_MESSAGE)
        if file.is_message:
            file.kind = "application/ms-tnef"


def _string(value: tuple[int, bytes], page: str, limit: int = MAX_NAME_OCTETS) -> str:
    kind, octets = value
    octets = octets[:limit]
    if kind == _WIDE:
        return decode.clean(octets.decode("utf-16-le", "replace")).rstrip("\0")
    return decode.text(octets.rstrip(b"\0"), page)
