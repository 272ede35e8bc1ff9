"""Splits a mail's text into what is new, what is quoted and what is signature.

In: a Message (HTML quotes already begin with "> ", see html_text.py).
Out: Reply; only `new` may be read for commands, the whole text stays on the file.
Fails: never.
Limits: linear time: each line is looked at a bounded number of times, patterns have no nested quantifiers. A split is
a view, never evidence: an answer typed between unmarked quotes of Outlook cannot be told from them and stays `quoted`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mailflow.mail.message import Message
from mailflow.mail.reply_words import (
    ATTRIBUTION_STARTS,
    ATTRIBUTION_VERBS,
    CLOSINGS,
    DISCLAIMER_WORDS,
    FORWARD_LINES,
    HEADER_NAMES,
    MOBILE_SIGNATURES,
)

REPLY_MARKER = "Please write your reply above this line"

MAX_LINES = 20_000
MAX_LINE = 600
_BLOCK_LOOK = 8
_ATTRIBUTION_LINES = 4
_CLOSING_LOOK = 8
_CLOSING_WIDTH = 100

_HEADER_LINE = re.compile(
    r"[*_ ]{0,3}([^\W\d][^\W\d' -]{0,14}(?: [^\W\d][^\W\d']{0,12})?)[*_]{0,2} ?[:\uff1a][*_]{0,2}(?: |\t|$)"
)
_DASHES = re.compile(r"[-_=\u2014]{2,}[ ]{0,3}([^-_=\u2014]{3,60}?)[ ]{0,3}[-_=\u2014]{2,}")
_RULE = re.compile(r"[-_=\u2014]{10,}")
_RULES = "-_=\u2014"
_COLONS = ":\uff1a"
_LONGEST_FORWARD = max(map(len, FORWARD_LINES)) + 10
_LONGEST_CLOSING = max(map(len, CLOSINGS)) + 10
_MARKER_WORDS = REPLY_MARKER.casefold().split()
_HIDDEN = str.maketrans("\xa0", " ", "\u200b\u200c\u200d\u2060\ufeff\xad")

_NEW, _QUOTED, _SIGNATURE = range(3)


@dataclass(frozen=True)
class Reply:
    """The three voices in one mail: `new` by its writer, `quoted` by others before, `signature` with disclaimers."""

    new: str
    quoted: str
    signature: str


def split(message: Message) -> Reply:
    """Split the best text of a mail (domain.md G8, mail.md "The text of a reply"); the parts come stripped."""
    return split_text(message.text)


@lru_cache(maxsize=4)  # one mail is split for its kind, its words and its case
def split_text(text: str) -> Reply:
    """Split plain text whose quotes, if marked, begin with ">"."""
    lines = text.replace("\r\n", "\n").split("\n")
    seen = (lines if text.isascii() else text.translate(_HIDDEN).replace("\r\n", "\n").split("\n"))[:MAX_LINES]
    looked = [line[:MAX_LINE].strip() for line in seen]
    voices = _voices(looked)
    voices += [_QUOTED] * (len(lines) - len(voices))
    spoken = list(zip(lines, voices, strict=True))
    return Reply(*(_folded([line.rstrip() for line, who in spoken if who == voice]) for voice in range(3)))


def _voices(lines: list[str]) -> list[int]:
    voices: list[int] = []
    signing = said = False
    at, total = 0, len(lines)
    folded = "\n".join(lines).casefold()
    marked = all(word in folded for word in _MARKER_WORDS)
    while at < total:
        line = lines[at]
        if (marked and _is_marker(lines, at)) or _starts_rest(lines, at):
            break
        if line.startswith(">"):
            voices.append(_QUOTED)
            signing = False
            at += 1
            continue
        length = _attribution(lines, at) if _colon_follows(lines, at) else 0
        if length:
            following = next((x for x in lines[at + length : at + length + 3] if x), "")
            if not following.startswith(">"):
                break
            voices += [_QUOTED] * length
            signing = False
            at += length
            continue
        signing = signing or line in {"--", "\u2014"} or (said and _is_closing(lines, at)) or _is_disclaimer(lines, at)
        said = said or bool(line)
        voices.append(_SIGNATURE if signing or _is_mobile(line) else _NEW)
        at += 1
    return voices + [_QUOTED] * (total - len(voices))


def _is_marker(lines: list[str], at: int) -> bool:
    """Our own line, also folded over two; behind ">" it is a quote like any other, since an answer may stand below."""
    if lines[at].startswith(">") or not lines[at]:
        return False
    two = lines[at] + " " + (lines[at + 1] if at + 1 < len(lines) else "")
    said = " ".join(two.casefold().split())
    marker = REPLY_MARKER.casefold()
    return marker in said and marker not in " ".join(lines[at + 1].casefold().split() if at + 1 < len(lines) else [])


def _starts_rest(lines: list[str], at: int) -> bool:
    """Whether everything from here on is somebody else's mail: a separator line or a block of mail headers."""
    line = lines[at]
    if not line or line.startswith(">"):
        return False
    dashed = _DASHES.fullmatch(line) if line[0] in _RULES else None
    if dashed and any(word in dashed[1].casefold() for word in FORWARD_LINES):
        return True
    if len(line) <= _LONGEST_FORWARD and line.rstrip(":").casefold() in FORWARD_LINES:
        return True
    if line[0] in _RULES and _RULE.fullmatch(line):
        return at + 1 < len(lines) and _header_block(lines, at + 1)
    return _header_block(lines, at)


