"""Finds what is no word of the writer though nobody quoted it: signatures, notices, footers of machines, banners.

In: a Page and the number of a line, and a function that tells where the writer's words end below it.
Out: whether a signature, a line of a telephone, a notice, a footer or a banner begins there.
Fails: never.
Limits: linear: nobody looks further than LOOK lines ahead. A bare name below "Thanks" stays a word of the writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile

from mailflow.mail.page import Page
from mailflow.mail.quote import RULE
from mailflow.mail.reply_words import (
    BANNER_SIGNS,
    BANNER_STARTS,
    CLOSINGS,
    DEVICES,
    DISCLAIMER_WORDS,
    EXCUSES,
    FOOTER_STARTS,
    LIST_WORDS,
    MOBILE_ENDS,
    MOBILE_SIGNATURES,
    NOTICE_SELVES,
    NOTICE_STARTS,
    REPLY_ABOVE,
    SENDING_WORDS,
    THANKS,
)

LOOK = 30
_WIDE = 100
NARROW = 60
_MOBILE_WIDTH = 160
_MARKER_WIDTH = 160
_BANNER_LINES = 5

_CONTACT = re.compile(
    r"(?:(?:\+|\(0|\b0)\d[\d ()/.-]{6,24}\d)|\b(?:tel|phone|fax|mobile|mob|cell|direct|office|telefon|tél|handy)\b[.:]?"
    r"|\b(?:[tmefdop]|dd)[.:] ?[+(\d]|www\.|https?:|[^\s@]@[^\s@]{1,80}\.[a-z]|\d{3}[.-]\d{3}[.-]\d{4}",
    re.IGNORECASE,
)
# A short number of the house too.
_NUMBER = re.compile(r"\d[\d ().-]{5,20}\d")
_SIGNED = re.compile(r"(?:[-\u2013\u2014~]|/) ?((?:[^\W\d_][\w'.-]{0,20} ?){1,3})")
_DASHED = re.compile(r"--[ ]?[^\s-].{0,80}")
_FROM_MOBILE = re.compile(r"[\w' ]{2,30} from (?:my )?(?:mobile|iphone|ipad|android|phone)", re.IGNORECASE)
_FIRST_PERSON = ("i", "my", "ich", "mein", "meine", "je", "mon", "ma", "mi", "ik", "mijn", "jag", "jeg", "jeg", "ja")
_EXCUSED = ("typo", "brevity", "spelling", "mobile", "phone", "thumbs", "autocorrect", "terse")
_SENTENCE_WORDS = frozenset(
    {"is", "was", "are", "were", "but", "so", "because", "that", "when", "she", "he", "ist", "war"}
)
_EXCUSING = ("excuse", "typo", "forgive", "sorry", "brevity", "apolog")
_TYPOS_WIDTH = 90
_LEADING = " \t*_<([{~\u2022\u00b7-\u2013\u2014\"'\u26a0\ufe0f"
_AROUND = " ,.!;:-\u2013\u2014*_\uff0c\u3002\uff01"
_SENTENCE_ENDS = (".", "?", "!", "\u3002", "\uff1f")
_DELIMITERS = frozenset({"--", "\u2014", "\u2013", "\u2014\u2014", "__"})


def _by_first_word(phrases: frozenset[str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for phrase in phrases:
        table.setdefault(phrase.split()[0].rstrip(","), []).append(phrase)
    return {word: tuple(sorted(found, key=len, reverse=True)) for word, found in table.items()}


_CLOSING = _by_first_word(CLOSINGS)
_THANKS = _by_first_word(THANKS)
_MOBILE_OPENERS = frozenset(phrase[:3] for phrase in (*MOBILE_SIGNATURES, *SENDING_WORDS))
_FOOTER_OPENERS = frozenset(phrase[:3] for phrase in (*FOOTER_STARTS, *NOTICE_STARTS))
# The first words of all that may open a full line of a footer, so that others need no further look.
OPENERS = frozenset(
    phrase.split()[0] for phrase in (*MOBILE_SIGNATURES, *SENDING_WORDS, *FOOTER_STARTS, *NOTICE_STARTS)
)
Ends = Callable[[int], int]


def begins(page: Page, at: int, ends: Ends) -> bool:
    """Whether the signature, or what stands in its place, begins at line `at`; `ends` tells where the words end."""
    line = page.lines[at]
    bold = line[0] in "*_" and line[1:2].isalnum()
    if not line[0].isalnum() and not bold:
        return _drawn(page, at, ends) or (line[0] in "<*[(_" and is_footer(page, at))
    if len(line) <= NARROW and (_closing(page, at, ends) or _contact_block(page, at, ends)):
        return True
    return is_footer(page, at)


def is_footer(page: Page, at: int) -> bool:
    """A notice in the words of lawyers, or what scanners, lists and careful people put below every mail."""
    folded = page.folded[at]
    if not folded[0].isalnum():
        folded = folded.lstrip(_LEADING)
        if folded.startswith("http") and ("avast.com/" in folded or "avg.com/" in folded):
            return True
    if folded[:3] in _FOOTER_OPENERS:
        if folded.startswith(FOOTER_STARTS):
            return True
        if folded.startswith(NOTICE_STARTS) and _lawyer_words(page, at, 4) >= 2:
            return not _says_i(" ".join(_paragraph(page, at, 4)))
    if len(folded) < 25 or (at and page.lines[at - 1] and not RULE.fullmatch(page.lines[at - 1])):
        return False
    # Only its own paragraph: what stands above somebody's notice is no notice.
    said = " ".join(_paragraph(page, at, 5))
    if sum(word in said for word in DISCLAIMER_WORDS) < 3 or not _speaks_like_one(page.folded[at]):
        return False
    # A notice speaks of itself; a person who reports such a matter says "I".
    return any(words in said for words in NOTICE_SELVES) and not _says_i(said)


def _says_i(said: str) -> bool:
    return any(f" {word} " in said for word in _FIRST_PERSON)


def _paragraph(page: Page, at: int, most: int) -> list[str]:
    """The lines from `at` to the next empty one, at most so many."""
    return list(takewhile(bool, page.folded[at : at + most]))


def _speaks_like_one(folded: str) -> bool:
    """A notice's first line has one of its words already; a writer's sentence glued to a notice has none."""
    return any(words in folded for table in (NOTICE_SELVES, DISCLAIMER_WORDS) for words in table)


def _lawyer_words(page: Page, at: int, lines: int) -> int:
    said = " ".join(page.folded[at : at + lines])
    return sum(word in said for word in DISCLAIMER_WORDS)


def is_mobile(page: Page, at: int, ends: Ends) -> bool:
    """One line of a telephone or a program: "Sent from my iPhone", "Get Outlook for Android"."""
    line = page.lines[at]
    if len(line) > _MOBILE_WIDTH:
        return False
    folded = page.folded[at]
    if not line[0].isalnum():
        folded = folded.lstrip(_LEADING)
    if folded[:3] in _MOBILE_OPENERS and not folded.endswith("?") and _says_sent(page, at, folded, ends):
        return True
    return len(line) <= _TYPOS_WIDTH and _says_mobile(folded)


def _says_sent(page: Page, at: int, folded: str, ends: Ends) -> bool:
    """ "Sent from ..." with a device or a program behind it, or a single name with nothing below."""
    known = folded.startswith(MOBILE_SIGNATURES)
    if not known and not folded.startswith(SENDING_WORDS):
        return False
    words = folded.partition("<")[0].partition("(")[0].split()
    if any(word in _SENTENCE_WORDS for word in words) and not any(word in folded for word in _EXCUSING):
        return False
    if (known and len(folded) <= NARROW) or (len(words) <= 12 and any(word in folded for word in DEVICES)):
        return True
    return len(words) <= 4 and page.lines[at].split()[-1][0].isupper() and not _short_lines(page, at + 1, ends(at))


def _says_mobile(folded: str) -> bool:
    """The same in languages that put the verb last; the name of a product; an excuse for the spelling."""
    if folded.endswith(MOBILE_ENDS):
        return any(word in folded for word in DEVICES)
    if "outlook" in folded and ("ios" in folded or "android" in folded):
        return len(folded.split()) <= 8
    if "excuse" in folded or "typo" in folded:
        return folded.startswith(EXCUSES) and any(word in folded for word in _EXCUSED)
    return "from" in folded and bool(_FROM_MOBILE.fullmatch(folded.strip("()<>. ")))


def is_banner(page: Page, at: int) -> int:
    """How many lines a warning about outside mail takes on top of the words; 0 if it is none."""
    folded = page.folded[at].lstrip("*_<({| \u26a0\ufe0f!~-=")
    if not folded.startswith(BANNER_STARTS):
        return 0
    paragraph = []
    for index in range(at, min(at + _BANNER_LINES, page.size)):
        if not page.lines[index] or (index > at and RULE.fullmatch(page.lines[index])):
            break
        paragraph.append(page.folded[index])
    else:
        index += 1
    said = " ".join(paragraph)
    short = folded.startswith(("[ext", "external e", "**external", "*external")) and len(folded) <= 40
    if not short and sum(sign in said for sign in BANNER_SIGNS) < 2:
        return 0
    # A rule below the warning belongs to it.
    below = page.after(index, 3)
    return (below + 1 if below >= 0 and RULE.fullmatch(page.lines[below]) else at + len(paragraph)) - at


def is_marker(page: Page, at: int) -> bool:
    """A ticket system's "Please type your reply above this line"."""
    return len(page.lines[at]) <= _MARKER_WIDTH and any(words in page.folded[at] for words in REPLY_ABOVE)


