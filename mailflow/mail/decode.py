"""Turns octets and encoded-words into text, whatever label they bear.

In: octets with a claimed charset; raw header values as the standard library hands them out.
Out: text without NULs or lone surrogates.
Fails: never; a wrong label is guessed round (UTF-8, then ISO-2022-JP, then Windows-1252).
Limits: linear time; codecs that are not charsets of mail are refused.
"""

from __future__ import annotations

import codecs
import functools
import re
import unicodedata

from mailflow.mail import transfer

_UNKNOWN = frozenset({"", "unknown", "unknown-8bit", "x-unknown", "default", "binary", "8bit", "7bit", "x-user-defined",
                      "none", "ansi_x3.110-1983", "iso-ir-99", "user-defined", "foreign-8bit", "unicode"})  # fmt: skip
_BETTER = {"gb2312": "gb18030", "gbk": "gb18030", "euc-cn": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030",
           "windows-936": "gb18030", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949",
           "windows-949": "cp949", "big5": "big5hkscs", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
           "windows-31j": "cp932", "utf8mb4": "utf-8", "utf": "utf-8", "iso-8859-8-i": "iso-8859-8",
           "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "mac-roman": "mac_roman",
           "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8", "ansi": "cp1252", "latin": "iso-8859-1",
           "windows-874": "cp874", "iso-8859-11": "cp874", "tis-620": "cp874", "koi8": "koi8-r", "ascii7": "ascii",
           "iso-2022-jp": "iso2022_jp_ext", "iso2022-jp": "iso2022_jp_ext"}  # fmt: skip
# Not charsets of mail; some are quadratic or run escapes.
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
_LATIN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
_SEVEN_BIT = ("utf-7", "iso2022", "hz", "utf-16", "utf-32")
_UTF16_MARKS = frozenset({b"\xff\xfe", b"\xfe\xff"})
# Charsets of one octet a character: octets that are good UTF-8 are hardly ever words in one of these.
_SINGLE = ("iso8859", "cp125", "koi8", "mac-", "mac_", "cp8", "tis-620", "cp437", "latin", "kz1048", "ptcp154")
# Texts of more lines are not read line by line.
_MAX_LINES_APART = 5_000
# What a damaged label begins with.
_BEGINNING = re.compile(
    r"utf-?8|iso[-_]?8859[-_]?1[0-6]|iso[-_]?8859[-_]?\d|windows[-_]?125\d|cp[-_]?125\d|koi8[-_]?[ru]|us-ascii|gb18030|gb2312"
    r"|gbk|big5|euc[-_](?:jp|kr)|iso[-_]2022[-_](?:jp|kr)|shift[-_]jis"
)

