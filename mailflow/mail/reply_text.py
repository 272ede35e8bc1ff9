"""Splits a mail's text into what is new, what is quoted and what is signature.

In: a Message (HTML quotes already begin with "> ", see html_text.py).
Out: Reply; only `new` may be read for commands, the whole text stays on the file.
Fails: never.
Limits: linear time: each line is looked at a bounded number of times, patterns have no nested quantifiers; of lines
that look like the head of a quote MAX_LOOKS are read closely. A split is a view, never evidence: an answer typed
between unmarked quotes of Outlook cannot be told from them and stays `quoted`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mailflow.mail import quote, signature
from mailflow.mail.message import Message
from mailflow.mail.page import MAX_LINE, MAX_LINES, Page

__all__ = ["MAX_LINE", "MAX_LINES", "REPLY_MARKER", "Reply", "split", "split_text"]

REPLY_MARKER = "Please write your reply above this line"

_MARKER = REPLY_MARKER.casefold()
_MARKER_WORDS = tuple(_MARKER.split())
_NEW, _QUOTED, _SIGNATURE = range(3)
_FEW_QUOTES = 3
MAX_LOOKS = 2_500
_WRAPPED = 55
_TAIL = 45

# "> 5 missed visits": a comparison or a list, not a quote, where nothing else in the mail is quoted.
_COMPARED = re.compile(r">\s{0,2}=?\s{0,2}[\d\u20ac\u00a3$]")
_INITIALS = re.compile(r"([A-Za-z][A-Za-z.]{0,5})>(?: |$)")


@dataclass(frozen=True)
class Reply:
    """The three voices in one mail: `new` by its writer, `quoted` by others before, `signature` with disclaimers."""

    new: str
    quoted: str
    signature: str


def split(message: Message) -> Reply:
    """Split the best text of a mail (domain.md G8, mail.md "The text of a reply"); the parts come stripped."""
    return split_text(message.text, message.from_.name if message.from_ else "")


@lru_cache(maxsize=4)  # one mail is split for its kind, its words and its case
def split_text(text: str, writer: str = "") -> Reply:
    """Split plain text whose quotes, if marked, begin with ">"; the writer's name helps to find the signature."""
    return _Reading(Page(text, writer)).reply()