def is_postscript(folded: str) -> bool:
    """ "PS: ..." is said again, below the signature."""
    return folded.startswith(("ps:", "p.s.", "ps.", "ps -", "p.s:", "pps", "ps ", "p.s "))


# --- what opens a signature ------------------------------------------------------------------------------------


def _drawn(page: Page, at: int, ends: Ends) -> bool:
    """Dashes: RFC 3676 section 4.3 "-- ", a rule of any kind above a few short lines, "-Jane" as the last line."""
    line = page.lines[at]
    if line in _DELIMITERS:
        return True
    if RULE.fullmatch(line):
        return _above_block(page, at, ends(at))
    if line[0] not in "-\u2013\u2014~/":
        return False
    if line.startswith("--") and _DASHED.fullmatch(line):
        end = ends(at)
        below = _short_lines(page, at + 1, end)
        listed = line.endswith("--") or any(each.startswith("--") for each in (*page.lines[at - 1 : at], *below))
        return len(below) <= 6 and not listed and _all_short(page, at, end)
    return _is_dashed_name(page, at, ends)


def _is_dashed_name(page: Page, at: int, ends: Ends) -> bool:
    """ "-Jane", or "- Jane" if that is the writer's name, as the last line and not the last point of a list.

    Below it may stand a title and a telephone number, where the line begins a paragraph.
    """
    line = page.lines[at]
    signed = _SIGNED.fullmatch(line)
    end = ends(at)
    if not signed or (_short_lines(page, at + 1, end) and not _dashed_block(page, at, end)):
        return False
    before = next((page.lines[index] for index in range(at - 1, max(-1, at - 4), -1) if page.lines[index]), "")
    if not before or before[0] == line[0]:
        return False
    words = signed[1].split()
    if any(word.casefold().strip(".,") in page.names for word in words):
        return True
    glued = line[1] != " " or line[0] in "\u2014~"
    return glued and all(word[0].isupper() for word in words)


