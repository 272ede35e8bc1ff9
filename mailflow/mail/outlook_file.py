"""Opens a mail that Outlook has saved as a file (.msg): what it says and its files, as evidence.

In: the octets of the file ([MS-OXMSG]).
Out: the files to list: a text with subject, sender, date and words; then what was attached.
Fails: never; None if it is no such file.
Limits: MAX_FILES files; mails within mails as deep as the caller allows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from mailflow.mail import decode
from mailflow.mail.compound import Broken, Compound

MAX_FILES = 200
MAX_WORDS = 1_000_000

_VALUE = "__substg1.0_"
_FILES, _NAMED = "__attach_version1.0_", "__properties_version1.0"
_SUBJECT, _SENDER, _SENDER_ADDRESS, _SENDER_SMTP, _TO, _CC = "0037", "0C1A", "0C1F", "5D01", "0E04", "0E03"
_BODY, _RTF, _HTML, _HEADERS = "1000", "1009", "1013", "007D"
_DATA, _LONG, _SHORT, _KIND, _NAME = "3701", "3707", "3704", "370E", "3001"
_CODE_PAGE = 0x3FFD


@dataclass(frozen=True)
class File:
    """One file out of the saved mail; `inside` names the mail within it that it comes from, "" for the outer one."""

    name: str
    kind: str
    octets: bytes
    inside: str = ""


def read(octets: bytes, levels: int, plain_of: Callable[[str, bytes], str]) -> list[File] | None:
    """Open one saved mail and up to `levels` mails within it; `plain_of` reads HTML or compressed Rich Text."""
    try:
        opened = Compound(octets)
    except (Broken, struct.error):
        return None
    if not any(name.startswith(_VALUE) for name in opened.names()):
        return None
    return _mail(opened, (), "", levels, plain_of)[:MAX_FILES]


def _mail(
    opened: Compound, folder: tuple[str, ...], inside: str, levels: int, plain_of: Callable[[str, bytes], str]
) -> list[File]:
    reader = _Values(opened, folder)
    subject = reader.text(_SUBJECT)
    address = reader.text(_SENDER_SMTP) or reader.text(_SENDER_ADDRESS)
    sender = reader.text(_SENDER)
    heads = [
        ("Subject", subject),
        ("From", f"{sender} <{address}>" if "@" in address else sender or address),
        ("To", reader.text(_TO)),
        ("Cc", reader.text(_CC)),
    ]
    lines = [f"{name}: {decode.one_line(value)}" for name, value in heads if value.strip()]
    words = "\n".join(lines) + "\n\n" + reader.words(plain_of)
    name = decode.one_line(subject) or "mail"
    found = [File(f"{name}.txt", "text/plain", words.encode("utf-8", "replace"), inside)]
    for storage in [child for child in opened.names(folder) if child.startswith(_FILES)]:
        if len(found) >= MAX_FILES:
            break
        path = (*folder, storage)
        values = _Values(opened, path)
        shown = values.text(_LONG) or values.text(_SHORT) or values.text(_NAME) or "attachment"
        within = (*path, f"{_VALUE}{_DATA}000D")
        if opened.names(within):
            if levels > 0:
                found += _mail(opened, within, shown, levels - 1, plain_of)
            continue
        kind = values.text(_KIND) or "application/octet-stream"
        found.append(File(shown, kind, values.octets(_DATA), inside))
    return found


class _Values:
    """The values of one folder: each property is a stream named by its id and type."""

    def __init__(self, opened: Compound, folder: tuple[str, ...]):
        self.opened = opened
        self.folder = folder
        self.page = self._code_page()

    def _code_page(self) -> str:
        fixed = self.opened.read((*self.folder, _NAMED))
        for at in range(8 if self.folder else 32, len(fixed) - 15, 16):
            kind, ident = struct.unpack_from("<HH", fixed, at)
            if (kind, ident) == (3, _CODE_PAGE):
                return decode.code_page(struct.unpack_from("<I", fixed, at + 8)[0])
        return ""

    def octets(self, ident: str) -> bytes:
        """A value of octets."""
        return self.opened.read((*self.folder, f"{_VALUE}{ident}0102"))

    def text(self, ident: str) -> str:
        """A value of words, in either of the two forms."""
        wide = self.opened.read((*self.folder, f"{_VALUE}{ident}001F"))[:MAX_WORDS]
        if wide:
            return decode.clean(wide.decode("utf-16-le", "replace")).strip("\0")
        return decode.text(
            self.opened.read((*self.folder, f"{_VALUE}{ident}001E"))[:MAX_WORDS].rstrip(b"\0"), self.page
        )

    def words(self, plain_of: Callable[[str, bytes], str]) -> str:
        """What the mail says: its plain text, else that of its HTML, else that of its Rich Text."""
        plain = self.text(_BODY)
        if plain.strip():
            return plain
        page = self.text(_HTML) or decode.text(self.octets(_HTML)[:MAX_WORDS], self.page)
        return plain_of(page, self.octets(_RTF))
