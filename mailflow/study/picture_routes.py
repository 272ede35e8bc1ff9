"""The arrows of a picture: each runs in lanes of the channels between boxes, and those with one goal share a lane.

In: boxes with places, and for each arrow the channels it takes.
Out: strokes: points joined by straight lines, at right angles, that touch boxes at their edges only.
Fails: never.
Limits: arrows may cross each other; never a box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailflow.study.picture import Way
from mailflow.study.picture_cards import ENTRY_FIRST, ENTRY_STEP, Box

LANE = 12  # between two lanes
CORRIDOR = 12  # between two arrows that cross from side to side between rows
FIRST = 18  # from the edge of a box to the first lane
CLEAR = 10  # above and below an arrow before another may use its lane
NEAR = 4  # two arrows that leave or enter so close would be taken for one

Bus = tuple[str, str, str]  # channel, goal, kind
Point = tuple[float, float]


@dataclass
class Trip:
    """One arrow and the channels it runs in; none if it goes straight down."""

    way: Way
    channels: tuple[str, ...]
    corridor: int = 0
    place: int = 0


@dataclass(frozen=True)
class Stroke:
    """A line to be drawn. bus: those of one bus belong together; arrow: it ends in a point; dots: where lines join."""

    points: tuple[Point, ...]
    kind: str
    bus: Bus
    source: str
    target: str
    arrow: bool
    start: Point | None = None


@dataclass
class Plan:
    """Which lane each arrow has. below: where each corridor begins; edges: x of the box edge each channel lies at."""

    below: list[float]
    lanes: dict[str, dict[Bus, int]] = field(default_factory=dict)
    edges: dict[str, float] = field(default_factory=dict)
    entries: dict[Bus, float] = field(default_factory=dict)

    def enter(self, boxes: Mapping[str, Box], trips: list[Trip]) -> None:
        """Where each bus enters its goal: in the head of the box, the highest source first."""
        sides: dict[tuple[str, str], dict[Bus, list[float]]] = {}
        for trip in trips:
            if trip.channels:
                bus = bus_of(trip, trip.channels[-1])
                at = sides.setdefault((trip.way.target, trip.channels[-1]), {})
                at.setdefault(bus, []).append(boxes[trip.way.source].y)
        for (target, _), buses in sides.items():
            here = boxes[target].y
            for n, bus in enumerate(sorted(buses, key=lambda b: (*_turn(here, buses[b]), b))):
                self.entries[bus] = here + ENTRY_FIRST + n * ENTRY_STEP

    def keep_apart(self, boxes: Mapping[str, Box], trips: list[Trip]) -> None:
        """No arrow leaves or enters at the height at which one does on the other side of the channel."""
        for channel in {name for trip in trips for name in trip.channels}:
            # Column and height of each that is there already.
            taken = [("", self.crossing(t)) for t in trips if channel in t.channels and len(t.channels) > 1]
            for bus in sorted(b for b in self.entries if b[0] == channel):
                column = boxes[bus[1]].column
                self.entries[bus] = _free(self.entries[bus], column, taken)
                taken.append((column, self.entries[bus]))
            for trip in trips:
                if trip.channels and trip.channels[0] == channel:
                    box = boxes[trip.way.source]
                    out = next(e for e in box.exits if e.way is trip.way)
                    out.y = _free(box.y + out.y, box.column, taken) - box.y
                    taken.append((box.column, box.y + out.y))

    def crossing(self, trip: Trip) -> float:
        """Where the trip crosses from one channel to the other."""
        return self.below[trip.corridor] + CORRIDOR * trip.place

    def members(self, channel: str, boxes: Mapping[str, Box], trips: list[Trip]) -> dict[Bus, list[tuple[Trip, float]]]:
        """The trips of each bus in this channel with the heights at which they come into it."""
        found: dict[Bus, list[tuple[Trip, float]]] = {}
        for trip in trips:
            for n, name in enumerate(trip.channels):
                if name == channel:
                    y = leaving(boxes, trip) if n == 0 else self.crossing(trip)
                    found.setdefault(bus_of(trip, channel), []).append((trip, y))
        return found

    def spans(self, channel: str, boxes: Mapping[str, Box], trips: list[Trip]) -> dict[Bus, tuple[float, float]]:
        """From where to where each bus runs up and down this channel."""
        spans = {}
        for bus, members in self.members(channel, boxes, trips).items():
            ys = [y for _, y in members]
            ys += [self.entries[bus]] if bus in self.entries else [self.crossing(t) for t, _ in members]
            spans[bus] = (min(ys), max(ys))
        return spans

    def lane(self, bus: Bus) -> float:
        """The x of a bus."""
        channel = bus[0]
        way = FIRST + LANE * self.lanes[channel][bus]
        return self.edges[channel] + way if channel == "right" else self.edges[channel] - way


def _turn(here: float, sources: list[float]) -> tuple[int, float]:
    """Whose turn it is to enter: from above the nearest first, then from below the farthest, so that none cross."""
    return (0, here - min(sources)) if min(sources) <= here else (1, here - max(sources))


def _free(y: float, column: str, taken: list[tuple[str, float]]) -> float:
    """The height nearest to y that no arrow of another column has."""
    for shift in (0, 5, -5, 9, -9):
        if all(one == column or abs(y + shift - other) > NEAR for one, other in taken):
            return y + shift
    return y


def bus_of(trip: Trip, channel: str) -> Bus:
    """Arrows with one goal and of one kind share a lane; one that goes on into another channel has its own."""
    last = trip.channels[-1] == channel
    return (channel, trip.way.target if last else f"{trip.way.source} {trip.way.target}", trip.way.kind)


def leaving(boxes: Mapping[str, Box], trip: Trip) -> float:
    """The height at which a trip leaves its box."""
    box = boxes[trip.way.source]
    return box.y + next(e.y for e in box.exits if e.way is trip.way)


def lanes(spans: Mapping[Bus, tuple[float, float]]) -> dict[Bus, int]:
    """A lane for each bus so that no two in one lane meet: short ones near the boxes, long ones outside."""
    taken: list[list[tuple[float, float]]] = []
    found: dict[Bus, int] = {}
    for bus, (top, bottom) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1], item[0])):
        free = [n for n, lane in enumerate(taken) if all(bottom + CLEAR < a or b + CLEAR < top for a, b in lane)]
        if not free:
            free = [len(taken)]
            taken.append([])
        taken[free[0]].append((top, bottom))
        found[bus] = free[0]
    return found


def strokes(boxes: Mapping[str, Box], trips: list[Trip], plan: Plan) -> list[Stroke]:
    """All arrows. Those that come last into a shared lane join it; the farthest from the goal draw it whole."""
    found = [_down(boxes, trip) for trip in trips if not trip.channels]
    for channel in plan.lanes:
        for bus, members in plan.members(channel, boxes, trips).items():
            found += _bus(boxes, plan, channel, bus, members)
    return found


def _down(boxes: Mapping[str, Box], trip: Trip) -> Stroke:
    source, target = boxes[trip.way.source], boxes[trip.way.target]
    x = source.x + source.w / 2
    bus = ("down", trip.way.target, trip.way.kind)
    points = ((x, source.bottom), (x, target.y))
    return Stroke(points, trip.way.kind, bus, trip.way.source, trip.way.target, True, points[0])


def _bus(
    boxes: Mapping[str, Box], plan: Plan, channel: str, bus: Bus, members: list[tuple[Trip, float]]
) -> Iterator[Stroke]:
    lane = plan.lane(bus)
    if bus not in plan.entries:  # it goes on between the rows: this is its first part
        for trip, y in members:
            start = (_edge(boxes[trip.way.source], lane), y)
            over = plan.crossing(trip)
            points = (start, (lane, y), (lane, over))
            yield Stroke(points, trip.way.kind, bus, trip.way.source, trip.way.target, False, start)
        return
    entry = plan.entries[bus]
    goal = (_edge(boxes[bus[1]], lane), entry)
    above = sorted((m for m in members if m[1] <= entry), key=lambda m: m[1])
    under = sorted((m for m in members if m[1] > entry), key=lambda m: -m[1])
    for group in (above, under):
        for n, (trip, y) in enumerate(group):
            start = _comes_from(boxes, plan, channel, trip, y, lane)
            whole = n == 0
            points = (start, (lane, y), (lane, entry), goal) if whole else (start, (lane, y))
            leaves = start if trip.channels[0] == channel else None
            yield Stroke(points, trip.way.kind, bus, trip.way.source, trip.way.target, whole, leaves)


def _comes_from(boxes: Mapping[str, Box], plan: Plan, channel: str, trip: Trip, y: float, lane: float) -> Point:
    if trip.channels[0] == channel:
        return _edge(boxes[trip.way.source], lane), y
    return plan.lane(bus_of(trip, trip.channels[0])), y


def _edge(box: Box, lane: float) -> float:
    """The edge of the box that looks towards the lane."""
    return box.x if lane < box.x else box.right