class _Reading:
    """One walk over one mail, line by line; `voices` says of each line who speaks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.voices: list[int] = []
        self.signing = self.said = False
        self.cut: tuple[int, int] | None = None  # (line, where the attribution begins in it)
        self.heads: dict[int, quote.Head | None] = {}
        self.ends = quote.likely_ends(page)
        self.above = "above" in page.all_folded  # in our own marker and in those of ticket systems
        self.foreign = not page.all_folded.isascii()
        self.quotes = page.all_folded.count("\n>") + page.all_folded.startswith(">")
        self.initials = self._initials() if ">" in page.all_folded else ""
        self.looks = 0
        self.clear = 0  # no quote begins between the line being read and this one

    def reply(self) -> Reply:
        self._walk()
        page, voices = self.page, self.voices
        voices += [_QUOTED] * (page.total - len(voices))
        parts: tuple[list[str], list[str], list[str]] = ([], [], [])
        for at, line in enumerate(page.raw):
            if self.cut and self.cut[0] == at:
                where = len(line) - len(line.lstrip()) + self.cut[1]
                parts[_NEW].append(line[:where].rstrip())
                parts[_QUOTED].append(line[where:].rstrip())
            else:
                parts[voices[at]].append(line.rstrip())
        return Reply(*(_folded(part) for part in parts))

    # --- the walk ----------------------------------------------------------------------------------------------

    def _walk(self) -> None:
        page, voices, lines, ends = self.page, self.voices, self.page.lines, self.ends
        marks = ">&\uff1e" + self.initials[:1]
        quick = not self.above and not self.initials
        at, size = 0, page.size
        while at < size:
            line = lines[at]
            if not line:
                voices.append(voices[-1] if voices and voices[-1] != _QUOTED else _NEW)
                at += 1
            elif at not in ends and quick and self.said and len(line) > signature.NARROW and self._is_plain(at):
                voices.append(_SIGNATURE if self.signing else _NEW)
                at += 1
            elif line[0] in marks and self._is_quoted(at):
                at = self._quote(at)
            elif self.above and self._is_our_marker(at):
                self._absorb()
                break
            elif at in ends and (found := self._inside(at)):
                if (at := found) < 0:
                    break
            elif head := self._head(at):
                if (at := self._headed(at, head)) < 0:
                    break
            elif self._may_mark(at) and signature.is_marker(page, at):
                if self.said:
                    self._absorb()
                    break
                voices.append(_SIGNATURE)
                at += 1
            else:
                at += self._own(at)

    def _inside(self, at: int) -> int:
        """An attribution glued to the last words: the next line, -1 if all the rest is quoted, 0 if there is none."""
        where, end = quote.inside(self.page, at, self.ends[at]) if self.looks < MAX_LOOKS else (0, at)
        if not where:
            return 0
        self.looks += 1
        self.cut = (at, where)
        self.said = True
        self.voices += [_NEW] + [_QUOTED] * (end - at)
        below = self.page.after(end + 1)
        return end + 1 if below >= 0 and self._is_quoted(below) else -1

    def _is_plain(self, at: int) -> bool:
        """A full line in the middle of a paragraph: nothing that is looked for stands on such a line."""
        line = self.page.lines[at]
        return (
            line[0].isalpha()
            and line.find(":", 0, quote.NAME_WIDTH) < 0
            and self.page.lines[at - 1] != ""
            and self.page.folded[at].partition(" ")[0] not in signature.OPENERS
            and "---" not in line
        )

    def _may_mark(self, at: int) -> bool:
        lines = self.page.lines
        if self.above or not lines[at][0].isalnum():
            return True
        return self.foreign and not lines[at - 1] and (at + 1 == self.page.size or not lines[at + 1])

    def _own(self, at: int) -> int:
        """A line that nobody quoted: words, or part of the signature. How many lines it took."""
        page = self.page
        if not self.said and not self.signing and (length := signature.is_banner(page, at)):
            self.voices += [_SIGNATURE] * length
            return length
        if self.signing and signature.is_postscript(page.folded[at]):
            self.signing = False
        elif not self.signing:
            drawn = page.lines[at] in {"--", "\u2014"}
            if (drawn or self.said) and signature.begins(page, at, self._end):
                self.signing = True
            elif not self.said and signature.is_footer(page, at):
                return self._notice_on_top(at)
        if self.signing or signature.is_mobile(page, at, self._end):
            self.voices.append(_SIGNATURE)
        else:
            self.said = True
            self.voices.append(_NEW)
        return 1

    def _notice_on_top(self, at: int) -> int:
        """A notice above all words takes its paragraph and no more."""
        end = at
        while end < self.page.size and self.page.lines[end]:
            end += 1
        self.voices += [_SIGNATURE] * (end - at)
        return end - at

    def _quote(self, at: int) -> int:
        """Take the marked lines from here on, with the rule above them."""
        page, voices = self.page, self.voices
        self._absorb()
        while at < page.size and page.lines[at] and self._is_quoted(at):
            voices.append(_QUOTED)
            at += 1
            if at < page.size and page.lines[at][:1] not in {">", ""} and self._is_wrapped_tail(at):
                voices.append(_QUOTED)
                at += 1
        self.signing = False
        return at

    def _headed(self, at: int, head: quote.Head) -> int:
        """What follows an attribution or a block of headers; -1 if all the rest is quoted."""
        page, voices = self.page, self.voices
        below = page.after(at + head.length)
        marked = below >= 0 and self._is_quoted(below)
        barred = quote.marks_below(page, below) if below >= 0 and not marked else 0
        if not (marked or barred or head.rest):
            return at + self._own(at)
        self._absorb(head.above)
        if head.whole or not (marked or barred):
            return -1
        self.signing = False
        end = below + barred
        voices += [_QUOTED] * (end - at)
        return end

    def _absorb(self, above: int = 0) -> None:
        """A rule right above a quote belongs to it, and so do lines that the head of the quote claims."""
        voices, lines = self.voices, self.page.lines
        for index in range(len(voices) - 1, max(-1, len(voices) - 4 - above), -1):
            if above > 0 or quote.RULE.fullmatch(lines[index]):
                voices[index] = _QUOTED
                above -= 1
            elif lines[index]:
                break

    # --- what a line is ----------------------------------------------------------------------------------------

    def _is_quoted(self, at: int) -> bool:
        line = self.page.lines[at]
        first = line[0]
        if first == ">":
            if self.quotes < _FEW_QUOTES and _COMPARED.match(line) and not self._head_above(at):
                return False
            if self._closes_link(at):
                return False
            return not (line.startswith(">>>") and quote.is_groupwise(line))
        if first == "&":
            return line.startswith("&gt;")
        if first == "\uff1e":
            return not quote.is_groupwise(line)
        return bool(self.initials) and line.startswith(self.initials)

    def _head_above(self, at: int) -> bool:
        return bool(self.voices) and _QUOTED in self.voices[-3:]

    def _closes_link(self, at: int) -> bool:
        """A mailer folded "<https://...>" so that its last bracket opens a line."""
        before = self.page.lines[at - 1] if at else ""
        where = before.rfind("<http")
        return where >= 0 and before[0] != ">" and ">" not in before[where:]

    def _is_wrapped_tail(self, at: int) -> bool:
        """The end of a quoted line that a mailer wrapped without a mark: short, small, between marked lines."""
        page = self.page
        if at + 1 >= page.size:
            return False
        before, line, after = page.lines[at - 1], page.lines[at], page.lines[at + 1]
        if before[0] != ">" or after[:1] != ">" or len(before) < _WRAPPED or len(line) > _TAIL:
            return False
        return (line[0].islower() or line[0].isdigit()) and before[-1] not in ".?!:;"

    def _is_our_marker(self, at: int) -> bool:
        """Our own line, also folded over two; behind ">" it is a quote like any other, since an answer may be below."""
        folded = self.page.folded
        if _MARKER_WORDS[0] not in folded[at]:
            return False
        below = " ".join(folded[at + 1].split()) if at + 1 < self.page.size else ""
        return _MARKER in f"{' '.join(folded[at].split())} {below}" and _MARKER not in below

    def _head(self, at: int) -> quote.Head | None:
        if at not in self.heads:
            line = self.page.lines[at]
            # Most lines cannot head a quote and cost nothing; of those that look like it MAX_LOOKS are read closely.
            likely = at in self.ends or ":" in line or not line[0].isalnum()
            self.looks += likely
            spent = likely and self.looks > MAX_LOOKS
            self.heads[at] = None if spent else quote.head_at(self.page, at, self.ends)
        return self.heads[at]

    def _end(self, at: int) -> int:
        """Where the words that line `at` belongs to end: the next quote, or the end; at most LOOK lines are read."""
        page = self.page
        last = min(page.size, at + 1 + signature.LOOK)
        index = max(at + 1, self.clear)
        while index < last and not self._begins_quote(index):
            index += 1
        self.clear = max(self.clear, index)
        return index

    def _begins_quote(self, at: int) -> bool:
        if not self.page.lines[at]:
            return False
        if self._is_quoted(at):
            return True
        head = self._head(at)
        return head is not None and (head.rest or self._is_quoted_below(at, head))

    def _is_quoted_below(self, at: int, head: quote.Head) -> bool:
        below = self.page.after(at + head.length)
        return below >= 0 and self._is_quoted(below)

    def _initials(self) -> str:
        """ "JE> " in front of three lines and more, as old programs mark a quote; "" if there is none."""
        counts: dict[str, int] = {}
        for line in self.page.lines:
            if ">" in line[:7] and line[0] != ">" and (found := _INITIALS.match(line)):
                counts[found[1]] = counts.get(found[1], 0) + 1
        name, most = max(counts.items(), key=lambda item: item[1], default=("", 0))
        return f"{name}>" if most >= _FEW_QUOTES else ""


def _folded(lines: list[str]) -> str:
    out: list[str] = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip()
