"""Reads Microsoft's compound files: a small file system in one file ([MS-CFB]), as Outlook keeps a saved mail.

In: the octets of the file.
Out: Compound: its streams by path.
Fails: Broken if it is none.
Limits: MAX_ENTRIES entries; a stream is never longer than the file, so circles in its tables end.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
MAX_ENTRIES = 20_000
MAX_PATH = 12

_NOTHING = 0xFFFFFFFA  # from here on a number is no sector
_STORAGE, _STREAM, _ROOT = 1, 2, 5


class Broken(Exception):
    """The file is no compound file, or its tables say what cannot be."""


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class Compound:
    """An opened file. Paths are tuples of names; names are compared as they stand."""

    def __init__(self, octets: bytes):
        if len(octets) < 1_536 or not octets.startswith(MAGIC):
            raise Broken("not a compound file")
        shift, small_shift = struct.unpack_from("<HH", octets, 30)
        if shift not in {9, 12} or small_shift != 6:
            raise Broken("sectors of an unknown size")
        self.octets = octets
        self.sector = 1 << shift
        directory, _, self.cutoff, small_table = struct.unpack_from("<IIII", octets, 48)
        self.table = self._numbers(self._table_sectors())
        entries = self._entries(self._chain(directory, len(octets)))
        if not entries or entries[0].kind != _ROOT:
            raise Broken("no root")
        self.small = self._numbers_of(self._chain(small_table, len(octets)))
        self.small_stream = self._chain(entries[0].start, min(entries[0].size, len(octets)))
        self.streams: dict[tuple[str, ...], _Entry] = {}
        self._spread(entries)

    def names(self, folder: tuple[str, ...] = ()) -> list[str]:
        """What lies directly in a folder, streams and folders, in order of name."""
        depth = len(folder)
        return sorted({path[depth] for path in self.streams if len(path) > depth and path[:depth] == folder})

    def read(self, path: tuple[str, ...]) -> bytes:
        """The octets of a stream, b"" if there is none of that path."""
        entry = self.streams.get(path)
        if entry is None or entry.kind != _STREAM:
            return b""
        size = min(entry.size, len(self.octets))
        if entry.size >= self.cutoff:
            return self._chain(entry.start, size)
        out: list[bytes] = []
        at = entry.start
        for _ in range((size + 63) // 64):
            if at >= len(self.small):
                break
            out.append(self.small_stream[at * 64 : at * 64 + 64])
            at = self.small[at]
        return b"".join(out)[:size]

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self.sector
        return self.octets[start : start + self.sector]

    def _table_sectors(self) -> list[int]:
        """The sectors that hold the table of sectors: 109 of them in the header, the rest in a chain."""
        most = len(self.octets) // self.sector
        found = list(struct.unpack_from("<109I", self.octets, 76))
        following = struct.unpack_from("<I", self.octets, 68)[0]
        for _ in range(most):
            if following >= _NOTHING or len(found) > most:
                break
            numbers = self._numbers([following])
            if not numbers:
                break
            found += numbers[:-1]
            following = numbers[-1]
        return [number for number in found if number < most][:most]

    def _numbers(self, sectors: list[int]) -> array[int]:
        return self._numbers_of(b"".join(self._at(number) for number in sectors))

    def _numbers_of(self, octets: bytes) -> array[int]:
        count = len(octets) // 4
        return array("I", struct.unpack_from(f"<{count}I", octets))

    def _chain(self, start: int, size: int) -> bytes:
        out: list[bytes] = []
        for _ in range((size + self.sector - 1) // self.sector):
            if start >= len(self.table):
                break
            out.append(self._at(start))
            start = self.table[start]
        return b"".join(out)[:size]

    def _entries(self, directory: bytes) -> list[_Entry]:
        out: list[_Entry] = []
        for at in range(0, min(len(directory), MAX_ENTRIES * 128) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            left, right, child = struct.unpack_from("<III", directory, at + 68)
            start, size = struct.unpack_from("<II", directory, at + 116)
            name = directory[at : at + min(max(length - 2, 0), 64)].decode("utf-16-le", "replace")
            out.append(_Entry(name, kind, left, right, child, start, size))
        return out

    def _spread(self, entries: list[_Entry]) -> None:
        """Give every entry its path; each is met once, so that circles end."""
        met: set[int] = set()
        todo: list[tuple[int, tuple[str, ...]]] = [(entries[0].child, ())]
        while todo:
            number, folder = todo.pop()
            if number >= len(entries) or number in met or len(folder) >= MAX_PATH:
                continue
            met.add(number)
            entry = entries[number]
            todo += [(entry.left, folder), (entry.right, folder)]
            path = (*folder, entry.name)
            self.streams.setdefault(path, entry)
            if entry.kind == _STORAGE:
                todo.append((entry.child, path))