def _dashed_block(page: Page, at: int, end: int) -> bool:
    """ "-Joe Soap" and up to four short lines of the same paragraph with a way to reach him, none of them a point."""
    below = _short_lines(page, at + 1, end)
    return (
        page.lines[at - 1 : at] == [""]
        and page.lines[at][1] != " "
        and len(below) == len(_paragraph(page, at + 1, 4))
        and not any(line[0] == page.lines[at][0] for line in below)
        and _all_short(page, at + 1, end)
        and any(_NUMBER.search(line) or _CONTACT.search(line) for line in below)
    )


def _above_block(page: Page, at: int, end: int) -> bool:
    """A rule opens the signature if names and numbers, a list's footer or a notice follow, and nothing else."""
    below = page.after(at + 1, 4)
    if below < 0 or below >= end:
        return False
    if is_footer(page, below):
        return True
    lines = _short_lines(page, at + 1, end)
    said = " ".join(page.folded[below : below + 6])
    if any(word in said for word in LIST_WORDS) and len(lines) <= 8:
        return True
    if not lines or len(lines) > 10 or not _all_short(page, at + 1, end):
        return False
    return bool(_CONTACT.search(said)) or _named(page, below)


def _closing(page: Page, at: int, ends: Ends) -> bool:
    """ "Kind regards", also with the name behind it, above short lines; "Thanks" only above a telephone number."""
    folded = page.folded[at].strip(_AROUND)
    word = folded.partition(" ")[0].rstrip(",")
    formal, thanks = _CLOSING.get(word), _THANKS.get(word)
    if formal and (folded in CLOSINGS or _with_name(page.lines[at], folded, formal)):
        return _plausible(page, at, ends(at))
    if " / " in folded and all(part.strip() in CLOSINGS for part in folded.split(" / ")):
        return _plausible(page, at, ends(at))
    if thanks and (folded in THANKS or _with_name(page.lines[at], folded, thanks)):
        end = ends(at)
        lines = _short_lines(page, at + 1, end)
        if lines and (lines[0] in _DELIMITERS or RULE.fullmatch(lines[0])):
            return False  # the signature says itself where it begins
        return 2 <= len(lines) <= 12 and _all_short(page, at + 1, end) and _has_contact(page, at + 1, end)
    return False


