"""A picture as SVG: one self-contained file with its words as text, for screens, paper and readers of screens.

In: a Picture (picture.py), perhaps the date of its file.
Out: the text of an SVG file; the same picture gives the same octets.
Fails: never; all words are escaped, and what XML cannot hold is left out.
Limits: 1,400 pixels wide; fonts are the viewer's own (a list of usual ones, measured with room to spare).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailflow.study.picture import Chart, Picture
from mailflow.study.picture_cards import Box, Words
from mailflow.study.picture_head import head
from mailflow.study.picture_layout import Laid, laid_out
from mailflow.study.picture_routes import Point, Stroke
from mailflow.study.picture_signs import (
    DASHES,
    INK,
    LINES,
    PAPER,
    QUIET,
    arrow,
    course,
    dot,
    icon,
    number,
    path,
    rect,
    said,
    text,
)

WIDTH = 1400
EDGE = 20
GAP = 18
PANELS = 2
INSIDE = 6
FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Sheet:
    """A drawn picture. cuts: heights at which it may be cut into pages without cutting anything in two."""

    svg: str
    width: int
    height: int
    cuts: tuple[int, ...]


@dataclass(frozen=True)
class Placed:
    """One machine on the whole sheet: its layout, and the corner it hangs from."""

    laid: Laid
    x: float
    y: float


def drawn(picture: Picture, dated: str = "") -> Sheet:
    """The picture as a file; `dated` is the date of the procedure file, in words."""
    top, body = head(picture, dated, WIDTH, EDGE)
    placed, height = arranged(picture, top)
    for one in placed:
        body += _chart(one, main=one is placed[0])
    told = f"{picture.title}: {sum(len(c.cards) for c in picture.charts)} stages in the order of the paper"
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="picture-title picture-desc" font-family="{FONTS}" fill="{INK}">'
    )
    parts = [
        opening,
        f'<title id="picture-title">{said(told)}</title>',
        f'<desc id="picture-desc">{said(" ".join(_told(picture)))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        *body,
        "</svg>",
    ]
    return Sheet("\n".join(parts) + "\n", WIDTH, height, tuple(_cuts(placed, height)))


def arranged(picture: Picture, top: float) -> tuple[list[Placed], int]:
    """The machine of the case over the whole width, the others below it beside each other."""
    main, *others = picture.charts
    placed = [Placed(laid_out(main, WIDTH - 2 * EDGE - 2 * GAP), EDGE + GAP, top + TITLE_BAR)]
    y = top + TITLE_BAR + placed[0].laid.height + GAP
    count = min(PANELS, len(others))
    each = (WIDTH - 2 * EDGE - GAP * (count - 1)) / max(count, 1)
    lows = [y] * count
    for chart in others:
        n = lows.index(min(lows))  # under the shorter of the columns
        panel = laid_out(chart, each - 2 * INSIDE, aside=count == 1)
        placed.append(Placed(panel, EDGE + n * (each + GAP) + INSIDE, lows[n] + TITLE_BAR))
        lows[n] += TITLE_BAR + panel.height + GAP
    return placed, int(max([y, *lows]) + 1)


TITLE_BAR = 62.0


def _told(picture: Picture) -> Iterator[str]:
    """The picture in words, for those who do not see it."""
    for chart in picture.charts:
        yield f"{chart.title}."
        for card in (*chart.cards, *chart.ends):
            name = f"End: {card.title}" if card.ends else f"Stage {card.number}: {card.title}"
            ways = [f"{w.words}: {_goal(chart, w.target) or w.goal}" for w in card.ways]
            facts = [*([card.who] if card.who else []), *card.clocks, *ways]
            yield f"{name}. {'; '.join(facts)}." if facts else f"{name}."
        for note in chart.notes:
            yield f"{note.where}. {note.words}{f': {note.goal}' if note.goal else ''}."


def _goal(chart: Chart, code: str) -> str:
    if not code:
        return ""
    card = chart.card(code)
    return card.title if card.ends else f"stage {card.number}, {card.title}"


# -- one machine ----------------------------------------------------------------------------------------------------


def _chart(one: Placed, main: bool) -> list[str]:
    laid, chart = one.laid, one.laid.chart
    pad = GAP if main else INSIDE
    wide, high = laid.width + 2 * pad, laid.height + TITLE_BAR
    parts = [rect(one.x - pad, one.y - TITLE_BAR, wide, high, 8, stroke="#b5b5b5")]
    parts.append(f'<g transform="translate({number(one.x)} {number(one.y)})">')
    parts.append(text(8, -TITLE_BAR + 26, chart.title, 18, bold=True))
    if chart.begins:
        parts.append(text(8, -TITLE_BAR + 46, chart.begins, 12, fill=QUIET))
    parts += _lines(laid)
    parts += [part for box in laid.boxes.values() for part in _box(box)]
    parts += [dot(*s.start, 3.2, LINES[s.kind]) for s in laid.strokes if s.start]
    return [*parts, "</g>"]


def _lines(laid: Laid) -> list[str]:
    """All arrows, those of one bus together, each over a white edge so that crossings are seen as such."""
    parts: list[str] = []
    if laid.begin:
        x, y = laid.begin
        parts += [path(course("M{} {}V{}", x, y - 24, y - 6), INK, 2), dot(x, y - 25, 5, INK), arrow((x, y), DOWN, INK)]
    buses: dict[tuple[str, str, str], list[Stroke]] = {}
    for stroke in laid.strokes:
        buses.setdefault(stroke.bus, []).append(stroke)
    for strokes in buses.values():
        colour, dashes = LINES[strokes[0].kind], DASHES[strokes[0].kind]
        courses = [_course(s) for s in strokes]
        parts += [path(d, PAPER, 4.6) for d in courses]
        parts += [path(d, colour, 1.8, dashes) for d in courses]
        parts += [arrow(s.points[-1], _way(*s.points[-2:]), colour) for s in strokes if s.arrow]
    return parts


DOWN = (0, 1)
ROUND = 6.0


def _way(before: Point, end: Point) -> tuple[int, int]:
    """Right, left, down or up."""
    dx, dy = end[0] - before[0], end[1] - before[1]
    return (0, 1 if dy > 0 else -1) if abs(dy) > abs(dx) else (1 if dx > 0 else -1, 0)


def _course(stroke: Stroke) -> str:
    """The line with its corners rounded; it stops where the point of its arrow begins."""
    points = [p for n, p in enumerate(stroke.points) if n == 0 or p != stroke.points[n - 1]]
    if stroke.arrow:
        (x, y), (dx, dy) = points[-1], _way(*points[-2:])
        points[-1] = (x - 6 * dx, y - 6 * dy)
    d = course("M{} {}", *points[0])
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        r = min(ROUND, _far(before, here) / 2, _far(here, after) / 2)
        d += course("L{} {}Q{} {} {} {}", *_towards(here, before, r), *here, *_towards(here, after, r))
    return d + course("L{} {}", *points[-1])


def _far(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(here: Point, there: Point, r: float) -> Point:
    far = _far(here, there) or 1.0
    return here[0] + (there[0] - here[0]) * r / far, here[1] + (there[1] - here[1]) * r / far


def _box(box: Box) -> Iterable[str]:
    x, y, w = box.x, box.y, box.w
    if box.card.ends:
        yield rect(x, y, w, box.h, min(18.0, box.h / 2), "#ececec", QUIET, 1.4)
    else:
        yield rect(x, y, w, box.h, 8, PAPER, INK, 1.4)
        head = "M{} {}v{}a8 8 0 0 1 8 -8h{}a8 8 0 0 1 8 8v{}z"
        yield path(course(head, x, y + box.header, 8 - box.header, w - 16, box.header - 8), INK, 1.4, fill="#e6edf7")
        yield rect(x + 12, y + 8, box.badge, 20, 4, "#1b3f7a")
        yield text(x + 12 + box.badge / 2, y + 23, box.card.number, 14, bold=True, fill=PAPER, anchor="middle")
    if box.rule and box.rule != box.header:
        yield path(course("M{} {}h{}", x, y + box.rule, w), "#b5b5b5")
    for words in box.words:
        yield from _words(box, words)


def _words(box: Box, words: Words) -> Iterable[str]:
    if words.icon:
        yield icon(words.icon, box.x + words.x - 18, box.y + words.y - 11)
    anchor = "end" if words.right else "start"
    yield text(box.x + words.x, box.y + words.y, words.text, words.size, bold=words.bold, anchor=anchor)


def _cuts(placed: list[Placed], height: int) -> Iterator[int]:
    """Heights between rows of cards, where no box stands."""
    boxes = [(one.y + b.y - 8, one.y + b.bottom + 8) for one in placed for b in one.laid.boxes.values()]
    boxes += [(one.y - TITLE_BAR - 4, one.y + 30) for one in placed]
    for y in range(0, height, 4):
        if not any(top < y < bottom for top, bottom in boxes):
            yield y
