"""Matches one line against typed forms such as "Extend action {n:number} to {until:date}".

In: forms (verb, text with typed blanks), a clean line, today's date and how working days are added.
Out: the longest fit, what it left over, and how near the others came.
Fails: ValueError for a form that cannot be read (an unknown blank type, no literal word in front).
Limits: knows words, never what they mean; a typo is forgiven only by the caller's leave.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from mailflow.mail.command_dates import one_slip, read_date
from mailflow.mail.reference import find

TYPES = ("text", "date", "pastdate", "number", "address", "reference", "word")
"""The blank types; besides these, words joined by "|" are a choice, as in "{answer:yes|no}"."""

_LONG_WORD = 6
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_MARK = re.compile(r"[^\W_]+(?:[-'\u2019/._][^\W_]+)*")  # a word, or the number of a file: EOS-77, 2027/118
_SEPARATORS = " \t:.;,!\u2013\u2014-"
_JOINT = re.compile(r"[\s-]*")
_LOOSE_JOINT = re.compile(r"[\s:.;,!\u2013\u2014-]*")
_BEFORE_VALUE = re.compile(r"[\s:.;,!<(\[\u2013\u2014-]*")
_DIRECT = re.compile(r"\s*[^\W_]")
_BLANK = re.compile(r"\{(?P<name>[a-z_][a-z0-9_]*)(?P<optional>\?)?:(?P<type>[a-z|-]+)\}")
_ADDRESS = re.compile(r"<?(?:mailto:)?([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)>?")
_NUMBER = re.compile(r"(?:(?:no\.?|number|nr\.?)\s{0,2})?#?(\d{1,4})(?:st|nd|rd|th)?(?![\w/@])|([a-z]{3,5})\b", re.I)
_MORE_NUMBERS = re.compile(
    r"\s*(?:,\s*and\b|,|&|\+|\band\b)\s*(?:(?:no\.?|number)\s{0,2})?#?(\d{1,4})(?![\w/@-]|\.\d)", re.I
)
_REFERENCE = re.compile(r"\[?\s?([A-Za-z]{2,5})[\s-]{0,3}\d{4}[\s-]{0,3}[\dOoIl]{4,12}[\s-]{0,3}[0-9A-Za-z]{2}\b\s?\]?")
_PREPOSITIONS = frozenset({"to", "until", "because", "by", "for"})
_PREPOSITION = re.compile(r"\s{1,3}(?:to|until|till|til|by|for)\b", re.I)
_SMALL = {word: at for at, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)}


@dataclass(frozen=True)
class Form:
    """One way to say a verb, in words with typed blanks, e.g. "Hold until {until:date}: {reason:text}".

    Types: text date pastdate number address reference word, or a choice "yes|no"; "{x?:date}" may be left out.
    `decision` words need an exact match. `part_of` makes it a detail of those verbs. `into` says where it goes: ""
    merges its blanks into the parent's (or sets the parent's blank of its own verb's name to True if it has none),
    "name=value" sets that blank of the parent, any other name appends its blanks as one entry to that list of it.
    """

    verb: str
    text: str
    decision: bool
    part_of: tuple[str, ...] = ()
    into: str = ""


@dataclass(frozen=True)
class Fit:
    """A form that fits a line up to `end`. `words` counts its literal words, `typos` those forgiven.

    `doubts` say why a blank is not certain. `wants_text` names the text blank that found nothing on this line.
    `ends_open` is True when the fit ends with a blank, so that other words may follow it directly; `stopped` when the
    form writes a stop, such as a colon, in front of its last blank; `counted` when that blank is a number.
    """

    form: Form
    end: int
    words: int
    typos: int
    blanks: Mapping[str, object]
    doubts: tuple[str, ...] = ()
    wants_text: str = ""
    text_blank: str = ""
    ends_open: bool = False
    stopped: bool = False
    counted: bool = False
    more_numbers: tuple[str, tuple[int, ...]] = ("", ())

    @property
    def length(self) -> tuple[int, bool, int]:
        """What makes one fit better than another: more literal words, then no text wanting, then more of the line."""
        return self.words, not self.wants_text, self.end


@dataclass(frozen=True)
class Miss:
    """A form that a line begins like: how many of its literal words fit, and what was missing then.

    `near` is True if the line said all of the form up to a blank or a colon, or at least two of its words, one of them
    longer than "out" and "of", or ends there.
    """

    form: Form
    words: int
    why: str
    near: bool


@dataclass(frozen=True)
class _Piece:
    word: str = ""
    blank: str = ""
    kind: str = ""
    optional: bool = False
    parted: bool = False  # the form writes a separator in front of this piece


@dataclass(frozen=True)
class _Way:
    """What one attempt has gathered so far."""

    words: int = 0
    typos: int = 0
    blanks: Mapping[str, object] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    more: tuple[str, tuple[int, ...]] = ("", ())

    def with_word(self, typo: int) -> _Way:
        return replace(self, words=self.words + 1, typos=self.typos + typo)

    def with_value(self, blank: str, value: object, doubt: str = "", more: tuple[int, ...] = ()) -> _Way:
        return replace(
            self,
            blanks={**self.blanks, blank: value},
            doubts=(*self.doubts, doubt) if doubt else self.doubts,
            more=(blank, more) if more else self.more,
        )


@lru_cache(maxsize=2048)
def pieces(text: str) -> tuple[_Piece, ...]:
    """The words and blanks of a form's text; raises ValueError if it cannot be read or starts with a blank."""
    found: list[_Piece] = []
    at, parted = 0, False
    while at < len(text):
        blank, word = _BLANK.match(text, at), _WORD.match(text, at)
        if blank:
            kind = blank["type"]
            if kind not in TYPES and "|" not in kind:
                raise ValueError(f"The form {text!r} has a blank of the unknown type {kind!r}.")
            found.append(_Piece(blank=blank["name"], kind=kind, optional=bool(blank["optional"]), parted=parted))
            at, parted = blank.end(), False
        elif word:
            found.append(_Piece(word=plain(word.group()), parted=parted))
            at, parted = word.end(), False
        elif text[at] in "{}":
            raise ValueError(f"The form {text!r} has a blank that cannot be read.")
        else:
            parted = parted or text[at] in ":.;,"
            at += 1
    if not found or not found[0].word:
        raise ValueError(f"The form {text!r} must begin with a word.")
    return tuple(found)


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """A word as it is compared: no case, no apostrophes, no accents that a telephone adds or drops."""
    folded = unicodedata.normalize("NFKD", word).casefold().replace("'", "").replace("\u2019", "")
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


