"""Case references such as CC-2027-0042-K7: made, written as a tag, and found again in whatever people retype.

In: a prefix of 2 to 5 letters, the year of receipt, the number within year and prefix; or any text.
Out: references; what was found in a text, each with the answer whether its check characters hold.
Fails: ValueError for a prefix, year or number that cannot be written.
Limits: numbers have 4, 6, 8, 10 or 12 digits, so that one lost or added character never gives another number that
can be written; at most 200 references of a text are told; a guess is never a match (domain.md G1, mail.md 9 to 12).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The 32 check characters: digits and capitals without I, L, O and U (domain.md G1)."""

_MOST_DIGITS = 12
_MOST_EXACT = 200
_OFFSET = (4, 17)
_LOOK_ALIKES = str.maketrans("OIL", "011")
_GAP = r"[\s_./:-]{0,24}"
_DASHES = frozenset("\u00ad\u2043\u2212\u02d7\ufe63\uff0d")


@dataclass(frozen=True)
class Found:
    """One tag seen in a text, at index `at`.

    `reference` is filled only when `exact`; else `guess` may hold the one reading that a person can confirm.
    """

    reference: str
    exact: bool
    guess: str
    at: int


def _powers() -> tuple[int, ...]:
    powers, value = [], 1
    for _ in range(31):
        powers.append(value)
        value <<= 1
        if value & 32:
            value ^= 0b100101
    return tuple(powers)


_POWER = _powers()
_LOG = {value: at for at, value in enumerate(_POWER)}


def _times(a: int, b: int) -> int:
    return _POWER[(_LOG[a] + _LOG[b]) % 31] if a and b else 0


def _check(prefix: str, digits: str) -> str:
    """Two check characters over prefix, year and number: a Reed-Solomon code over GF(32).

    Any two columns (1, a^i) of its check matrix are independent, so every change of one or two characters
    shows: all single errors and all transpositions, neighbours or not, check characters included.
    """
    values = [ord(letter) - 64 for letter in prefix] + [int(digit) for digit in digits]
    plain = weighted = 0
    for place, value in enumerate(reversed(values), start=2):
        plain ^= value
        weighted ^= _times(_POWER[place], value)
    # Solve c0 + c1 = plain and c0 + a*c1 = weighted for the two lowest places.
    high = _times(plain ^ weighted, _POWER[-_LOG[_POWER[1] ^ 1] % 31])
    low = plain ^ high
    return ALPHABET[high ^ _OFFSET[0]] + ALPHABET[low ^ _OFFSET[1]]


def make(prefix: str, year: int, number: int) -> str:
    """The reference for a number, e.g. make("CC", 2027, 42) == "CC-2027-0042-K7" (domain.md G1).

    Raises ValueError if the prefix is not 2 to 5 capitals, the year not of 4 digits, or the number out of range.
    """
    if not re.fullmatch(r"[A-Z]{2,5}", prefix):
        raise ValueError(f"A prefix is 2 to 5 capital letters, not {prefix!r}.")
    if not 1000 <= year <= 9999:
        raise ValueError(f"A year has 4 digits, not {year!r}.")
    if not 0 < number < 10**_MOST_DIGITS:
        raise ValueError(f"A number is between 1 and {_MOST_DIGITS} digits long, not {number!r}.")
    digits = f"{number:04d}"
    # Of even length: CC-2027-1042 with a character too many must not read as the case 10042 by chance.
    digits = digits if len(digits) % 2 == 0 else f"0{digits}"
    return f"{prefix}-{year}-{digits}-{_check(prefix, f'{year}{digits}')}"


def tag(reference: str) -> str:
    """The reference as it stands in subjects: "[CC-2027-0042-K7]"."""
    return f"[{reference}]"


def find(text: str, prefixes: frozenset[str]) -> tuple[Found, ...]:
    """Every tag of these prefixes in a text, in order of place, each reference once (mail.md 9, 10, 12).

    Survives case, spaces, dashes of all kinds, folding, zero-width characters, look-alikes (0/O, 1/I/L) and tags of
    other systems. A look-alike is read only if the check characters then hold. One wrong, missing, extra or swapped
    character gives exact=False and, if exactly one mending exists, that as the guess.
    """
    known = frozenset(prefix.upper() for prefix in prefixes)
    if not known:
        return ()
    plain, places = _flatten(text)
    exact: dict[str, Found] = {}
    starts, ends = [], []
    for start, end, reference in _exact(plain, known):
        starts.append(start)
        ends.append(end)
        exact.setdefault(reference, Found(reference, True, "", places[start]))
        if len(exact) >= _MOST_EXACT:
            break
    near: list[Found] = []
    for start, end, guess in _near(plain, known):
        before = bisect_right(starts, start)  # what is read lies in order and does not overlap
        if (not before or ends[before - 1] <= start) and (before == len(starts) or starts[before] >= end):
            near.append(Found("", False, guess, places[start]))
    return tuple(sorted([*exact.values(), *near], key=lambda found: found.at))