def _with_name(line: str, folded: str, closings: tuple[str, ...]) -> bool:
    """ "Best regards, Sam Morgan": up to four words with capitals behind the closing."""
    for closing in closings:
        if folded.startswith(closing) and folded[len(closing) : len(closing) + 1] in {",", " ", "-", "!", "."}:
            words = line.strip(_AROUND)[len(closing) :].strip(_AROUND).split()
            if not 0 < len(words) <= 4:
                return False
            # "Viele Gr\xfc\xdfe aus Berlin"
            return " " in closing or all(word[0].isupper() for word in words)
    return False


def _plausible(page: Page, at: int, end: int) -> bool:
    """No sentence stands right below: a closing word in the middle of a text is none."""
    seen = 0
    for index in range(at + 1, end):
        line = page.lines[index]
        if not line:
            continue
        if len(line) > _WIDE and not is_footer(page, index):
            return False
        if seen == 0 and len(line) > 40 and (line[0].islower() or _is_sentence(page, index)):
            return False
        seen += 1
        if seen == 3:
            break
    return True


def _is_sentence(page: Page, at: int) -> bool:
    """A whole sentence in place of a name: the writer has thought of something more."""
    line = page.lines[at]
    return line.endswith(_SENTENCE_ENDS) and len(line.split()) >= 7 and not is_footer(page, at)


def _contact_block(page: Page, at: int, ends: Ends) -> bool:
    """The writer's own name alone on a line, and lines with a telephone number or an address below it."""
    if not page.names or not at or page.lines[at - 1] or not _named(page, at):
        return False
    end = ends(at)
    contact = _has_contact(page, at + 1, end) or (" | " in page.lines[at] and page.lines[at + 1 : at + 2] != [""])
    return contact and len(_short_lines(page, at, end)) <= 12 and _all_short(page, at + 1, end)


def _named(page: Page, at: int) -> bool:
    """Whether the line is the writer's name, whole or in part, with at most two words more."""
    words = page.folded[at].partition("|")[0].replace(",", " ").split()
    if not page.names or not words or len(words) > 5:
        return False
    return words[0].strip("*_.") in page.names and sum(word.strip("*_.") not in page.names for word in words) <= 2


def _short_lines(page: Page, start: int, end: int) -> list[str]:
    return [line for line in page.lines[start : min(end, start + LOOK)] if line]


def _all_short(page: Page, start: int, end: int) -> bool:
    """Only names, titles, numbers: no long line and no sentence, until a notice begins."""
    for index in range(start, min(end, start + LOOK)):
        line = page.lines[index]
        if not line:
            continue
        if is_footer(page, index):
            return True
        if len(line) > _WIDE or (len(line) > 45 and line.endswith(_SENTENCE_ENDS)):
            return False
    return True


def _has_contact(page: Page, start: int, end: int) -> bool:
    return bool(_CONTACT.search(" \n".join(page.lines[start : min(end, start + 12)])))
