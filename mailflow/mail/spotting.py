"""Whether words or a file show a person: by address, by full name, or perhaps by one name alone.

In: the addresses and names of people; a text, or a file's name, type and octets.
Out: what was found; whether the file could be read at all.
Fails: never; a file that cannot be read is said to be so.
Limits: pure; finds what is written in letters. A picture, a scan or most PDFs hold no letters: nobody but a person can
say that such a file shows nobody. Bounded everywhere: what lies behind the bounds counts as unread.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from mailflow.errors import Unreadable
from mailflow.mail.entities import letters
from mailflow.mail.message import Attachment
from mailflow.mail.parse import parse

MOST_OCTETS = 20_000_000
MOST_MEMBERS = 500
MOST_STREAMS = 2000
SHORTEST = 3  # letters of a name that says something by itself
_TAG = re.compile(r"<[^>]{0,2000}>")
_STREAM = re.compile(rb"stream\r?\n")
_START, _END = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_BETWEEN = r"[\W_]{0,3}"
_INITIALS = r"(?:[\W_]{1,3}[^\W\d_](?![^\W\d_])){0,2}"  # "Zoe A. Quill", though we may not know her second name
_BESIDE = re.compile(r"[(\[|/]|\s(?:[-\u2013\u2014]|via|@)\s", re.I)
"""What programs and people set behind a name: "Zoe Quill (Oakfield Care)", "Zoe Quill via Concerns"."""
_TITLES = frozenset("mr mrs ms miss mx dr prof sir dame the and of".split())


@dataclass(frozen=True)
class People:
    """Whom to look for: `sure` finds an address or a full name, `perhaps` one name alone."""

    sure: re.Pattern[str] | None
    perhaps: re.Pattern[str] | None

    def in_text(self, text: str) -> str:
        """The first thing in a text that surely shows somebody, "" if there is none."""
        found = self.sure.search(_flat(text)) if self.sure else None
        return found[0] if found else ""

    def hidden(self, text: str, instead: str) -> str:
        """The text with everything that surely shows somebody replaced."""
        if self.sure is None or not self.in_text(text):
            return text
        without = self.sure.sub(instead, text)
        return instead if self.in_text(without) else without


@dataclass(frozen=True)
class Sighting:
    """What a file shows: `sure`, `perhaps` (words found or ""), and whether all of it could be read."""

    sure: str
    perhaps: str
    read: bool


def people(addresses: Iterable[str], names: Iterable[str]) -> People:
    """Patterns for these people; an address that is no name is looked for as it stands."""
    exact = {re.escape(_flat(a)) for a in addresses if a}
    sure: set[str] = set()
    perhaps: set[str] = set()
    for name in (part for said in names for part in (said, _BESIDE.split(said, maxsplit=1)[0])):
        parts = [p for p in re.findall(r"[^\W\d_]+", _flat(name)) if p not in _TITLES and "@" not in name]
        if len(parts) > 1:
            first, last = parts[0], parts[-1]
            sure |= {
                _BETWEEN.join(parts),
                first + _INITIALS + _BETWEEN + last,
                last + _BETWEEN + first,
                first[0] + _INITIALS + _BETWEEN + last,
                last + _BETWEEN + first[0],
            }
        perhaps |= {p for p in parts if len(p) >= SHORTEST}
    return People(_any_of(exact, sure), _any_of(perhaps))


def _any_of(*kinds: set[str]) -> re.Pattern[str] | None:
    """What comes first is tried first: a name in an address must not leave the rest of the address standing."""
    patterns = [one for kind in kinds for one in sorted(kind, key=len, reverse=True)]
    return re.compile(f"{_START}(?:{'|'.join(patterns)}){_END}", re.I) if patterns else None


def _flat(text: str) -> str:
    """A text without accents and case, so that "Zo\u00eb" and "ZOE" are one name."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def in_file(who: People, file: Attachment) -> Sighting:
    """What a file shows by its name, its words and what programs wrote about it."""
    texts, read = _texts(file)
    for text in (file.name, *texts):
        sure = who.in_text(text)
        if sure:
            return Sighting(sure, "", read)
    for text in (file.name, *texts):
        found = who.perhaps.search(_flat(text)) if who.perhaps else None
        if found:
            return Sighting("", found[0], read)
    return Sighting("", "", read)


def _texts(file: Attachment) -> tuple[list[str], bool]:
    """All the words that can be got out of a file, and whether these are certainly all it shows."""
    octets, kind = file.octets[:MOST_OCTETS], file.content_type.lower()
    raw, whole = _words(octets), len(file.octets) <= MOST_OCTETS
    if kind == "message/rfc822" or file.name.lower().endswith(".eml"):
        words, read = _of_mail(octets, raw)
        return words, read and whole
    if octets[:4] == b"PK\x03\x04":
        return [raw, *_of_archive(octets)], False
    if octets[:5] == b"%PDF-":
        return [raw, *_of_streams(octets)], False
    return [raw, _bare(raw)], kind.startswith("text/") and b"\0" not in octets and whole


def _words(octets: bytes) -> str:
    """Octets as text: UTF-8 if it is, otherwise Latin-1; without NULs, names in UTF-16 can be found too."""
    plain = octets.replace(b"\xfe\xff", b" ").replace(b"\xff\xfe", b" ").replace(b"\0", b"")
    try:
        return plain.decode("utf-8")
    except UnicodeDecodeError:
        return plain.decode("latin-1")


def _bare(marked: str) -> str:
    """Words without the marks between their letters, and with the letters that are written as references."""
    return letters(_TAG.sub("", marked))


def _of_mail(octets: bytes, raw: str) -> tuple[list[str], bool]:
    try:
        message = parse(octets)
    except Unreadable:
        return [raw], False
    heads = " ".join(value for _, value in message.headers)
    return [raw, heads, message.text, _bare(message.html)], not message.attachments


def _of_archive(octets: bytes) -> Iterator[str]:
    """The members of a word processor's file, its properties among them; a name may be split by its marks."""
    room = MOST_OCTETS
    try:
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            for member in archive.infolist()[:MOST_MEMBERS]:
                yield member.filename
                if member.flag_bits & 1:
                    continue
                with archive.open(member) as inside:
                    data = inside.read(max(room, 0))
                room -= len(data)
                yield _bare(_words(data))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, RuntimeError):
        return


def _of_streams(octets: bytes) -> Iterator[str]:
    """What lies packed in a PDF, such as its author; the words on its pages are often no letters."""
    room = MOST_OCTETS
    for n, start in enumerate(_STREAM.finditer(octets)):
        if n >= MOST_STREAMS or room <= 0:
            return
        try:
            data = zlib.decompressobj().decompress(octets[start.end() :], min(room, 2_000_000))
        except zlib.error:
            continue
        room -= len(data)
        yield _words(data)