def find_any(text: str) -> tuple[str, ...]:
    """Every tag whose check characters hold, whatever its prefix, in order of place: for readers who know no prefix.

    Two check characters hold by chance once in a thousand times. Words and figures such as a date with a time ("May
    2027 10:30:15") would be that often enough, so a tag that ends in figures counts only as we write it, with dashes.
    """
    out: dict[str, None] = {}
    looked = 0
    for part in _near_figures(text):
        plain, _ = _flatten(part)
        end_before = 0
        for head in islice(_ANY_HEAD.finditer(plain), _MOST_HEADS - looked):
            looked += 1
            if head.start() < end_before:
                continue
            for rest, end in _behind(plain, head.end()):
                reference = _read(head.group(), rest)
                if reference and (not reference[-2:].isdigit() or plain[head.start() : end] == reference):
                    out[reference] = None
                    end_before = end
                    break
    return tuple(out)


def _near_figures(text: str) -> Iterator[str]:
    """The parts of a text in which a tag can stand: most of a mail is far from any figure."""
    start, end = 0, -1
    for figures in _FIGURES.finditer(text):
        if end < 0 or figures.start() - _TAG_BEFORE > end:
            if end >= 0:
                yield text[start:end]
            start = max(0, figures.start() - _TAG_BEFORE)
        end = figures.end() + _TAG_BEHIND
    if end >= 0:
        yield text[start:end]


def _flatten(text: str) -> tuple[str, list[int] | range]:
    """Capitals, plain dashes and no invisible characters, with the place each character had in the text."""
    if text.isascii():
        return text.upper(), range(len(text) + 1)
    letters: list[str] = []
    places: list[int] = []
    for at, letter in enumerate(text):
        category = unicodedata.category(letter) if letter > "\x7f" else ""
        if letter in _DASHES or category == "Pd":
            folded = "-"
        elif category in ("Cf", "Mn"):
            continue
        elif letter > "\x7f":
            folded = unicodedata.normalize("NFKC", letter).upper()
        else:
            folded = letter.upper()
        letters.append(folded if len(folded) == 1 else "?")
        places.append(at)
    return "".join(letters), [*places, len(text)]


@lru_cache(maxsize=32)
def _heads(prefixes: frozenset[str]) -> re.Pattern[str]:
    """A known prefix at the start of a word, look-alikes and folding allowed, with the year directly behind it."""
    alike = {"O": "[O0]", "I": "[IL1]", "L": "[IL1]"}
    words = []
    for prefix in sorted(prefixes, key=lambda word: (-len(word), word)):
        words.append(r"\s{0,3}".join(alike.get(letter, letter) for letter in prefix))
    return re.compile(rf"(?<![A-Z0-9])(?:{'|'.join(words)})(?={_GAP}[12IL])")


_ANY_HEAD = re.compile(rf"(?<![A-Z0-9])[A-Z]{{2,5}}(?={_GAP}[12IL][\s._/:-]{{0,3}}[0-9OIL])")
_MOST_HEADS = 2_000
_FIGURES = re.compile(r"\d+")
_TAG_BEFORE, _TAG_BEHIND = 64, 96
_RUN = re.compile(rf"({_GAP})([A-Z0-9]+)")
_GOES_ON = re.compile(r"-[A-Z0-9]")


def _behind(plain: str, at: int) -> Iterator[tuple[str, int]]:
    """The letters and digits behind a prefix, longer and longer, each time a tag may end there: (all so far, end).

    A word that a dash joins to the next one ends a tag only if it is the two check characters: else the number of
    a mistyped tag could by chance hold as a shorter tag of its own. Behind a whole tag, year, number and check each a
    word, nothing is added: a mistyped one could by chance hold together with the words that follow it.
    """
    so_far, words = "", 0
    while True:
        run = _RUN.match(plain, at)
        if run is None:
            return
        word, before = run[2], len(so_far)
        so_far += word
        words += 1
        at = run.end()
        figures = so_far[:-2].translate(_LOOK_ALIKES)
        if len(so_far) > 4 + _MOST_DIGITS + 2 or (figures and not figures.isdecimal()):
            return
        if len(word) == 2 or not _GOES_ON.match(plain, at):
            yield so_far, at
        if words == 3 and len(word) == 2 and before >= 8 and (run[1].strip() or not _GOES_ON.match(plain, at)):
            return


