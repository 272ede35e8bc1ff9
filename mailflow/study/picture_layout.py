"""Where everything of one machine stands on the sheet: cards in rows by stage, ends aside, arrows in channels between.

In: a chart of the picture and the width it may take.
Out: boxes with places, and strokes (picture_routes.py) that run in the channels between columns and rows only.
Fails: never.
Limits: three columns: a stage's further cards, its first cards in a line from top to bottom, and the ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mailflow.study.picture import PEOPLE, Chart, Way
from mailflow.study.picture_cards import Box, box, narrowest
from mailflow.study.picture_routes import CORRIDOR, LANE, Plan, Stroke, Trip, lanes, strokes

SIDE, MAIN, END = "side", "main", "end"
OUTER, LEFT, RIGHT = "outer", "left", "right"
"""Channels: left of the further cards, between them and the line, between the line and the ends."""

BETWEEN = 34  # between two rows, when no arrow runs there
STACKED = 22  # between cards of one row
MARGIN = 16
WIDE = 900  # from here on ends have room for longer lines


@dataclass
class Laid:
    """One machine on its sheet."""

    chart: Chart
    width: float
    height: float
    boxes: dict[str, Box]
    strokes: list[Stroke]
    begin: tuple[float, float] | None  # where the arrow from outside reaches the first card, if it begins there


@dataclass
class _Sheet:
    chart: Chart
    columns: dict[str, str]
    rows: list[list[str]]
    trips: list[Trip] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)


def laid_out(chart: Chart, most: float, aside: bool = True) -> Laid:
    """The chart within this width; `aside` puts a stage's further cards into a column of their own."""
    rows = _rows(chart)
    columns = {code: MAIN if n == 0 or not aside else SIDE for row in rows for n, code in enumerate(row)}
    columns |= {card.code: END for card in chart.ends}
    rows = rows if aside else [[code] for row in rows for code in row]
    sheet = _Sheet(chart, columns, rows)
    sheet.trips = _trips(sheet)
    widths = _widths(sheet, most)
    _make_boxes(sheet, widths)
    below = _place_rows(sheet)
    _place_ends(sheet)
    plan = _plan(sheet, below)
    _place_columns(sheet, plan, most)
    found = strokes(sheet.boxes, sheet.trips, plan)
    height = max((b.bottom for b in sheet.boxes.values()), default=0.0)
    height = max([height, *(y for s in found for _, y in s.points)]) + MARGIN
    first = sheet.boxes[chart.cards[0].code] if chart.cards else None
    begin = (first.x + first.w / 2, first.y) if first and first.card.begins else None
    return Laid(chart, most, height, sheet.boxes, found, begin)


def _rows(chart: Chart) -> list[list[str]]:
    rows: list[list[str]] = []
    number = None
    for card in chart.cards:
        if card.number != number:
            rows.append([])
        rows[-1].append(card.code)
        number = card.number
    return rows


def _trips(sheet: _Sheet) -> list[Trip]:
    """Which way each arrow takes."""
    line = [row[0] for row in sheet.rows]
    found: list[Trip] = []
    for card in (*sheet.chart.cards, *sheet.chart.ends):
        down = False
        for way in sorted(card.ways, key=lambda w: w.kind != PEOPLE):
            if not way.target:
                continue
            follows = _follows(line, card.code, way.target)
            if follows == 1 and not down:
                down = True
                found.append(Trip(way, ()))
            else:
                found.append(Trip(way, _channels(sheet.columns, way, follows)))
    return found


def _follows(line: list[str], source: str, target: str) -> int:
    """How many cards further down the line; 0 if one of the two does not stand in it."""
    return line.index(target) - line.index(source) if source in line and target in line else 0


def _channels(columns: dict[str, str], way: Way, follows: int) -> tuple[str, ...]:
    match columns[way.source], columns[way.target]:
        case ("main", "main"):
            return (RIGHT,) if follows > 0 else (LEFT,)
        case ("side", "side"):
            return (OUTER,)
        case ("side", "main") | ("main", "side"):
            return (LEFT,)
        case ("side", "end"):
            return (LEFT, RIGHT)
        case ("end", "side"):
            return (RIGHT, LEFT)
    return (RIGHT,)


def _widths(sheet: _Sheet, most: float) -> dict[str, float]:
    """Columns as wide as the sheet allows once the channels have their room."""
    has = set(sheet.columns.values())
    room = sum(_guess(sheet, c) for c in (OUTER, LEFT, RIGHT))
    ends = max([190.0 if most > WIDE else 128.0, *(narrowest(c) for c in sheet.chart.ends)]) if END in has else 0.0
    cards = most - 2 * MARGIN - room - ends
    share = cards / 2 if SIDE in has else cards
    return {SIDE: share, MAIN: share, END: ends}


def _guess(sheet: _Sheet, channel: str) -> float:
    """Room for a channel: as if a third of its arrows ran beside each other."""
    buses = {(t.way.target, t.way.kind) for t in sheet.trips if channel in t.channels}
    return 30 + LANE * min(len(buses), 2 + len(buses) * 0.45) if buses else 0