def _header_block(lines: list[str], at: int) -> bool:
    """Three mail headers within the next lines, one naming a sender, in any language of reply_words."""
    if not (first := _header_name(lines[at])):
        if lines[at] or at + 1 >= len(lines) or not (first := _header_name(lines[at + 1])):
            return False
    if first not in HEADER_NAMES["from"] and first not in HEADER_NAMES["other"]:
        return False
    names = {name for line in lines[at : at + _BLOCK_LOOK] if (name := _header_name(line))}
    return bool(names & HEADER_NAMES["from"]) and len(names & HEADER_NAMES["other"]) >= 2


def _header_name(line: str) -> str:
    if ":" not in line[:40] and "\uff1a" not in line[:40]:
        return ""
    found = _HEADER_LINE.match(line)
    return found[1].casefold() if found else ""


def _colon_follows(lines: list[str], at: int) -> bool:
    """Whether a line ends in a colon before the lines of an attribution are over: asked first, since it costs least."""
    return any(line[-1:] in _COLONS for line in lines[at : at + _ATTRIBUTION_LINES] if line)


def _attribution(lines: list[str], at: int) -> int:
    """How many lines an attribution ("On Monday Jane wrote:") takes from here, 0 if there is none."""
    first = lines[at]
    if not first or not _may_attribute(first):
        return 0
    joined = ""
    for length in range(1, _ATTRIBUTION_LINES + 1):
        if at + length > len(lines) or (not lines[at + length - 1] and length > 1):
            return 0
        joined = (joined + " " + lines[at + length - 1]).strip()[:MAX_LINE]
        if joined.endswith((":", "\uff1a")):
            folded = joined.casefold()
            wrote = any(verb in folded for verb in ATTRIBUTION_VERBS)
            bare = "<" in folded and "@" in folded and any(c.isdigit() for c in folded)
            dated = any(c.isdigit() for c in folded) or "@" in folded
            return length if (wrote and dated) or (bare and length <= 2) else 0
    return 0


def _may_attribute(line: str) -> bool:
    folded = line.casefold()
    return folded.startswith(ATTRIBUTION_STARTS) or folded[:1].isdigit() or folded.endswith(":")


def _is_closing(lines: list[str], at: int) -> bool:
    """ "Kind regards" alone on its line, with short lines, such as names and numbers, below it."""
    if len(lines[at]) > _LONGEST_CLOSING or lines[at].casefold().rstrip(" ,.!") not in CLOSINGS:
        return False
    following = [line for line in lines[at + 1 : at + 1 + _CLOSING_LOOK] if line]
    return all(len(line) <= _CLOSING_WIDTH for line in following[:3])


def _is_mobile(line: str) -> bool:
    return 9 <= len(line) <= 90 and line.casefold().startswith(MOBILE_SIGNATURES)


def _is_disclaimer(lines: list[str], at: int) -> bool:
    """A paragraph in the words of lawyers: three of them within three lines."""
    if len(lines[at]) < 25 or (at and lines[at - 1] and not _RULE.fullmatch(lines[at - 1])):
        return False
    said = " ".join(lines[at : at + 5]).casefold()
    return sum(word in said for word in DISCLAIMER_WORDS) >= 3


def _folded(lines: list[str]) -> str:
    out: list[str] = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip()
