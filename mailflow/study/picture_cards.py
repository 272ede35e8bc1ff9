"""The cards of a picture: how large each is, and where its words stand in it.

In: a card of the picture, a width, and how many arrows come in at its sides.
Out: a Box with its lines of words, placed relative to its upper left corner.
Fails: never.
Limits: measures by lettering.py; places nothing on the sheet (picture_layout.py does).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mailflow.study.lettering import width, wrap
from mailflow.study.picture import Card, Way

PAD = 12
TITLE, BODY = 14.0, 12.0
TITLE_STEP, STEP = 18, 16
ICON = 18
ENTRY_FIRST, ENTRY_STEP = 16, 12


@dataclass(frozen=True)
class Words:
    """One line of words in a box. y: its base line. icon: the sign before it, "" without one."""

    x: float
    y: float
    text: str
    size: float = BODY
    bold: bool = False
    icon: str = ""
    right: bool = False


@dataclass
class Exit:
    """A way on as it stands in a box. y: where its arrow leaves."""

    way: Way
    y: float = 0.0


@dataclass
class Box:
    """One card on the sheet. rule: where the line above the ways on stands, 0 without one."""

    card: Card
    column: str
    w: float
    h: float = 0.0
    x: float = 0.0
    y: float = 0.0
    badge: float = 0.0
    header: float = 0.0
    rule: float = 0.0
    words: list[Words] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The code of its stage."""
        return self.card.code

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.h


def narrowest(card: Card) -> float:
    """The least width at which no word of its title is broken."""
    return max(width(word, TITLE, bold=True) for word in card.title.split() or [""]) + 2 * PAD + 2


def box(card: Card, column: str, w: float, entries: int, last: Way | None = None) -> Box:
    """The card at this width; `last` is the way that leaves downwards and so stands last."""
    made = Box(card, column, w)
    y = _head(made, entries)
    y = _facts(made, y)
    made.h = _exits(made, y, last)
    return made


def _head(made: Box, entries: int) -> float:
    card = made.card
    made.badge = 0.0 if card.ends else width(card.number, TITLE, bold=True) + 14
    x = PAD + (made.badge + 8 if made.badge else 0)
    lines = wrap(card.title, TITLE, made.w - x - PAD, bold=True)
    inside = 2 * 9 + len(lines) * TITLE_STEP
    made.header = max(inside, ENTRY_FIRST + entries * ENTRY_STEP)
    for n, line in enumerate(lines):
        made.words.append(Words(x, 9 + 13 + n * TITLE_STEP, line, TITLE, bold=True))
    return made.header


def _facts(made: Box, y: float) -> float:
    card = made.card
    facts = [("begin", card.begins)] if card.begins else []
    facts += [("many", card.many)] if card.many else []
    facts += [("person", card.who)] if card.who else []
    facts += [("wait", f"Waiting for {card.waits_for}")] if card.waits_for else []
    facts += [("clock", words) for words in card.clocks]
    facts += [("opens", f"May open: {card.opens}")] if card.opens else []
    if not facts:
        return y
    y += 6
    for icon, words in facts:
        for n, line in enumerate(wrap(words, BODY, made.w - 2 * PAD - ICON)):
            y += STEP
            made.words.append(Words(PAD + ICON, y - 4, line, icon="" if n else icon))
    return y + 6


def _exits(made: Box, y: float, last: Way | None) -> float:
    ways = [way for way in made.card.ways if way is not last] + ([last] if last else [])
    if not ways:
        return y
    made.rule = y
    y += 5
    for way in ways:
        goal = f"→ {way.goal}" if way.target else ""
        room = width(goal, BODY, bold=True) + 10 if goal else 0
        words = way.words if way.target else f"{way.words}: {way.goal}"
        lines = wrap(words, BODY, made.w - 2 * PAD - ICON - room)
        top = y
        for n, line in enumerate(lines):
            y += STEP
            made.words.append(Words(PAD + ICON, y - 4, line, icon="" if n else f"way-{way.kind}"))
        y += 4
        middle = (top + y - 4) / 2 + 1
        if goal:
            made.words.append(Words(made.w - PAD, middle + 4, goal, bold=True, right=True))
        made.exits.append(Exit(way, middle))
    return y + 4