@lru_cache(maxsize=64)
def first_word(line: str) -> str:
    """The first word of a line as it is compared, "" if it begins with none."""
    first = _WORD.match(line)
    return plain(first.group()) if first else ""


def spoken_words(line: str) -> tuple[str, ...]:
    """The words of a line as they are compared."""
    return tuple(plain(match.group()) for match in _WORD.finditer(line))


def _may_begin(line: str, word: str, typos: bool) -> bool:
    """Whether the line's first word is this one, or a slip away: asked first, since most forms fail here."""
    said = first_word(line)
    return said == word or (typos and bool(said) and len(word) >= _LONG_WORD and one_slip(said, word))


class Matcher:
    """Matches lines of one mail: it carries the day of reading and the calendar's way to add working days."""

    def __init__(self, today: date, add_working_days: Callable[[date, int], date]):
        self._today = today
        self._add = add_working_days
        self._line, self._typos = "", False
        self._reached, self._why, self._near = 0, "", False

    def fit(self, form: Form, line: str, typos: bool = False) -> Fit | Miss | None:
        """How the form fits the start of the line: a Fit, a Miss (it begins like it), or None."""
        parts = pieces(form.text)
        if not _may_begin(line, parts[0].word, typos):
            return None
        self._line, self._typos = line, typos
        self._reached, self._why, self._near = 0, "", False
        # The first way is the right one: a later one would leave out a blank that was filled in doubtfully.
        for end, way in self._ways(parts, 0, 0, _Way()):
            return self._finished(form, parts, end, way)
        return Miss(form, self._reached, self._why, self._near) if self._reached else None

    def best(self, forms: Iterable[Form], text: str) -> tuple[Fit | None, Miss | None]:
        """The longest fit and, if it came further, the nearest miss; a tie between verbs gives the fit doubt."""
        best: Fit | None = None
        miss: Miss | None = None
        rivals: set[str] = set()
        opening = first_word(text)
        for form in forms:
            if pieces(form.text)[0].word != opening:
                continue
            result = self.fit(form, text)
            if isinstance(result, Miss):
                if result.near and (miss is None or result.words > miss.words):
                    miss = result
            elif result:
                if best is None or result.length > best.length:
                    best, rivals = result, {form.verb}
                elif result.length == best.length:
                    rivals.add(form.verb)
        if best and len(rivals) > 1:
            best = replace(best, doubts=(*best.doubts, f"These words can mean {' or '.join(sorted(rivals))}."))
        if best and miss and miss.words <= best.words:
            miss = None
        return best, miss

    def _finished(self, form: Form, parts: tuple[_Piece, ...], end: int, way: _Way) -> Fit:
        last = parts[-1]
        text_blank = last.blank if last.kind == "text" else ""
        value = way.blanks.get(text_blank) if text_blank else None
        wants = text_blank if text_blank and not value and not last.optional else ""
        blanks = {name: value for name, value in way.blanks.items() if value not in ("", None)}
        taken = last.blank and last.blank in blanks
        more = way.more if all(piece.kind != "text" or piece is last for piece in parts) else ("", ())
        return Fit(
            form, end, way.words, way.typos, blanks, way.doubts, wants,
            text_blank if value else "", bool(taken), last.parted, bool(taken) and last.kind == "number", more,
        )  # fmt: skip

    def _ways(self, parts: tuple[_Piece, ...], at_part: int, at: int, way: _Way) -> Iterator[tuple[int, _Way]]:
        """All ways in which the pieces from `at_part` on fit the line from `at` on, the preferred first."""
        self._note_reach(parts, at_part, at, way)
        if at_part == len(parts):
            yield at, way
            return
        piece = parts[at_part]
        if piece.word:
            loose = piece.parted or piece.word in _PREPOSITIONS or (at_part and parts[at_part - 1].blank)
            joint = (_LOOSE_JOINT if loose else _JOINT).match(self._line, at)
            start = joint.end() if joint and at else at
            word = _WORD.match(self._line, start)
            if word is None or (at and start == at and self._line[at - 1].isalnum()):
                return
            typo = 0 if plain(word.group()) == piece.word else 1
            if typo and not (
                self._typos and len(piece.word) >= _LONG_WORD and one_slip(plain(word.group()), piece.word)
            ):
                return
            yield from self._ways(parts, at_part + 1, word.end(), way.with_word(typo))
            return
        if piece.kind == "text":
            yield from self._text_ways(parts, at_part, at, way)
        else:
            before = _BEFORE_VALUE.match(self._line, at)
            for end, value, doubt, more in self._values(piece.kind, before.end() if before else at):
                yield from self._ways(parts, at_part + 1, end, way.with_value(piece.blank, value, doubt, more))
        if piece.optional:
            yield from self._ways(parts, at_part + 1, at, way)

    def _note_reach(self, parts: tuple[_Piece, ...], at_part: int, at: int, way: _Way) -> None:
        if at_part < len(parts) and way.words >= max(self._reached, 1):
            piece = parts[at_part]
            parted = piece.parted and not _DIRECT.match(self._line, at)
            telling = way.words >= 2 and any(len(one.word) >= 4 for one in parts[:at_part])
            telling = telling or (piece.word in _PREPOSITIONS and bool(_PREPOSITION.match(self._line, at)))
            self._near = bool(piece.blank) or parted or telling or not _WORD.search(self._line, at)
            self._reached = way.words
            self._why = _WANTED.get(piece.kind, "One word is missing.") if piece.blank else _expected(piece.word)

    def _text_ways(self, parts: tuple[_Piece, ...], at_part: int, at: int, way: _Way) -> Iterator[tuple[int, _Way]]:
        """A text blank: to the end of the line, or up to the first place where the rest of the form fits."""
        piece, line = parts[at_part], self._line
        loose = _LOOSE_JOINT.match(line, at)
        start = loose.end() if loose else at
        if piece.parted and start < len(line) and not any(letter in ":.;,\u2013\u2014-" for letter in line[at:start]):
            return
        if at_part == len(parts) - 1:
            yield len(line), way.with_value(piece.blank, line[start:].strip())
            return
        following = parts[at_part + 1]
        for word in _WORD.finditer(line, start):
            if word.start() > start and (not following.word or plain(word.group()) == following.word):
                text = line[start : word.start()].strip(_SEPARATORS)
                yield from self._ways(parts, at_part + 1, word.start(), way.with_value(piece.blank, text))

    def _values(self, kind: str, at: int) -> Iterator[tuple[int, object, str, tuple[int, ...]]]:
        """The value of a blank at this place: (end, value, doubt, further numbers); nothing if there is none."""
        line = self._line
        if kind in ("date", "pastdate"):
            read = read_date(line, at, self._today, self._add, past=kind == "pastdate")
            if read:
                yield read.end, read.day, read.why, ()
        elif kind == "number":
            yield from _numbers(line, at)
        elif kind == "address":
            match = _ADDRESS.match(line, at)
            if match:
                yield match.end(), match[1].lower(), "", ()
        elif kind == "reference":
            match = _REFERENCE.match(line, at)
            if match:
                exact = [found.reference for found in find(match.group(), frozenset({match[1].upper()})) if found.exact]
                why = "" if exact else f"The check characters of '{match.group().strip()}' do not hold."
                yield match.end(), exact[0] if exact else None, why, ()
        elif kind == "word":
            match = _MARK.match(line, at)
            if match:
                yield match.end(), match.group(), "", ()
        else:
            match = _WORD.match(line, at)
            if match and plain(match.group()) in kind.split("|"):
                yield match.end(), plain(match.group()), "", ()


_WANTED = {
    "date": "I found no date where one is needed, such as '3 March'.",
    "pastdate": "I found no date where one is needed, such as '3 March'.",
    "number": "I found no number where one is needed.",
    "address": "I found no email address where one is needed.",
    "reference": "I found no reference where one is needed.",
    "text": "I expected a colon before the words.",
}


def _expected(word: str) -> str:
    return f"I expected the word '{word}'."


def _numbers(line: str, at: int) -> Iterator[tuple[int, object, str, tuple[int, ...]]]:
    match = _NUMBER.match(line, at)
    if match is None or (match[2] and match[2].lower() not in _SMALL):
        return
    value = int(match[1]) if match[1] else _SMALL[match[2].lower()]
    end, further = match.end(), []
    while following := _MORE_NUMBERS.match(line, end):
        further.append(int(following[1]))
        end = following.end()
    if further:
        yield end, value, "", tuple(further)
    yield match.end(), value, "", ()
