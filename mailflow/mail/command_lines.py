"""Turns the new text of a mail into lines that commands can be read from.

In: new text as people type it: greetings, bold, bullets, telephones' quotes and dashes.
Out: clean lines; codes; what was added below the signature.
Fails: never.
Limits: English; at most 150 lines of 2,000 characters are looked at; the whole text stays on the file all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailflow.mail import command_courtesy as courtesy

_MOST_LINES = 150
_MOST_LENGTH = 2_000
_CODE = re.compile(r"(?<![\w#/.&=])#([a-z2-9]{10,64})(?![\w-])")
_BULLET = re.compile(r"^(?:[-*\u2022\u00b7\u25aa\u25cf\u2013\u2014]+\s{1,9})+")
_EDGES = " \t\"'\u2018\u2019\u201c\u201d`"
_SIGN_OFF = re.compile(
    r"(?i)(?:--\s?$|(?:kind(?:est)?|best|warm(?:est)?|many)?\s?regards\b|best\s?(?:wishes)?[,.]?$|yours\s(?:sincerely|faithfully)|"
    r"sent\sfrom\s(?:my|a|outlook|mail)\b|get\soutlook\sfor|kr[,.]?$|br[,.]?$|rgds\b|ng[a\u0101]\smihi|mauri\sora\b|cofion\b|all\sthe\sbest\b)"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_SPACE = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_RULE = re.compile(r"\s*[_=]{5,}\s*$|\s*-{10,}\s*$")
_FOOTER = re.compile(r"(?i)\b(?:recipient|addressee|confidential|if\syou\s(?:have\s)?receive|if\sthis\se?-?mail)")
_POSTSCRIPT = re.compile(r"(?i)p\.?\s?p?\.?\s?s\b[\s.:,\u2013-]")
_POLITE_LEAD = re.compile(r"(?i)^(?:please|pls|plz|kindly)\b[\s,:-]*")


@dataclass(frozen=True)
class Line:
    """One line: as typed, clean, whether `#` was in front; `clean` is "" for an empty or quoted line."""

    typed: str
    clean: str
    hashed: bool = False


def clean_lines(new_text: str) -> list[Line]:
    """The lines up to the first sign-off, freed of bold, bullets, invisible characters and codes."""
    lines: list[Line] = []
    for typed in new_text.split("\n")[:_MOST_LINES]:
        text = _visible(typed[:_MOST_LENGTH])
        text = _CODE.sub(" ", text) if "#" in text else text
        if _RULE.match(text):
            break
        if text.lstrip().startswith(">"):
            lines.append(Line("", ""))
            continue
        clean = tidy(text)
        hashed = clean.startswith("#")
        clean = tidy(clean.lstrip("# ")) if hashed else clean
        if _SIGN_OFF.match(clean):
            break
        lines.append(Line(typed.strip(), clean, hashed))
    return lines


def whole_words(new_text: str) -> str:
    """All that the writer says, the postscript below the signature with it, without footers and quoted lines."""
    kept: list[str] = []
    signed = False
    for typed in new_text.split("\n")[:_MOST_LINES]:
        clean = " ".join(_visible(typed[:_MOST_LENGTH]).split())
        signed = (signed or bool(_SIGN_OFF.match(clean))) and not _POSTSCRIPT.match(clean)
        if not signed and not clean.startswith(">") and not _FOOTER.search(clean):
            kept.append(clean)
    return "\n".join(kept)


def tidy(text: str) -> str:
    """A line without bold, bullet, quotation marks around it, courtesy in front, doubled spaces."""
    text = text.replace("*", " ").replace("`", "")
    text = re.sub(r"(?<!\w)_+|_+(?!\w)", " ", text) if "_" in text else text
    text = " ".join(text.split()).strip(_EDGES)
    if text[:1].isalpha():
        # Most lines begin with a letter: no bullet, and only these can begin a courtesy.
        return _POLITE_LEAD.sub("", text, count=1).strip(_EDGES) if text[0] in "pPkK" else text
    text = _BULLET.sub("", text).strip(_EDGES)
    return _POLITE_LEAD.sub("", text, count=1).strip(_EDGES)


def _visible(text: str) -> str:
    """Without what nobody sees (Unicode's Cc and Cf, tabs and line ends apart), every kind of space (Zs) as a space."""
    return text if text.isascii() and text.isprintable() else _SPACE.sub(" ", _UNSEEN.sub("", text))


def codes(text: str, words: frozenset[str]) -> tuple[str, ...]:
    """One-time codes in a text, "#" taken off (domain.md 5.2 "Buttons", G8); a `#` in front of a verb is no code."""
    if "#" not in text:
        return ()
    found = [match[1] for match in _CODE.finditer(_visible(text)) if match[1] not in words]
    return tuple(dict.fromkeys(found))


def goes_on(line: str, following: str) -> bool:
    """Whether a line was only broken by the mail program: the next one starts small, or would not have fitted."""
    if not following:
        return False
    first = following.split(" ", 1)[0]
    return following[0].islower() or (len(line) >= 50 and len(line) + 1 + len(first) > 66)


def note_of(tail: str) -> str:
    """The words behind a command as a note, without the stop before them; "" if they are only courtesy."""
    return "" if courtesy.says_nothing(courtesy.after_courtesy(tail)[0]) else tail.strip(" \t,.;:!\u2013\u2014-")
