"""Reads the words out of Rich Text, also where Outlook has hidden HTML in it.

In: Rich Text as octets, plain or compressed as MAPI keeps it.
Out: (plain text, HTML), one of them "".
Fails: never; what is no RTF yields no words.
Limits: MAX_RTF octets; groups deeper than MAX_GROUPS are read as if they were flat. Tables and pictures are left out.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace

from mailflow.mail import decode

MAX_RTF = 250_000
MAX_GROUPS = 500

_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?[0-9]{1,10})?[ ]?|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.DOTALL
)
_SILENT = frozenset(
    b"colortbl stylesheet info pict object header footer headerl headerr footerl footerr generator themedata fldinst"
    b" listtable listoverridetable rsidtbl xmlnstbl mhtmltag datastore latentstyles footnote annotation".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"cell": "\t", b"row": "\n", b"sect": "\n", b"page": "\n",
           b"emdash": "\u2014", b"endash": "\u2013", b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c",
           b"rdblquote": "\u201d", b"bullet": "\u2022"}  # fmt: skip
_SYMBOLS = {b"\\": "\\", b"{": "{", b"}": "}", b"~": "\xa0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}
# What \fcharset says of a font's octets ([MS-RTF] and the RTF specification 1.9.1).
_FONT_CHARSETS = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254",
                  163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
                  238: "cp1250"}  # fmt: skip
# [MS-OXRTFCP] section 2.1.2.1: the dictionary begins with what every document begins with.
_PRELOADED = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_COMPRESSED, _STORED = b"LZFu", b"MELA"


@dataclass(frozen=True)
class _Group:
    silent: bool = False
    # Inside {\*\htmltag: what stands here is HTML as it was.
    tag: bool = False
    # Between \htmlrtf and \htmlrtf0: only for programs that know no HTML.
    doubled: bool = False
    fonts: bool = False
    skip: int = 1
    codec: str = ""


def words(octets: bytes) -> tuple[str, str]:
    """(plain text, "") of a document, or ("", HTML) if that is what it was made from ([MS-OXRTFEX])."""
    if not octets.lstrip()[:5] == b"{\\rtf":
        return "", ""
    text = _Reader(octets[:MAX_RTF]).text()
    return ("", text) if b"\\fromhtml" in octets[:1_000] else (text.strip("\n"), "")


class _Reader:
    def __init__(self, octets: bytes):
        self.octets = octets
        self.html = b"\\fromhtml" in octets[:1_000]
        self.out: list[str] = []
        self.pending = b""
        self.fonts: dict[int, str] = {}
        self.font = 0
        self.codec = "cp1252"
        self.now = _Group()
        self.to_skip = 0
        self.star = False

    def text(self) -> str:
        """Everything that is to be read, in order."""
        stack: list[_Group] = []
        at = 0
        while found := _TOKEN.match(self.octets, at):
            at = found.end()
            octet, word, number, symbol, brace, run = found.groups()
            if brace == b"{":
                self._flush()
                if len(stack) < MAX_GROUPS:
                    stack.append(self.now)
            elif brace:
                self._flush()
                self.now = stack.pop() if stack else _Group()
                self.to_skip = 0
            elif word:
                if word == b"bin":
                    at += min(max(int(number or 0), 0), len(self.octets))
                self._word(word, int(number) if number else None)
            elif symbol == b"*":
                self.star = True
                continue
            elif symbol:
                self._say(_SYMBOLS.get(symbol, ""))
            elif octet:
                self._octets(bytes([int(octet, 16)]))
            elif run:
                self._octets(run)
            self.star = False
        self._flush()
        return decode.clean("".join(self.out))

    def _word(self, word: bytes, number: int | None) -> None:
        if word != b"u":
            self._flush()
        now = self.now
        if word == b"htmltag":
            self.now = replace(now, tag=True, silent=not self.html)
        elif self.star or word in _SILENT:
            self.now = replace(now, silent=True)
        elif word == b"fonttbl":
            self.now = replace(now, silent=True, fonts=True)
        elif word == b"htmlrtf":
            self.now = replace(now, doubled=number != 0)
        elif word == b"ansicpg" and number:
            self.codec = decode.code_page(number) or self.codec
        elif word == b"f" and number is not None:
            self.font = number
            if not now.fonts:
                self.now = replace(now, codec=self.fonts.get(number, ""))
        elif word == b"fcharset" and now.fonts and number in _FONT_CHARSETS and len(self.fonts) < 1_000:
            self.fonts[self.font] = _FONT_CHARSETS[number] if number else ""
        elif word == b"uc" and number is not None:
            self.now = replace(now, skip=max(0, min(number, 10)))
        elif word == b"u" and number is not None:
            self._flush()
            self._say(chr(number % 65_536))
            self.to_skip = now.skip
        elif word in _BREAKS:
            self._say(_BREAKS[word])

    def _hidden(self) -> bool:
        return self.now.silent or (self.html and self.now.doubled and not self.now.tag)

    def _say(self, text: str) -> None:
        self._flush()
        if not self._hidden():
            self.out.append(text)

    def _octets(self, octets: bytes) -> None:
        if self.to_skip:  # what stands behind \u for programs that know no Unicode
            taken = min(self.to_skip, len(octets))
            self.to_skip -= taken
            octets = octets[taken:]
        if octets and not self._hidden():
            self.pending += octets

    def _flush(self) -> None:
        if self.pending:
            self.out.append(decode.text(self.pending, self.now.codec or self.codec))
            self.pending = b""


def size(octets: bytes) -> int:
    """How long the Rich Text in PR_RTF_COMPRESSED says it is, at most MAX_RTF; 0 if it is none."""
    return min(struct.unpack_from("<I", octets, 4)[0], MAX_RTF) if len(octets) >= 16 else 0


def decompressed(octets: bytes, most: int = MAX_RTF) -> bytes:
    """RTF out of PR_RTF_COMPRESSED ([MS-OXRTFCP]); b"" if it is none, cut at `most`."""
    length, kind = min(size(octets), most), octets[8:12]
    if kind == _STORED:
        return octets[16 : 16 + length]
    if kind != _COMPRESSED:
        return b""
    buffer = bytearray(_PRELOADED)
    limit = len(_PRELOADED) + length
    at = 16
    while at < len(octets) and len(buffer) < limit:
        control = octets[at]
        at += 1
        for bit in range(8):
            if at >= len(octets) or len(buffer) >= limit:
                break
            if not control >> bit & 1:
                buffer.append(octets[at])
                at += 1
                continue
            if at + 1 >= len(octets):
                at = len(octets)
                break
            token = octets[at] << 8 | octets[at + 1]
            at += 2
            # Places are counted round a ring of 4096; the place of the next write ends the text.
            back = (len(buffer) - (token >> 4)) % 4096
            if not back or back > len(buffer):
                return bytes(buffer[len(_PRELOADED) : limit])
            run = (token & 15) + 2
            source = len(buffer) - back
            piece = buffer[source : source + run]
            buffer += (piece * (run // len(piece) + 1))[:run]
    return bytes(buffer[len(_PRELOADED) : limit])