_START = re.compile(r"=\?([^?\s]{0,80})\?([bBqQ])\?")
_ONLY_WORDS = re.compile(r"(?:=\?[^?\s]{1,80}\?[bBqQ]\?[^?\s]{1,500}\?=\s?)+")
_B_STOP = re.compile(r"[\s?]")
_Q = re.compile(rb"=([0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@functools.lru_cache(maxsize=500)
def charset(label: str) -> str:
    """The codec name for a claimed charset, or "" if it names none that mail can have."""
    words = label.replace(";", " ").replace(",", " ").strip().strip("\"'").lower().split()
    name = words[0].strip("\"'").partition("*")[0] if words else ""
    name = name.removeprefix("charset=").strip("\"'").removeprefix("x-")
    if name in _UNKNOWN:
        return ""
    begins = _BEGINNING.match(name)
    for attempt in (name, "".join(c for c in name if c.isalnum()), begins[0] if begins else ""):
        better = _BETTER.get(attempt, attempt)
        try:
            codec = codecs.lookup(better)
        except Exception:  # NUL in a name raises ValueError, unknown names LookupError
            continue
        if codec.name not in _REFUSED and getattr(codec, "_is_text_encoding", True):
            return codec.name
    return ""


def code_page(number: int) -> str:
    """The codec name for a number by which Microsoft's programs name a charset, "" if it names none."""
    known = {65001: "utf-8", 65000: "utf-7", 1200: "utf-16-le", 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u",
             936: "gb18030", 54936: "gb18030", 51949: "euc-kr", 51932: "euc-jp", 10000: "mac_roman"}  # fmt: skip
    if number in {50220, 50221, 50222}:
        return charset("iso-2022-jp")
    if 28591 <= number <= 28605:
        return charset(f"iso-8859-{number - 28590}")
    return charset(known.get(number, f"cp{number}"))


def text(octets: bytes, label: str = "") -> str:
    """The best reading of octets that claim a charset; line ends become "\\n"."""
    if octets[:2] in _UTF16_MARKS and b"\0" in octets[:200]:
        label = "utf-16"  # whatever it claims
    return clean(_decoded(octets, charset(label)))


def _decoded(octets: bytes, codec: str) -> str:
    if octets.isascii() and not codec.startswith(_SEVEN_BIT):
        if b"\x1b$" in octets or b"\x1b(" in octets:
            try:
                return octets.decode("iso2022_jp_ext")
            except UnicodeError:
                pass
        return octets.decode("ascii")
    if codec == "utf-16" and octets[:2] not in _UTF16_MARKS:
        codec = _end_of_utf16(octets)
    if codec in _LATIN or not codec:
        # UTF-8 labelled as Latin is common; Latin text that happens to be valid UTF-8 is not.
        order: tuple[str, ...] = ("utf-8", "cp1252" if codec in {"", "ascii", "iso8859-1"} else codec)
    elif codec.startswith(_SINGLE):
        order = ("utf-8", codec, "cp1252")
    else:
        order = (codec, "utf-8", "cp1252")
    for name in order[:-1] if order[-1] == "cp1252" else order:
        try:
            return octets.decode(name)
        except Exception:  # codecs raise more than UnicodeError
            continue
    for name in dict.fromkeys((codec or "utf-8", "utf-8")):
        if not name.startswith(_SINGLE) and name != "ascii" and (damaged := _damaged(octets, name)):
            return damaged
    return octets.decode(codec if codec.startswith(_SINGLE) and codec not in _LATIN else "cp1252", "replace")


def _damaged(octets: bytes, codec: str) -> str:
    """Octets of a charset that are broken here and there; "" if they are hardly ever good."""
    try:
        lenient = octets.decode(codec, "replace")
    except Exception:
        return ""
    bad = lenient.count("\ufffd")
    good = len(lenient) - bad - sum(map(str.isascii, lenient))
    if bad > good + octets.count(b"\x1b"):
        return ""
    if codec != "utf-8" or not 0 < octets.count(b"\n") < _MAX_LINES_APART:
        return lenient
    # Texts of two charsets put together by a program: each line is read by itself.
    return "\n".join(_decoded(line, "utf-8") for line in octets.split(b"\n"))


def _end_of_utf16(octets: bytes) -> str:
    """Which UTF-16 it is where no mark says so, or UTF-8 if it is none."""
    first, second = octets[:2_000:2].count(0), octets[1:2_000:2].count(0)
    if first == second == 0 and octets.isascii():
        return "utf-8"
    return "utf-16-le" if second > first else "utf-16-be"


def clean(value: str) -> str:
    """Text without NULs, control characters and lone surrogates, with "\\n" line ends."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if "\x0c" in value or "\x0b" in value:
        value = value.replace("\x0c", "\n").replace("\x0b", "\n")
    value = _CONTROL.sub("", value)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").removeprefix("\ufeff")


def octets_of(raw: str) -> bytes:
    """The octets behind a value that the standard library carries as text with surrogates."""
    try:
        return raw.encode("ascii", "surrogateescape")
    except UnicodeError:
        return raw.encode("utf-8", "surrogatepass")


def plain_header(raw: str, hint: str = "") -> str:
    """A structured header value: unfolded (RFC 5322 section 2.2.3), encoded-words left alone (RFC 2047 section 5).

    `hint` is the charset of the body: old programs write raw headers in that.
    """
    octets = octets_of(raw)
    try:
        value = clean(octets.decode("utf-8")) if hint and b"\x1b" not in octets else text(octets)
    except UnicodeDecodeError:
        value = text(octets, hint)
    return " ".join(value.replace("\n", " ").split("\t")).strip()


def header(raw: str, hint: str = "") -> str:
    """An unstructured header value: unfolded, encoded-words decoded wherever they stand, glued, split or cut."""
    value = plain_header(raw, hint)
    read = words(value)
    if read != value and _ONLY_WORDS.fullmatch(read):
        read = words(read)  # encoded by two programs one after the other
    return one_line(read)


def words(value: str) -> str:
    """Decode encoded-words (RFC 2047), also glued to other text; neighbours of one charset are decoded together."""
    if "=?" not in value:
        return value
    out: list[str] = []
    pending: list[tuple[str, str]] = []
    label, end = "", 0
    starts = list(_START.finditer(value))
    for index, found in enumerate(starts):
        if found.start() < end:
            continue
        following = starts[index + 1].start() if index + 1 < len(starts) else len(value)
        payload, after = _payload(value, found.end(), following, found[2] in "qQ")
        between = value[end : found.start()]
        name = found[1].partition("*")[0]
        if not (pending and not between.strip() and name.lower() == label.lower()):
            out.append(text(_joined(pending), label))
            pending = []
            # White space between two encoded-words is not shown (RFC 2047 section 6.2).
            if between.strip() or not end:
                out.append(between)
        pending.append((found[2].lower(), payload))
        label, end = name, after
    out.append(text(_joined(pending), label))
    out.append(value[end:])
    return "".join(out)


def _payload(value: str, start: int, following: int, is_q: bool) -> tuple[str, int]:
    """What stands in an encoded-word and where it ends; one never closed ends with the line or the next word."""
    close = value.find("?=", start, following)
    while is_q and 0 <= close < following and re.match(r"[0-9A-F]{2}[^\s]{0,200}\?=", value[close + 2 : following]):
        close = value.find("?=", close + 2, following)  # a question mark in front of an escape
    if close >= 0:
        return value[start:close], close + 2
    if not is_q:
        stop = _B_STOP.search(value, start, following)
        if stop:
            return value[start : stop.start()], stop.end() - stop[0].isspace()
    return value[start:following].rstrip().removesuffix("?"), following


def _joined(pieces: list[tuple[str, str]]) -> bytes:
    """The octets of neighbouring words; base64 cut in the middle of a group is put together first."""
    out: list[bytes] = []
    waiting = ""
    for encoding, payload in pieces:
        if encoding == "q":
            out.append(transfer.base64(waiting.encode("utf-8", "replace")))
            waiting = ""
            octets = payload.replace("_", " ").encode("utf-8", "replace")
            out.append(_Q.sub(lambda hit: bytes([int(hit[1], 16)]), octets))
            continue
        waiting += payload
        if len(waiting) % 4 == 0 or waiting.endswith("="):
            out.append(transfer.base64(waiting.encode("utf-8", "replace")))
            waiting = ""
    out.append(transfer.base64(waiting.encode("utf-8", "replace")))
    return b"".join(out)


def one_line(value: str) -> str:
    """White space folded to single spaces; nothing left that could start a line or turn the reading direction."""
    if not value.isascii() or not value.isprintable():
        value = "".join(c for c in value if c.isspace() or not is_hidden_control(c))
    return " ".join(value.split())


def is_hidden_control(character: str) -> bool:
    """Whether it is a control or a bidirectional override: it changes how the rest is shown, and says nothing."""
    return (
        unicodedata.category(character) == "Cc"
        or "\u202a" <= character <= "\u202e"
        or "\u2066" <= character <= "\u2069"
    )
