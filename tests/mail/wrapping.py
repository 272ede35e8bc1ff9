"""Writes the wrappers that tests open: TNEF, CMS, compound files, saved Outlook mails, compressed Rich Text."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Property = tuple[int, int, bytes]
Tree = Mapping[str, "bytes | Tree"]


def der(tag: int, *contents: bytes) -> bytes:
    """One element of ASN.1 with a definite length."""
    body = b"".join(contents)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def ber(tag: int, *contents: bytes) -> bytes:
    """One element with an indefinite length, as programs write that do not know the end yet."""
    return bytes([tag, 0x80]) + b"".join(contents) + b"\0\0"


def signed(content: bytes, *, pieces: int = 0) -> bytes:
    """CMS signed data (RFC 5652 section 5.1) without certificates; `pieces` cuts the content up as BER allows."""
    oid, data = der(6, bytes.fromhex("2a864886f70d010702")), der(6, bytes.fromhex("2a864886f70d010701"))
    make = ber if pieces else der
    if pieces:
        cut = [der(4, content[at : at + pieces]) for at in range(0, len(content), pieces)]
        octets = ber(0x24, *cut)
    else:
        octets = der(4, content)
    held = make(0x30, data, make(0xA0, octets))
    return make(0x30, oid, make(0xA0, make(0x30, der(2, b"\1"), der(0x31), held, der(0x31))))


def enveloped() -> bytes:
    """CMS enveloped data with nothing in it."""
    return der(0x30, der(6, bytes.fromhex("2a864886f70d010703")), der(0xA0, der(0x30, der(2, b"\0"))))


def wide(words: str) -> bytes:
    """A Unicode string as MAPI keeps it."""
    return (words + "\0").encode("utf-16-le")


def properties(found: Iterable[Property]) -> bytes:
    """A block of MAPI properties in TNEF ([MS-OXTNEF] section 2.1.3.4): (type, id, value)."""
    out = []
    for kind, ident, value in found:
        one = struct.pack("<HH", kind, ident)
        if ident >= 0x8000:
            one += b"g" * 16 + struct.pack("<II", 1, 6) + "abc".encode("utf-16-le") + b"\0\0"
        if kind in {0x1E, 0x1F, 0x102, 0x0D}:
            one += struct.pack("<II", 1, len(value))
        out.append(one + value + b"\0" * (-len(value) % 4))
    return struct.pack("<I", len(out)) + b"".join(out)


def attribute(number: int, value: bytes, level: int = 1) -> bytes:
    """One attribute of a TNEF stream."""
    return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def tnef(
    body: Iterable[Property] = (), files: Iterable[tuple[str, bytes, list[Property]]] = (), page: int = 1252
) -> bytes:
    """A winmail.dat: properties of the mail, then files as (short name, octets, properties)."""
    out = [struct.pack("<IH", 0x223E9F78, 1), attribute(0x00069007, struct.pack("<II", page, 0))]
    found = list(body)
    if found:
        out.append(attribute(0x00069003, properties(found)))
    for name, octets, more in files:
        out.append(attribute(0x00069002, b"\0" * 14, 2))
        out.append(attribute(0x00018010, name.encode("cp1252") + b"\0", 2))
        if octets:
            out.append(attribute(0x0006800F, octets, 2))
        if more:
            out.append(attribute(0x00069005, properties(more), 2))
    return b"".join(out)


def stored_rtf(octets: bytes) -> bytes:
    """PR_RTF_COMPRESSED that is not compressed."""
    return struct.pack("<II", len(octets) + 12, len(octets)) + b"MELA" + b"\0" * 4 + octets


def compound(tree: Tree) -> bytes:
    """A compound file ([MS-CFB], version 3); small streams lie in the small stream, as the format wants it."""
    entries: list[list] = [["Root Entry", 5, FREE, END, 0]]
    big: list[tuple[int, bytes]] = []
    small = bytearray()
    small_table: list[int] = []

    def add(name: str, held: bytes | Tree) -> int:
        number = len(entries)
        entries.append([name, 2 if isinstance(held, bytes) else 1, FREE, END, 0, FREE])
        if isinstance(held, bytes):
            entries[number][4] = len(held)
            if len(held) >= 4096:
                big.append((number, held))
            elif held:
                entries[number][3] = len(small_table)
                count = (len(held) + 63) // 64
                small_table.extend([*range(len(small_table) + 1, len(small_table) + count), END])
                small.extend(held + b"\0" * (-len(held) % 64))
        else:
            entries[number][2] = children(held)
        return number

    def children(held: Tree) -> int:
        numbers = [add(name, inner) for name, inner in held.items()]
        for before, after in zip(numbers, numbers[1:], strict=False):
            entries[before][5] = after
        return numbers[0] if numbers else FREE

    entries[0][2] = children(tree)
    sectors: list[bytes] = []
    table: list[int] = []

    def put(octets: bytes) -> int:
        first, count = len(sectors), max(1, (len(octets) + 511) // 512)
        padded = octets + b"\0" * (count * 512 - len(octets))
        sectors.extend(padded[at : at + 512] for at in range(0, len(padded), 512))
        table.extend([*range(first + 1, first + count), END])
        return first

    for number, octets in big:
        entries[number][3] = put(octets)
    entries[0][3], entries[0][4] = (put(bytes(small)), len(small)) if small else (END, 0)
    small_start = put(b"".join(struct.pack("<I", n) for n in small_table) or b"\xff" * 4) if small else END
    directory = b""
    for entry in entries:
        name = entry[0].encode("utf-16-le")
        right = entry[5] if len(entry) > 5 else FREE
        directory += name.ljust(64, b"\0") + struct.pack("<HBBIII", len(name) + 2, entry[1], 1, FREE, right, entry[2])
        directory += b"\0" * 36 + struct.pack("<IQ", entry[3], entry[4])
    directory_start = put(directory + b"\0" * (-len(directory) % 512))
    count = 1
    while (len(table) + count) * 4 > count * 512:
        count += 1
    numbers = [*table, *[FAT] * count]
    numbers += [FREE] * (count * 128 - len(numbers))
    at = len(sectors)
    sectors.append(struct.pack(f"<{count * 128}I", *numbers))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIII", 0, count, directory_start, 0, 4096)
    header += struct.pack("<IIII", small_start, 1 if small else 0, END, 0)
    header += struct.pack("<109I", *[*range(at, at + count), *[FREE] * (109 - count)])
    return header + b"".join(sectors)


def saved(subject: str, body: str, files: Mapping[str, bytes | Tree] | None = None, *, inner: bool = False) -> Tree:
    """What stands in a mail saved by Outlook ([MS-OXMSG]); a Tree as file is a mail within."""
    tree: dict[str, bytes | Tree] = {
        "__properties_version1.0": b"\0" * (24 if inner else 32),
        "__substg1.0_0037001F": subject.encode("utf-16-le"),
        "__substg1.0_0C1A001F": "Care Provider".encode("utf-16-le"),
        "__substg1.0_5D01001F": "office@provider.example".encode("utf-16-le"),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
    }
    for index, (name, held) in enumerate((files or {}).items()):
        file: dict[str, bytes | Tree] = {"__properties_version1.0": b"\0" * 8}
        file["__substg1.0_3707001F"] = name.encode("utf-16-le")
        file["__substg1.0_37010102" if isinstance(held, bytes) else "__substg1.0_3701000D"] = held
        tree[f"__attach_version1.0_#{index:08X}"] = file
    return tree
