"""The lines of a mail's text, cleaned once for all who look for quotes and signatures in them.

In: plain text; the name of its writer.
Out: Page.
Fails: never.
Limits: only the first MAX_LINES lines are looked at, and of each only the first MAX_LINE characters.
"""

from __future__ import annotations

import re

MAX_LINES = 20_000
MAX_LINE = 600
MAX_NAMES = 6

# Zero-width characters and direction marks: they change no word, and programs strew them round names and addresses.
_HIDDEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\xad"
_AWAY = re.compile(f"[{_HIDDEN}]")
_SPACES = re.compile("[\xa0\u2007\u202f\u3000]")
_NAME_PART = re.compile(r"[^\W\d_]{2,}")


class Page:
    """`raw` as written; `lines` stripped of white space and hidden characters; `folded` the same, casefolded.

    `all_folded` is all of them in one; `names` are the words of the writer's own name, casefolded.
    """

    __slots__ = ("all_folded", "folded", "lines", "names", "raw", "size", "total")

    def __init__(self, text: str, writer: str = "") -> None:
        self.raw = text.replace("\r\n", "\n").split("\n")
        self.total = len(self.raw)
        seen = text if len(self.raw) <= MAX_LINES else "\n".join(self.raw[:MAX_LINES])
        if not seen.isascii():
            seen = _SPACES.sub(" ", _AWAY.sub("", seen)).replace("\u2019", "'").replace("\u0130", "I")
        longest = MAX_LINE
        self.lines = [
            line.strip() if len(line) <= longest else line[:longest].strip()
            for line in seen.replace("\r\n", "\n").split("\n")
        ]
        self.size = len(self.lines)
        self.all_folded = "\n".join(self.lines).casefold()
        self.folded = self.all_folded.split("\n")
        name = writer.partition("(")[0].partition("|")[0] if "@" not in writer else ""
        self.names = frozenset(part.casefold() for part in _NAME_PART.findall(name)[:MAX_NAMES])

    def after(self, at: int, most: int = 4) -> int:
        """The next line from `at` on that is not empty, looking at `most` lines; -1 if there is none."""
        for index in range(at, min(at + most, self.size)):
            if self.lines[index]:
                return index
        return -1
