"""Turns octets and encoded-words into text, whatever label they bear.

In: octets with a claimed charset; raw header values as the standard library hands them out.
Out: text without NULs or lone surrogates.
Fails: never; a wrong label is guessed round (UTF-8, then ISO-2022-JP, then Windows-1252).
Limits: linear time; codecs that are not charsets of mail are refused.
"""

from __future__ import annotations

import binascii
import codecs
import re
import unicodedata

_UNKNOWN = frozenset({"", "unknown", "unknown-8bit", "x-unknown", "default", "binary", "8bit", "7bit"})
_BETTER = {"gb2312": "gb18030", "gbk": "gb18030", "euc-cn": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
           "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "utf8mb4": "utf-8", "cp-850": "cp850",
           "iso-8859-8-i": "iso-8859-8", "x-mac-roman": "mac_roman", "unicode-1-1-utf-7": "utf-7"}  # fmt: skip
# Not charsets of mail; some are quadratic or run escapes.
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
_LATIN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
_SEVEN_BIT = ("utf-7", "iso2022", "hz", "utf-16", "utf-32")

_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)(?:\?=|\?$|$)")
_Q = re.compile(r"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def charset(label: str) -> str:
    """The codec name for a claimed charset, or "" if it names none that mail can have."""
    words = label.strip().strip("\"'").lower().split()
    name = words[0].strip("\"';,") if words else ""
    if name in _UNKNOWN:
        return ""
    try:
        codec = codecs.lookup(_BETTER.get(name, name).partition("*")[0])
    except Exception:  # NUL in a name raises ValueError, unknown names LookupError
        return ""
    return "" if codec.name in _REFUSED or not getattr(codec, "_is_text_encoding", True) else codec.name


def text(octets: bytes, label: str = "") -> str:
    """The best reading of octets that claim a charset; line ends become "\\n"."""
    return clean(_decoded(octets, charset(label)))


def _decoded(octets: bytes, codec: str) -> str:
    if octets.isascii() and not codec.startswith(_SEVEN_BIT):
        if b"\x1b$" in octets or b"\x1b(" in octets:
            try:
                return octets.decode("iso2022_jp_ext")
            except UnicodeError:
                pass
        return octets.decode("ascii")
    if codec in _LATIN or not codec:
        # UTF-8 labelled as Latin is common; Latin text that happens to be valid UTF-8 is not.
        order = ("utf-8", "cp1252" if codec in {"", "ascii", "iso8859-1"} else codec)
    else:
        order = (codec, "utf-8", "cp1252")
    for name in order:
        try:
            return octets.decode(name)
        except Exception:  # codecs raise more than UnicodeError
            continue
    if codec and codec not in _LATIN:
        try:
            lenient = octets.decode(codec, "replace")
        except Exception:
            lenient = "\ufffd" * len(octets)
        if lenient.count("\ufffd") <= max(2, sum(byte > 127 for byte in octets[:20_000]) // 20):
            return lenient
    return octets.decode("cp1252", "replace")


def clean(value: str) -> str:
    """Text without NULs, control characters and lone surrogates, with "\\n" line ends."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = _CONTROL.sub("", value)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").removeprefix("\ufeff")


def octets_of(raw: str) -> bytes:
    """The octets behind a value that the standard library carries as text with surrogates."""
    try:
        return raw.encode("ascii", "surrogateescape")
    except UnicodeError:
        return raw.encode("utf-8", "surrogatepass")


def plain_header(raw: str) -> str:
    """A structured header value: unfolded (RFC 5322 section 2.2.3), encoded-words left alone (RFC 2047 section 5)."""
    return " ".join(text(octets_of(raw)).replace("\n", " ").split("\t")).strip()


def header(raw: str) -> str:
    """An unstructured header value: unfolded, encoded-words decoded wherever they stand, glued, split or cut."""
    return one_line(words(plain_header(raw)))


def words(value: str) -> str:
    """Decode encoded-words (RFC 2047), also glued to other text; neighbours of one charset are decoded together."""
    out: list[str] = []
    pending, label, end = b"", "", 0
    for found in _WORD.finditer(value):
        between = value[end : found.start()]
        name = found[1].partition("*")[0]
        if pending and not between.strip() and name.lower() == label.lower():
            pending += _word(found[2], found[3])
        else:
            out.append(text(pending, label))
            # White space between two encoded-words is not shown (RFC 2047 section 6.2).
            if between.strip() or not end:
                out.append(between)
            pending, label = _word(found[2], found[3]), name
        end = found.end()
    out.append(text(pending, label))
    out.append(value[end:])
    return "".join(out)


def _word(encoding: str, payload: str) -> bytes:
    if encoding in "bB":
        return base64(payload.encode("utf-8", "replace"))
    return _Q.sub(lambda hit: chr(int(hit[1], 16)), payload.replace("_", " ")).encode("latin-1", "replace")


def base64(octets: bytes) -> bytes:
    """Lenient base64: foreign characters skipped, a cut end tolerated."""
    letters = octets.translate(None, _NOT_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return b""


def one_line(value: str) -> str:
    """White space folded to single spaces; nothing left that could start a line or turn the reading direction."""
    return " ".join("".join(c for c in value if c.isspace() or not is_hidden_control(c)).split())


def is_hidden_control(character: str) -> bool:
    """Whether it is a control or a bidirectional override: it changes how the rest is shown, and says nothing."""
    return (
        unicodedata.category(character) == "Cc"
        or "\u202a" <= character <= "\u202e"
        or "\u2066" <= character <= "\u2069"
    )


def unflow(value: str, delsp: bool = False) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 section 4)."""
    out: list[str] = []
    running: list[str] = []
    level = -1
    for line in value.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        body = line[quotes:]
        body = body[1:] if body.startswith(" ") else body
        soft = body.endswith(" ") and body != "-- "
        if running and quotes != level:
            out.append(_quoted(level, "".join(running)))
            running = []
        if body == "-- " and running:
            out.append(_quoted(level, "".join(running)))
            running = []
        level = quotes
        running.append(body[:-1] if soft and delsp else body)
        if not soft:
            out.append(_quoted(level, "".join(running)))
            running = []
    if running:
        out.append(_quoted(level, "".join(running)))
    return "\n".join(out)


def _quoted(level: int, line: str) -> str:
    return f"{'>' * level} {line}" if level else line


def b64_line(octets: bytes) -> bytes:
    """Octets as one line of base64, without line end."""
    return binascii.b2a_base64(octets, newline=False)
