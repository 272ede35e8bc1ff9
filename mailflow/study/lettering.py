"""How wide words are when they are drawn, without asking any font, and where they wrap.

In: words, a size in pixels, whether they are bold.
Out: a width in pixels that no usual sans-serif font exceeds; lines that fit a width.
Fails: never.
Limits: widths of Helvetica and its kin, with room for wider ones such as DejaVu Sans; other scripts by a guess.
"""

from __future__ import annotations

import unicodedata

# Advance widths in thousandths of the size, from space to tilde.
_NARROW = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
).split()
_WIDTHS = {chr(32 + n): int(w) / 1000 for n, w in enumerate(_NARROW)}
ROOM = 1.13  # fonts that stand in for Helvetica are wider by up to this
BOLD = 1.17


def width(words: str, size: float, bold: bool = False) -> float:
    """The width in pixels."""
    total = sum(_WIDTHS.get(c) or _other(c) for c in words)
    return total * size * ROOM * (BOLD if bold else 1)


def _other(char: str) -> float:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn"):
        return 0
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.7


def wrap(words: str, size: float, most: float, bold: bool = False) -> list[str]:
    """Lines that fit; a single word that does not is broken, because nothing may stand out of its box."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold) <= most:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, size, most, bold)
        lines += full
    return [*lines, line] if line else lines


def _broken(word: str, size: float, most: float, bold: bool) -> list[str]:
    parts, part = [], ""
    for char in word:
        if part and width(part + char, size, bold) > most:
            parts.append(part)
            part = ""
        part += char
    return [*parts, part]