def _exact(plain: str, known: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, reference) of what holds, in order, none overlapping another."""
    by_alike: dict[str, list[str]] = {}
    for prefix in sorted(known):
        by_alike.setdefault(_as_alike(prefix), []).append(prefix)
    past = 0
    for head in _heads(known).finditer(plain):
        if head.start() < past:
            continue
        for prefix in by_alike.get(_as_alike(re.sub(r"\s", "", head.group())), ()):
            found = next(((end, ref) for rest, end in _behind(plain, head.end()) if (ref := _read(prefix, rest))), None)
            if found:
                past = found[0]
                yield head.start(), *found
                break


def _as_alike(word: str) -> str:
    return word.translate(_LOOK_ALIKES)


def _read(prefix: str, rest: str) -> str:
    """The reference these characters spell, "" unless the check characters hold."""
    digits, check = rest[:-2].translate(_LOOK_ALIKES), rest[-2:].translate(_LOOK_ALIKES)
    if len(digits) < 8 or len(digits) % 2 or not digits.isdecimal() or digits[0] == "0":
        return ""
    if len(digits) > 8 and digits[4:6] == "00":  # written longer than the number is
        return ""
    if not int(digits[4:]) or _check(prefix, digits) != check:
        return ""
    return f"{prefix}-{digits[:4]}-{digits[4:]}-{check}"


_SPLIT = r"[\s_./:-]{1,24}"
_WRITTEN_APART = re.compile(
    rf"(?<![A-Z0-9])(?=([A-Z0-9]{{1,6}}){_SPLIT}([A-Z0-9]{{3,5}}){_SPLIT}([A-Z0-9]{{1,13}})"
    rf"(?:{_SPLIT}([A-Z0-9]{{1,3}}))?(?![A-Z0-9]))"
)
_WRITTEN_TOGETHER = re.compile(r"(?<![A-Z0-9])(?=([A-Z]{2,5})([12]\d{3})(\d{4,12}?)([A-Z0-9]{2})(?![A-Z0-9]))")
_MOST_NEAR = 20


def _near(plain: str, known: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Places that look like one of our tags but do not hold, at most 20 of them, with the single mending or ""."""
    seen = 0
    for shape in (_WRITTEN_APART, _WRITTEN_TOGETHER):
        for match in shape.finditer(plain):
            head, year, number, check = match[1], match[2], match[3], match[4] or ""
            figures = (year + number).translate(_LOOK_ALIKES)
            if sum(not figure.isdecimal() for figure in figures) > 1:
                continue
            prefixes = [prefix for prefix in known if _as_alike(prefix) == _as_alike(head)]
            mendings = set()
            if len(number) < 3 and not (prefixes and plain[match.end(2) : match.start(3)].strip()):
                continue  # "CC-2027-42" is a reference somebody has shortened, "cc 2027 42" may be anything
            if prefixes:
                for prefix in prefixes:
                    mendings |= _mended(prefix, year, number, check)
            else:
                rest = year + number + check
                mendings = {_read(prefix, rest) for prefix in known if _one_apart(head, prefix)} - {""}
                if not mendings:
                    continue
            seen += 1
            if seen > _MOST_NEAR:
                return
            yield match.start(), match.end(4 if check else 3), mendings.pop() if len(mendings) == 1 else ""


def _mended(prefix: str, year: str, number: str, check: str) -> set[str]:
    """All references one slip away: one character wrong, lost, added or swapped; or noughts or the check left out."""
    year, number, check = (part.translate(_LOOK_ALIKES) for part in (year, number, check))
    whole = year.isdecimal() and number.isdecimal() and len(year) == 4 and int(year) >= 1000
    short = {make(prefix, int(year), int(number))} if whole and 0 < int(number) < 10**_MOST_DIGITS else set()
    if not check:
        return short
    if len(number) < 4 and any(reference.endswith(check) for reference in short):
        return short  # only the noughts in front were left out
    word = year + number + check
    slips = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    for at in range(len(word) + 1):
        letters = ALPHABET if at >= len(word) - len(check) else ALPHABET[:10]
        slips |= {word[:at] + letter + word[at + 1 :] for letter in letters}
        slips |= {word[:at] + letter + word[at:] for letter in letters}
        slips.add(word[:at] + word[at + 1 :])
    # A slip that would leave the shape (a lost digit of the year, say) must be mended where it happened.
    return {_read(prefix, slip) for slip in slips if len(slip) >= 10} - {""}


def _one_apart(word: str, other: str) -> bool:
    """Whether one wrong, lost, added or swapped character lies between the two."""
    if abs(len(word) - len(other)) > 1:
        return False
    if len(word) == len(other):
        wrong = [at for at in range(len(word)) if word[at] != other[at]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return len(wrong) == 1 or (swapped and sorted(word) == sorted(other))
    long, short = (word, other) if len(word) > len(other) else (other, word)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
