"""Finds the mails in files and folders as people keep them: single mails, mbox files, Maildirs, folders of .eml files.

In: paths; "-" is the standard input.
Out: Piece, one for each mail, in order: where it lies, not its octets; read() fetches these.
Fails: never; a path without a mail gives a Piece that says why.
Limits: an mbox is told by its first line (RFC 4155) and is never called .eml; in one, ">From " is "From " quoted.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

STDIN = "-"
MAX_READ = 81 * 1024 * 1024
"""Octets of one mail that are read at most; parse.MAX_OCTETS refuses what is longer than its bound."""

_LOOK = 64 * 1024
# "From somebody@example.org Mon Mar  1 10:00:00 2027": an address or a dash, then a date that ends in the year.
_FROM_LINE = re.compile(rb"From \S{1,320} {1,9}[A-Z][a-z]{2} {1,2}[A-Z][a-z]{2} {1,2}\d{1,2} .{4,40}\d{4}")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_MAILDIR = ("new", "cur")


@dataclass(frozen=True)
class Piece:
    """One mail. `name` is what it is called in the answer; `stop` 0 means to the end; `why_not`: there is no mail."""

    name: str
    path: str = ""
    start: int = 0
    stop: int = 0
    of_mbox: bool = False
    size: int = 0
    why_not: str = ""
    octets: bytes | None = None

    def held(self) -> Piece:
        """The same with its octets in it, for a process that cannot read them itself."""
        octets = self.read()
        return replace(self, octets=octets, size=len(octets))

    def read(self) -> bytes:
        """The octets of the mail, without the mbox's own line. Raises OSError."""
        if self.octets is not None:
            return self.octets
        if self.path == STDIN:
            return sys.stdin.buffer.read(MAX_READ)
        with open(self.path, "rb") as file:
            file.seek(self.start)
            octets = file.read(min(self.stop - self.start, MAX_READ) if self.stop else MAX_READ)
        if not self.of_mbox:
            return octets
        return _QUOTED_FROM.sub(rb"\1", octets.partition(b"\n")[2])


def mails(paths: Iterable[str]) -> Iterator[Piece]:
    """The mails of all paths, in the order of the paths; in a folder by name."""
    for path in paths:
        if path == STDIN:
            yield Piece(STDIN, STDIN)
            continue
        try:
            yield from _mails_of(path)
        except OSError as error:
            yield Piece(path, why_not=why_not(error))


def why_not(error: OSError) -> str:
    """Why something could not be opened, for the person who named it."""
    if isinstance(error, FileNotFoundError):
        return "There is no such file."
    if isinstance(error, PermissionError):
        return "You may not read this file."
    return f"It cannot be read ({error.strerror or type(error).__name__})."


def _mails_of(path: str) -> Iterator[Piece]:
    if os.path.isdir(path):
        yield from _in_folder(path)
        return
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        # A program that saves one mail as .eml may put an mbox's line on top; what it holds is still one mail.
        if not path.lower().endswith(".eml") and _is_mbox(file.read(_LOOK)):
            file.seek(0)
            yield from _in_mbox(path, file, size)
        else:
            yield Piece(path, path, size=size)


def _in_folder(path: str) -> Iterator[Piece]:
    """A Maildir (new, then cur), or the .eml files of a folder."""
    folders = [Path(path, name) for name in _MAILDIR if Path(path, name).is_dir()]
    kept = [file for folder in folders for file in sorted(folder.iterdir()) if not file.name.startswith(".")]
    if not folders:
        kept = [file for file in sorted(Path(path).iterdir()) if file.suffix.lower() == ".eml"]
    found = [file for file in kept if file.is_file()]
    for file in found:
        yield Piece(str(file), str(file), size=file.stat().st_size)
    if not found and not folders:
        yield Piece(path, why_not="The folder is no Maildir and has no .eml files.")


def _is_mbox(opening: bytes) -> bool:
    """Its first line is an mbox's, and headers follow at once: one mail that a program saved so is an mbox as well."""
    first, _, rest = opening.partition(b"\n")
    return bool(_FROM_LINE.match(first)) and re.match(rb"[\x21-\x39\x3b-\x7e]{1,100}:|>From ", rest) is not None


def _in_mbox(path: str, file: BinaryIO, size: int) -> Iterator[Piece]:
    """Cut at the lines that open a mail: an mbox's line at the very start or behind an empty line, headers below it."""
    number, start, at = 0, 0, 0
    empty = True
    opening = -1
    for line in _lines(file):
        if opening >= 0 and (line[:6] == b">From " or re.match(rb"[\x21-\x39\x3b-\x7e]{1,100}:", line)):
            if opening:
                number += 1
                yield Piece(f"{path}#{number}", path, start, opening, True, opening - start)
            start = opening
        opening = at if empty and line[:5] == b"From " and _FROM_LINE.match(line) else -1
        empty = line in (b"\n", b"\r\n")
        at += len(line)
    yield Piece(f"{path}#{number + 1}", path, start, size, True, size - start)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; one that never ends comes in bounded pieces."""
    while line := file.readline(_LOOK):
        yield line
