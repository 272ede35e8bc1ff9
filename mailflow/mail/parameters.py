"""Reads Content-Type and Content-Disposition as people's programs write them.

In: one raw header value, as text with surrogates for octets beyond ASCII.
Out: the main value in lower case and its parameters by lower-case name.
Fails: never; what cannot be understood is left out.
Limits: linear in the value; MAX_PARAMETERS parameters, MAX_PIECES pieces of one continued parameter.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from mailflow.mail import decode

MAX_PARAMETERS = 60
MAX_PIECES = 100

_MAIN = re.compile(r"[\s\"']*([^\s;,\"'()=:]{1,100})")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+*-]{1,80}")
_NAME = re.compile(r"[\s;,]*([A-Za-z][A-Za-z0-9*_.!#$&-]{0,60})\s{0,5}=[ \t\r\n]{0,80}")
# A quote ends a value only where something ends: people's programs do not escape the quotes within.
_QUOTE_END = re.compile(r"\"(?=\s{0,20}(?:;|,|$|\(|[A-Za-z][A-Za-z0-9*-]{0,40}\s?=))")
_BARE_END = re.compile(r"[;\r\n]|$")
_NEXT_NAME = re.compile(r"[\s,]{1,5}(?:charset|boundary|name|format|delsp|type|filename)\*?\s?=", re.IGNORECASE)
_CONTINUED = re.compile(r"([^*]{1,60})\*(\d{1,3})?(\*)?")
# What is said of text by a single word.
_SHORT = {
    **dict.fromkeys(("text", "text/", "plain", "text/text", "text/txt", "ascii/text"), "text/plain"),
    **dict.fromkeys(("html", "text/htm"), "text/html"),
    **dict.fromkeys(("multipart", "multipart/"), "multipart/mixed"),
}


def content_type(value: str) -> tuple[str, dict[str, str]]:
    """(media type, parameters) of a Content-Type; ("", ...) if it names none (RFC 2045 section 5.1)."""
    main, parameters = read(value)
    main = _SHORT.get(main, main)
    return (main if _TYPE.fullmatch(main) else ""), parameters


def read(value: str) -> tuple[str, dict[str, str]]:
    """(main value, parameters) of a structured MIME header; comments before the parameters are skipped."""
    value = _uncommented(value)
    found = _MAIN.match(value)
    main = found[1].lower() if found else ""
    at = found.end() if found else 0
    if found and value[at : at + 1] == "=":  # no main value at all: the parameters begin at once
        main, at = "", 0
    # Whatever stands between the main value and the first parameter is nobody's.
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for _ in range(MAX_PARAMETERS):
        name = _NAME.match(value, at)
        if not name:
            at = value.find(";", at) + 1
            if not at:
                break
            continue
        text, at = _value(value, name.end())
        key = name[1].lower()
        continued = _CONTINUED.fullmatch(key)
        if continued:
            pieces.setdefault(continued[1], {}).setdefault(int(continued[2] or 0), (text, bool(continued[3])))
            if not continued[2]:  # name*=, one piece, always encoded
                pieces[continued[1]][0] = (text, True)
        else:
            plain.setdefault(key, text)
    # RFC 2231 sections 3 and 4: the encoded form is meant for those who can read it.
    for key, parts in pieces.items():
        plain[key] = _joined(parts) or plain.get(key, "")
    return main, plain


def _uncommented(value: str) -> str:
    """The value without a comment in front of its parameters; brackets in a file name are none."""
    head, semicolon, rest = value.partition(";")
    if "(" in head and '"' not in head:
        head = re.sub(r"\([^()]{0,300}\)", " ", head)
    return head + semicolon + rest


def _value(value: str, at: int) -> tuple[str, int]:
    """One parameter value and where it ends."""
    if value[at : at + 1] == '"':
        end = _QUOTE_END.search(value, at + 1)
        while end and value[end.start() - 1] == "\\" and value[end.start() - 2] != "\\" and end.end() < len(value):
            end = _QUOTE_END.search(value, end.end())
        text, after = (value[at + 1 : end.start()], end.end()) if end else (value[at + 1 :], len(value))
        return text.replace("\\\\", "\\").replace('\\"', '"'), after
    stop = _BARE_END.search(value, at)
    end_at = stop.start() if stop else len(value)
    following = _NEXT_NAME.search(value, at, end_at)
    if following:
        end_at = following.start()
    return value[at:end_at].strip(' \t\r\n"'), end_at


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """The pieces of a continued parameter in their order, percent signs read where they are meant (RFC 2231)."""
    label, out = "", b""
    for index in sorted(parts)[:MAX_PIECES]:
        text, encoded = parts[index]
        if encoded and index == min(parts) and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        out += unquote_to_bytes(decode.octets_of(text)) if encoded else decode.octets_of(text)
    return decode.text(out, label)


def first_word(value: str) -> str:
    """The first word of a value, without what people add to it: quotes, comments, semicolons."""
    found = _MAIN.match(_uncommented(value))
    return found[1].lower() if found else ""
