"""Finds where somebody else's words begin in a mail: attributions, blocks of mail headers, separator lines.

In: a Page and the number of a line.
Out: Head, or None.
Fails: never.
Limits: linear: a head is looked for within _FOLDED or _BLOCK lines, patterns have no nested quantifiers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailflow.mail.page import Page
from mailflow.mail.quote_words import (
    ATTRIBUTION_STARTS,
    FORWARD_LINES,
    FROM_NAMES,
    INLINE_VERBS,
    OTHER_NAMES,
    PROSE_WORDS,
    QUOTING_STARTS,
    SENT_NAMES,
    SUBJECT_NAMES,
    TABLE_SUBJECT,
    TABLE_TO,
    TO_NAMES,
    VERBS_INSIDE,
    VERBS_LAST,
)

_FOLDED = 5
_BLOCK = 14
_LONGEST = 420
NAME_WIDTH = 30
# What may follow the verb: "wrote :", "napisał(a):", "wrote ----".
_TAIL = 4
# Asked first: most lines hold none of these words, and one search costs less than a hundred.
_ANY_LAST = re.compile("|".join(map(re.escape, VERBS_LAST)))
_ANY_INSIDE = re.compile("|".join(map(re.escape, VERBS_INSIDE)))

_HEADER_LINE = re.compile(
    r"[*_ ]{0,3}([^\W\d_][^\W\d_' -]{0,14}(?:[ '-][^\W\d_]{1,12}){0,2})[*_]{0,2} ?[:\uff1a]"
    r"[*_]{0,2}(?: |\t|$|(?=[^/\d ]))"
)
_DASHES = re.compile(
    r"[*_]{0,2}[-_=+*\u2010-\u2015\u2500]{1,40}[ ]{0,3}([^-_=+*\u2010-\u2015\u2500]{3,60}(?:-[^-_=+*]{3,30})?)"
    r"[ ]{0,3}[-_=+*\u2010-\u2015\u2500]{1,40}:?[*_]{0,2}"
)
RULE = re.compile(r"[-_=*~#\u2010-\u2015\u2500]{3,}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_TIME = re.compile(r"(?<![\d.])\d{1,2}[:.h]\d\d(?!\d)|(?<!\d)\d{1,2}\u6642|\d{1,2}\u65f6")
_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]")
_DATED_START = re.compile(r"[^\d]{0,25}\d")
_WORD_SPLIT = re.compile(r"[^\w']+")
_BETWEEN = re.compile(r"(?:>>>|\uff1e{3}) ?[^\s>].{2,200}(?:>>>|\uff1e{3})")
_GROUPWISE = re.compile(r">>> ?[^\s>].{2,160} (?:schrieb am|wrote on) .{4,120}")
_NOTES_BOX = re.compile(r"\|-{6,60}>")
_ISO_START = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? (?:gmt|utc)[+-]\d")
_NOTES = re.compile(r".{2,90} ?---\s?\d{1,4}[./-]\d.{4,30}---")
_INLINE = re.compile(r"(?<=[\w.!?,)] )(?:On|Am|Le|El|Il|Op|Den|Em|W dniu) (?=(?:\w{2,9}[.,]{0,2} ){0,2}\d)")
# A block of headers that some program wrote into one line.
_ONE_LINE = 60
_FLAT = (("sent", "date", "gesendet", "datum", "envoy\xe9", "enviado", "inviato", "verzonden", "skickat", "sendt"),
         ("subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "\xe4mne", "emne"))  # fmt: skip
_LONG_FORWARD_LINES = tuple(line for line in FORWARD_LINES if len(line) > 7)
_PIPE = ("|", "\u00bb", "}", ":")
_AROUND = " \t*_-\u2010\u2011\u2012\u2013\u2014<>\"'([{"


@dataclass(frozen=True)
class Head:
    """`length` lines head the quote; `rest`: they stand for themselves, all below is quoted even without marks.

    `above`: so many lines before belong to it. `whole`: even marked lines below do not end it.
    """

    length: int
    rest: bool
    above: int = 0
    whole: bool = False


def head_at(page: Page, at: int, ends: dict[int, list[int]]) -> Head | None:
    """What begins to quote at line `at` (not itself marked with ">"); `ends` as `likely_ends` gives them."""
    line = page.lines[at]
    if not line[0].isalnum():
        found = _separator(page, at)
    else:
        forward = page.folded[at].rstrip(" :\uff1a") in FORWARD_LINES and _announces(page, at)
        found = Head(1, True) if forward else None
    if not found and (":" in line[:NAME_WIDTH] or "\uff1a" in line[:NAME_WIDTH]) and _header_block(page, at):
        found = Head(1, True)
    if not found and at in ends:
        found = _attribution(page, at, ends[at])
    if not found and len(line) <= 5 and page.folded[at] in TABLE_TO:
        found = _table(page, at)
    if not found and "---" in line and _NOTES.match(line):
        found = Head(1, True)
    return found


def likely_ends(page: Page) -> dict[int, list[int]]:
    """For each line that may begin an attribution the lines on which it may end: cheap, by the last characters."""
    ends: dict[int, list[int]] = {}
    lines, folded = page.lines, page.folded
    for at, line in enumerate(lines):
        if not line:
            continue
        last = line[-1]
        if last in ":\uff1a>-)]":
            likely = True
        elif "@" in line and ": " in line:
            likely = any(verb in folded[at] for verb in INLINE_VERBS)
        else:
            likely = last in "est" and folded[at].endswith((" wrote", " writes", " \xe9crit"))
            likely = likely or (line[:2] == "20" and bool(_ISO_START.match(folded[at])))
        if not likely or (line[0] == ">" and not _closes_address(lines, at)):
            continue
        for start in range(at, max(-1, at - _FOLDED), -1):
            if not lines[start] or (lines[start][0] == ">" and start < at):
                break
            ends.setdefault(start, []).append(at)
    return ends


def _closes_address(lines: list[str], at: int) -> bool:
    """The program folded right before the last bracket of the address: ">:" or "> wrote:" opens the line."""
    if not at or len(lines[at]) > 40 or lines[at - 1][:1] in {"", ">"}:
        return False
    above = lines[at - 1]
    return "<" in above[above.rfind(">") + 1 :] and lines[at][-1] in ":\uff1a>"


def inside(page: Page, at: int, ends: list[int]) -> tuple[int, int]:
    """Where an attribution begins within a line ("Yes please. On Mon, 1 Mar 2027 Jane wrote:"), and its last line.

    (0, at) if none does.
    """
    line = page.lines[at]
    if len(line) <= _LONGEST:
        for found in _INLINE.finditer(line):
            for end in ends:
                said = " ".join([line[found.start() :].casefold(), *page.folded[at + 1 : end + 1]])
                if _strength(said) == 2 and said.endswith((":", "\uff1a")):
                    return found.start(), end
    return 0, at


def marks_below(page: Page, at: int) -> int:
    """How many lines from `at` on are marked with a bar or the like, below an attribution; 0 if it is not so."""
    mark = page.lines[at][0]
    if mark not in _PIPE:
        return 0
    end = at
    while end < page.size and page.lines[end][:1] == mark:
        end += 1
    return end - at if end - at >= 2 else 0


# --- attributions ----------------------------------------------------------------------------------------------


def _attribution(page: Page, at: int, ends: list[int]) -> Head | None:
    """ "On Monday Jane wrote:", folded over at most _FOLDED lines; the nearest beginning before its end counts."""
    starts = _starts(page.folded[at])
    weak: Head | None = None
    for end in ends:
        if at < end and (not starts or any(_starts_clearly(page.folded[line]) for line in range(at + 1, end + 1))):
            break
        strength = _strength(" ".join(page.folded[at : end + 1]))
        if strength == 2:
            return Head(end - at + 1, True)
        if strength and not weak:
            weak = Head(end - at + 1, False)
    return weak


def _starts(said: str) -> bool:
    bare = said.lstrip(_AROUND)
    return bare.startswith(ATTRIBUTION_STARTS) or bool(_DATED_START.match(bare)) or "@" in said


def _starts_clearly(said: str) -> bool:
    """A later line that begins an attribution itself: "On ..." with a figure soon after."""
    return bool(_DATED_START.match(said)) and said.startswith(("on ", "am ", "le ", "el ", "il ", "op ", "em ", "den "))


def _strength(said: str) -> int:
    """0: no attribution; 1: one if marked lines follow; 2: one by itself."""
    if len(said) > _LONGEST:
        # The quoted words may stand on the same line, as Yahoo's programs write it.
        said = _up_to_verb(said[:_LONGEST])
    bare = said.strip(" \t*_-\u2010\u2011\u2012\u2013\u2014<>")
    core = bare.rstrip(" :\uff1a.*_")
    verb = _verb(core)
    if not verb and _ADDRESS.search(core) and (cut := _up_to_verb(core)) and cut.startswith(ATTRIBUTION_STARTS):
        bare, core = cut, cut.rstrip(" :\uff1a")
        verb = _verb(core)
    address, year, time = bool(_ADDRESS.search(core)), bool(_YEAR.search(core)), bool(_TIME.search(core))
    if verb:
        return _with_verb(bare, core, verb, address, year, time)
    if (address and bare.startswith(QUOTING_STARTS)) or _ISO_START.match(bare):
        return 2
    if not bare.endswith((":", "\uff1a")):
        return int(address and year and core.endswith(">") and bool(_DATED_START.match(core[:12])))
    if address and time and _DATED_START.match(bare):
        return 2
    return int(address or (year and time))


def _with_verb(bare: str, core: str, verb: str, address: bool, year: bool, time: bool) -> int:
    if address:
        return 1 if "<" not in core and _is_prose(core, verb) else 2
    if ((year or time) and bare.startswith(ATTRIBUTION_STARTS)) or (year and time):
        return 1 if _is_prose(core, verb) else 2
    return int(bare.endswith((":", "\uff1a")) or time or year or len(core) < 80)


def _up_to_verb(said: str) -> str:
    return next((said[: said.find(verb) + len(verb)] for verb in INLINE_VERBS if verb in said), "")


def _verb(core: str) -> str:
    """The word for writing that this line ends with, or that a name or a date follows; "" if there is none."""
    tail = core[-28:]
    if _ANY_LAST.search(tail):
        for verb in VERBS_LAST:
            at = tail.rfind(verb)
            if at >= 0 and len(tail) - at - len(verb) <= _TAIL:
                return verb
    return next((verb for verb in VERBS_INSIDE if verb in core), "") if _ANY_INSIDE.search(core) else ""


def _is_prose(core: str, verb: str) -> bool:
    """ "On 3 May 2027 at 10:00 the manager wrote:" - an article or a pronoun shortly before or after the verb."""
    where = core.rfind(verb)
    near = _WORD_SPLIT.split(core[max(0, where - 60) : where])[-5:] + _WORD_SPLIT.split(core[where + len(verb) :])[:2]
    return any(word in PROSE_WORDS for word in near)


# --- header blocks and separators ------------------------------------------------------------------------------


def _separator(page: Page, at: int) -> Head | None:
    """A line such as "-----Original Message-----", or a rule with mail headers below; GroupWise's, Notes' lines."""
    line = page.lines[at]
    if len(line) < 4:
        return None
    if line[0] == "|":
        box = _NOTES_BOX.fullmatch(line) and ":" in "".join(page.lines[at + 1 : at + 2])
        return Head(1, True, whole=True) if box else None
    if RULE.fullmatch(line):
        below = page.after(at + 1, 3)
        return Head(1, True) if below >= 0 and _header_block(page, below, separated=True) else None
    if line[0] in ">\uff1e":
        return Head(1, True) if _BETWEEN.fullmatch(line) or _GROUPWISE.fullmatch(line) else None
    dashed = _DASHES.fullmatch(page.folded[at])
    words = dashed[1].strip(" :*") if dashed else ""
    known = words in FORWARD_LINES or any(each in words for each in _LONG_FORWARD_LINES)
    return Head(1, True) if dashed and (known or _strength(dashed[0]) == 2) else None


def is_groupwise(line: str) -> bool:
    """GroupWise heads its quote with ">>> Name date >>>"; such a line is no quoted one."""
    return line.startswith((">>>", "\uff1e")) and bool(_BETWEEN.fullmatch(line))


def _announces(page: Page, at: int) -> bool:
    """ "Begin forwarded message:" without dashes counts if a colon ends it or headers or marks stand below it."""
    below = page.after(at + 1, 4)
    if below < 0:
        return False
    return page.lines[below][0] == ">" or bool(_header_name(page.lines[below], page.folded[below]))


def _header_block(page: Page, at: int, separated: bool = False) -> bool:
    """Mail headers line by line: a sender and two others, one of them telling that this is mail and not a timetable."""
    first = _header_name(page.lines[at], page.folded[at])
    if not first or not (first in FROM_NAMES or first in OTHER_NAMES):
        return False
    if len(page.lines[at]) > _ONE_LINE and all(
        any(f" {word}:" in page.folded[at] for word in words) for words in _FLAT
    ):
        return True
    names, address, timed = _headers(page, at)
    sender, sent = bool(names & FROM_NAMES), bool(names & SENT_NAMES)
    subject = bool(names & SUBJECT_NAMES)
    if not sender:
        # A word for "From" that no table knows, or one glued to the line above.
        form = at > 1 and all(_header_name(page.lines[above], page.folded[above]) for above in (at - 1, at - 2))
        return subject and sent and bool(names & TO_NAMES) and (address or timed) and not form
    if not separated and not any(page.lines[max(0, at - _BLOCK) : at]):
        # On top of everything it may be a form or a memorandum: only a program writes addresses and the minute.
        return len(names) >= 3 and sent and (address or timed)
    if separated:
        return len(names) >= 2
    return (len(names) >= 3 and (address or (subject and sent))) or (address and (sent or subject))


def _headers(page: Page, at: int) -> tuple[set[str], bool, bool]:
    """The names of the headers from here on, whether an address stands in them, and whether a time of sending does."""
    names: set[str] = set()
    address = spread = timed = False
    strange = gap = 0
    for index in range(at, min(at + _BLOCK, page.size)):
        line = page.lines[index].lstrip(">* ")
        if not line:
            gap += 1
            if gap > 2 and len(names) < 2:
                break
            continue
        name = _header_name(line, page.folded[index].lstrip(">* "))
        if name in FROM_NAMES or name in OTHER_NAMES:
            names.add(name)
            gap = 0
            spread = line.rstrip("* ")[-1:] in ":\uff1a"  # its value stands below it
            address = address or "@" in line
            timed = timed or (name in SENT_NAMES and bool(_TIME.search(line)))
        elif gap and len(names) >= 2 and not spread:
            break
        elif name:
            strange += 1
    return (set() if strange > 1 else names), address, timed


def _header_name(line: str, folded: str) -> str:
    if ":" not in line[:NAME_WIDTH] and "\uff1a" not in line[:NAME_WIDTH]:
        return ""
    found = _HEADER_LINE.match(folded)
    return found[1] if found else ""


def _table(page: Page, at: int) -> Head | None:
    """Notes writes To, cc and Subject each alone on a line, its values below them, sender and date above."""
    if not any(line in TABLE_SUBJECT for line in page.folded[at + 1 : at + 9]):
        return None
    top = at - 1
    while top > 0 and not page.lines[top] and top > at - 3:
        top -= 1
    lowest = top
    while top >= 0 and page.lines[top] and top > lowest - 3:
        top -= 1
    # The date stands above, or in front of the value of To.
    said = " ".join(page.folded[top + 1 : at + 9])
    return Head(1, True, at - top - 1) if _YEAR.search(said) else None
