"""Takes the signed content out of an opaque S/MIME part; closed ones it only recognises.

In: the octets of a CMS object (RFC 5652), DER or BER.
Out: Cms: what kind it is and, if it is signed data, what was signed.
Fails: never.
Limits: MAX_ELEMENTS elements, MAX_NESTING deep. No signature is checked: what a mail proves is read elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailflow.mail import transfer

MAX_ELEMENTS = 30_000
MAX_NESTING = 12

SIGNED, ENVELOPED, OTHER = "signed", "enveloped", "other"
_PKCS7 = bytes.fromhex("2a864886f70d0107")
_KINDS = {
    _PKCS7 + b"\x02": SIGNED,
    _PKCS7 + b"\x03": ENVELOPED,
    _PKCS7 + b"\x06": ENVELOPED,
    bytes.fromhex("2a864886f70d0109100117"): ENVELOPED,  # AuthEnvelopedData, RFC 5083
}
_OID, _OCTETS, _SEQUENCE, _EXPLICIT = 0x06, 0x04, 0x30, 0xA0


@dataclass(frozen=True)
class Cms:
    """`content` is what was signed, b"" if nothing is inside (certificates only)."""

    kind: str
    content: bytes = b""


class _Broken(Exception):
    """Not the object it claims to be."""


def read(octets: bytes) -> Cms:
    """Look into one object."""
    if octets.startswith((b"MI", b"-----BEGIN")):  # written twice in base64, or with PEM lines around it
        lines = [line for line in octets.split(b"\n") if not line.startswith(b"-----")]
        octets = transfer.base64(b"".join(lines))
    walk = _Walk(octets)
    try:
        info = walk.children(walk.element(0, len(octets), 0, last=True), 2, _SEQUENCE)
        kind = _KINDS.get(walk.inside(info[0], _OID), OTHER)
        if kind != SIGNED or len(info) < 2:
            return Cms(kind)
        signed = walk.children(walk.children(info[1], 1, _EXPLICIT)[0], 3, _SEQUENCE)
        held = walk.children(signed[2], 2, _SEQUENCE)
        if len(held) < 2:
            return Cms(SIGNED)
        return Cms(SIGNED, b"".join(walk.strings(walk.children(held[1], 1, _EXPLICIT)[0], 0)))
    except (_Broken, IndexError):
        return Cms(OTHER)


@dataclass(frozen=True)
class _Element:
    tag: int
    start: int
    end: int
    after: int


class _Walk:
    def __init__(self, octets: bytes):
        self.octets = octets
        self.left = MAX_ELEMENTS

    def element(self, at: int, end: int, depth: int, last: bool = False) -> _Element:
        """The element at `at`; an indefinite length (BER) is found by walking, unless it is the last wanted."""
        self.left -= 1
        if self.left < 0 or depth > MAX_NESTING or at + 2 > end:
            raise _Broken
        tag, length = self.octets[at], self.octets[at + 1]
        start = at + 2
        if tag & 0x1F == 0x1F:
            raise _Broken
        if length == 0x80:
            if last:
                return _Element(tag, start, end, end)
            inner = start
            while self.octets[inner : inner + 2] != b"\0\0":
                inner = self.element(inner, end, depth + 1).after
            return _Element(tag, start, inner, inner + 2)
        if length & 0x80:
            size = length & 0x7F
            if size > 5 or start + size > end:
                raise _Broken
            length = int.from_bytes(self.octets[start : start + size], "big")
            start += size
        if start + length > end:
            raise _Broken
        return _Element(tag, start, start + length, start + length)

    def children(self, parent: _Element, wanted: int, tag: int) -> list[_Element]:
        """The first elements within one that must have this tag."""
        if parent.tag != tag:
            raise _Broken
        out: list[_Element] = []
        at = parent.start
        while at < parent.end and len(out) < wanted and self.octets[at : at + 2] != b"\0\0":
            out.append(self.element(at, parent.end, 0, last=len(out) + 1 == wanted))
            at = out[-1].after
        return out

    def inside(self, element: _Element, tag: int) -> bytes:
        """The octets of a primitive element that must have this tag."""
        if element.tag != tag:
            raise _Broken
        return self.octets[element.start : element.end]

    def strings(self, element: _Element, depth: int) -> list[bytes]:
        """The pieces of an OCTET STRING, which BER may cut up."""
        if element.tag == _OCTETS:
            return [self.octets[element.start : element.end]]
        if element.tag != _OCTETS | 0x20 or depth > MAX_NESTING:
            raise _Broken
        out: list[bytes] = []
        at = element.start
        while at < element.end and self.octets[at : at + 2] != b"\0\0":
            piece = self.element(at, element.end, depth)
            out += self.strings(piece, depth + 1)
            at = piece.after
        return out