def _make_boxes(sheet: _Sheet, widths: dict[str, float]) -> None:
    coming: dict[str, dict[str, set[str]]] = {}
    for trip in sheet.trips:
        if trip.channels:
            coming.setdefault(trip.way.target, {}).setdefault(trip.channels[-1], set()).add(trip.way.kind)
    down = {trip.way.source: trip.way for trip in sheet.trips if not trip.channels}
    for card in (*sheet.chart.cards, *sheet.chart.ends):
        column = sheet.columns[card.code]
        entries = max((len(kinds) for kinds in coming.get(card.code, {}).values()), default=0)
        sheet.boxes[card.code] = box(card, column, widths[column], entries, down.get(card.code))


def _place_rows(sheet: _Sheet) -> list[float]:
    """Heights of the rows; answers where the corridor below each row begins (the first: above all)."""
    crossing: dict[int, int] = {}
    for trip in sheet.trips:
        if len(trip.channels) > 1:
            trip.corridor = _corridor(sheet, trip)
            trip.place = crossing.get(trip.corridor, 0)
            crossing[trip.corridor] = trip.place + 1
    y = 26.0  # the arrow that begins it all
    below = [y]
    y += CORRIDOR * crossing.get(0, 0) + (8 if crossing.get(0) else 0)
    for n, row in enumerate(sheet.rows):
        bottom = y
        first, *others = (sheet.boxes[code] for code in row)
        first.y = y
        bottom = first.bottom
        top = y
        for other in others:
            other.y = top
            bottom = max(bottom, other.bottom)
            top = other.bottom + STACKED
        below.append(bottom + BETWEEN / 2)
        y = bottom + BETWEEN + CORRIDOR * crossing.get(n + 1, 0)
    return below


def _corridor(sheet: _Sheet, trip: Trip) -> int:
    """The corridor below the row of the further card that the arrow leaves or reaches."""
    aside = trip.way.source if sheet.columns[trip.way.source] == SIDE else trip.way.target
    row = next(n for n, row in enumerate(sheet.rows) if aside in row)
    return row if aside == trip.way.target else row + 1


def _place_ends(sheet: _Sheet) -> None:
    """Ends as near as can be to the stages that lead to them, one below the other."""
    ends = [sheet.boxes[card.code] for card in sheet.chart.ends]
    wanted = {end.code: _wanted(sheet, end) for end in ends}
    floor = max((sheet.boxes[c].bottom for row in sheet.rows for c in row), default=0.0)
    placed: list[Box] = []
    y = 26.0
    for end in sorted(ends, key=lambda e: wanted[e.code]):
        end.y = max(y, wanted[end.code] - end.h / 2)
        y = end.bottom + 14
        placed.append(end)
    for end in reversed(placed):  # what stands too low moves up, and pushes those above
        end.y = min(end.y, floor - end.h)
        floor = end.y - 14
    y = 26.0
    for end in placed:
        end.y = max(end.y, y)
        y = end.bottom + 14


def _wanted(sheet: _Sheet, end: Box) -> float:
    ys = [_leaves(sheet, trip) for trip in sheet.trips if trip.way.target == end.code]
    if not ys:
        ys = [b.y for b in sheet.boxes.values() if b.card.number == end.card.number and not b.card.ends]
    return sum(ys) / len(ys) if ys else 0.0


def _leaves(sheet: _Sheet, trip: Trip) -> float:
    source = sheet.boxes[trip.way.source]
    return source.y + next(e.y for e in source.exits if e.way is trip.way)


def _plan(sheet: _Sheet, below: list[float]) -> Plan:
    """Lanes in each channel for the arrows that run there."""
    plan = Plan(below)
    plan.enter(sheet.boxes, sheet.trips)
    plan.keep_apart(sheet.boxes, sheet.trips)
    for channel in (OUTER, LEFT, RIGHT):
        plan.lanes[channel] = lanes(plan.spans(channel, sheet.boxes, sheet.trips))
    return plan


def _place_columns(sheet: _Sheet, plan: Plan, most: float) -> None:
    """From left to right: channel, further cards, channel, line, channel, ends."""
    used = {c: _room(plan.lanes[c].values()) for c in (OUTER, LEFT, RIGHT)}
    has = {column: [b for b in sheet.boxes.values() if b.column == column] for column in (SIDE, MAIN, END)}
    widths = {column: max((b.w for b in boxes), default=0.0) for column, boxes in has.items()}
    spare = most - 2 * MARGIN - sum(used.values()) - sum(widths.values())
    stretch = max(0.0, spare) / 3 if has[SIDE] else max(0.0, spare) / 2
    x = MARGIN + used[OUTER]
    plan.edges[OUTER] = x
    for one in has[SIDE]:
        one.x = x
    x += widths[SIDE] + used[LEFT] + (stretch if has[SIDE] else 0)
    plan.edges[LEFT] = x
    for one in has[MAIN]:
        one.x = x
    x += widths[MAIN]
    plan.edges[RIGHT] = x
    x = max(x + used[RIGHT], most - MARGIN - widths[END])
    for one in has[END]:
        one.x = x


def _room(taken: Iterable[int]) -> float:
    count = len(set(taken))
    return 30 + LANE * count if count else 0
