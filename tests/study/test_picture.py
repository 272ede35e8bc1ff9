"""The picture of a procedure: whole, true, nothing over anything else, and fit to be read by everybody."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.procedure.reading import read
from mailflow.procedure.telling import Telling
from mailflow.study import picture_signs
from mailflow.study.lettering import width, wrap
from mailflow.study.picture import Picture, picture
from mailflow.study.picture_head import head
from mailflow.study.picture_page import page
from mailflow.study.picture_routes import CLEAR, lanes
from mailflow.study.picture_svg import EDGE, WIDTH, Placed, arranged, drawn
from mailflow.study.table import table
from tests.study.shipped import NAMES, ROOT, procedure, telling

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=NAMES, name="name")
def _name(request) -> str:
    return request.param


@pytest.fixture(name="seen")
def _seen(name) -> Picture:
    return picture(table(telling(name)))


@pytest.fixture(name="placed")
def _placed(seen) -> list[Placed]:
    return arranged(seen, head(seen, "", WIDTH, EDGE)[0])[0]


def _rectangles(placed: list[Placed]) -> list[tuple[float, float, float, float, str]]:
    return [
        (p.x + b.x, p.y + b.y, p.x + b.right, p.y + b.bottom, f"{p.laid.chart.kind} {b.code}")
        for p in placed
        for b in p.laid.boxes.values()
    ]


def test_each_stage_and_each_end_is_drawn_once(name, placed) -> None:
    """Nothing is left out and nothing stands twice."""
    drawn_ones = [one[4] for one in _rectangles(placed)]
    machines = procedure(name).machines.values()
    assert sorted(drawn_ones) == sorted(f"{m.kind} {code}" for m in machines for code in m.states)


def test_every_way_on_is_drawn_or_told_in_a_note(name, seen) -> None:
    """Each row that leads from one stage to another stands at an arrow, or once among what holds at many stages."""
    for chart, machine in zip(seen.charts, procedure(name).machines.values(), strict=True):
        shown = {(row, w.source) for c in (*chart.cards, *chart.ends) for w in c.ways for row in w.rows}
        noted = {row for note in chart.notes for row in note.rows}
        for row in machine.rows:
            for code in row.sources:
                moves = row.to not in ("(same)", code)
                assert not moves or row.id in noted or (row.id, code) in shown, f"{row.id} from {code}"


def test_nothing_stands_on_anything_else(placed) -> None:
    """No two boxes overlap, and all stand on the sheet."""
    boxes = _rectangles(placed)
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], f"{a[4]} over {b[4]}"
    assert all(x >= 0 and y >= 0 and right <= WIDTH for x, y, right, _, _ in boxes)


def test_arrows_cross_no_box(placed) -> None:
    """Each piece of each arrow is upright or level, inside its frame, and touches boxes at their edges only."""
    for one in placed:
        for stroke in one.laid.strokes:
            for (x, y), (x2, y2) in pairwise(stroke.points):
                assert x == x2 or y == y2
                assert 0 <= min(x, x2) and max(x, x2) <= one.laid.width and max(y, y2) <= one.laid.height
                for box in one.laid.boxes.values():
                    apart = max(x, x2) <= box.x or min(x, x2) >= box.right
                    apart = apart or max(y, y2) <= box.y or min(y, y2) >= box.bottom
                    assert apart, f"{stroke.source} to {stroke.target} crosses {box.code}"


def test_arrows_join_what_they_say_they_join(placed) -> None:
    """An arrow leaves the edge of its source and its point touches the edge of its goal."""
    for one in placed:
        for stroke in one.laid.strokes:
            if stroke.start:
                assert _on_edge(one.laid.boxes[stroke.source], stroke.start)
            if stroke.arrow:
                assert _on_edge(one.laid.boxes[stroke.target], stroke.points[-1])
        for box in one.laid.boxes.values():
            for out in box.exits:
                if out.way.target:
                    key = (out.way.source, out.way.target, out.way.kind)
                    assert any((s.source, s.target, s.kind) == key and s.start for s in one.laid.strokes), key
                    # Lines that share a lane end in the one arrow of their goal.
                    assert any(s.arrow and (s.target, s.kind) == key[1:] for s in one.laid.strokes), key


def _on_edge(box, point) -> bool:
    x, y = point
    upright = x in (box.x, box.right) and box.y <= y <= box.bottom
    return upright or (y in (box.y, box.bottom) and box.x <= x <= box.right)


def test_no_two_arrows_lie_on_each_other(placed) -> None:
    """Arrows of different goals or kinds may cross, but none hides another."""
    for one in placed:
        pieces = [(s.bus, a, b) for s in one.laid.strokes for a, b in pairwise(s.points) if a != b]
        for (bus, a, b), (other, c, d) in combinations(pieces, 2):
            for axis in (0, 1):
                level = a[1 - axis] == b[1 - axis] and c[1 - axis] == d[1 - axis]
                if bus == other or _one_course(bus, other) or not level or abs(a[1 - axis] - c[1 - axis]) >= 3:
                    continue
                shared = min(max(a[axis], b[axis]), max(c[axis], d[axis])) - max(
                    min(a[axis], b[axis]), min(c[axis], d[axis])
                )
                assert shared <= 0, f"{bus} on {other}"


def _one_course(bus, other) -> bool:
    """The two parts of an arrow that goes on from one channel into the next."""
    return bus[2] == other[2] and bool({bus[1], *bus[1].split()} & {other[1], *other[1].split()})


def test_clocks_that_do_not_run_by_themselves_are_not_drawn() -> None:
    """A clock that waits for a mail to be judged, or that a setting has switched off, is told in the table alone."""
    council, insurer = (picture(table(telling(n))) for n in ("council-concerns", "insurer-performance"))
    closed = council.charts[0].card("CLO")
    assert closed.clocks == () and table(telling("council-concerns")).parts[0].stage("CLO").clocks[0].only_while
    assert insurer.charts[0].card("END").clocks == ()


def test_words_stay_in_their_boxes(placed) -> None:
    """No line of words stands out of its box, and no two lines of a box lie on each other."""
    for one in placed:
        for box in one.laid.boxes.values():
            spans = []
            for w in box.words:
                long = width(w.text, w.size, w.bold)
                left = w.x - long if w.right else w.x
                assert left >= 4 and left + long <= box.w - 2 and w.size < w.y <= box.h - 3, f"{box.code}: {w.text}"
                spans.append((left, left + long, w.y))
            for a, b in combinations(spans, 2):
                assert abs(a[2] - b[2]) >= 11 or a[1] <= b[0] or b[1] <= a[0], f"{box.code}: {a} {b}"


def test_the_file_is_whole_and_speaks_to_readers_of_screens(seen) -> None:
    """Well-formed, with title and description, nothing fetched, words as text of 11 pixels and more."""
    sheet = drawn(seen)
    root = ET.fromstring(sheet.svg)
    assert root.get("role") == "img" and root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text
    assert root.get("aria-labelledby") == "picture-title picture-desc"
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)|url\(|<image|<script|<foreignObject", sheet.svg)
    texts = root.findall(f".//{SVG}text")
    assert texts and all(float(t.get("font-size")) >= 11 for t in texts)
    told = " ".join(t.text for t in texts)
    assert seen.edition in told and all(c.number in told for chart in seen.charts for c in chart.cards)
    assert "sans-serif" in root.get("font-family")


def test_the_description_tells_all_stages(seen) -> None:
    """Who cannot see the picture hears each stage with who, by when, and where it leads."""
    desc = ET.fromstring(drawn(seen).svg).find(f"{SVG}desc").text
    for chart in seen.charts:
        for card in chart.cards:
            assert f"Stage {card.number}: {card.title}." in desc
            assert all(way.words in desc for way in card.ways)


def _light(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("colour", [picture_signs.INK, picture_signs.QUIET, *picture_signs.LINES.values()])
@pytest.mark.parametrize("ground", ["#ffffff", "#ececec", "#f7f7f7"])
def test_colours_stand_out(colour, ground) -> None:
    """Contrast of 4.5 to 1 and more on every ground (WCAG 2.2, 1.4.3)."""
    a, b = sorted((_light(colour), _light(ground)))
    assert (b + 0.05) / (a + 0.05) >= 4.5


def test_colour_is_not_the_only_sign() -> None:
    """Each kind of way has dashes and a sign of its own."""
    assert len(set(picture_signs.DASHES.values())) == len(picture_signs.LINES)
    signs = {re.sub("stroke=.*?>", ">", picture_signs.icon(f"way-{kind}", 0, 0)) for kind in picture_signs.LINES}
    assert len(signs) == len(picture_signs.LINES)


def test_the_same_file_gives_the_same_picture(name) -> None:
    """Octet for octet, whichever way dictionaries and sets are ordered."""
    once, again = (drawn(picture(table(telling(name)))) for _ in range(2))
    assert once.svg == again.svg and once.cuts == again.cuts


def test_the_pictures_in_the_documents_are_up_to_date(name) -> None:
    """docs/pictures/ shows the procedures as they are shipped: `mailflow procedure draw` makes them anew."""
    kept = ROOT / "docs" / "pictures" / f"{name}.svg"
    anew = f"mailflow procedure draw config/procedures/{name}.toml -o docs/pictures/{name}.svg"
    assert kept.read_text("utf-8") == drawn(picture(table(telling(name)))).svg, f"Draw it anew: {anew}"


HOSTILE = "</text><script>alert(1)</script>\"'&amp;]]>\u0000\u0008\ud800"


def _hostile() -> Telling:
    p = procedure("council-concerns")
    top = p.top
    states = {
        code: replace(state, title=f"{HOSTILE} {code}", stage=f"<{state.stage}>") for code, state in top.states.items()
    }
    timers = {name: replace(timer, clause=HOSTILE, step=HOSTILE) for name, timer in top.timers.items()}
    verbs = {name: replace(verb, label=HOSTILE, say=(HOSTILE,)) for name, verb in p.verbs.items()}
    roles = {name: replace(role, title=HOSTILE) for name, role in p.roles.items()}
    machines = {**p.machines, p.main: replace(top, states=states, timers=timers)}
    return Telling(replace(p, title=HOSTILE, edition=HOSTILE, machines=machines, verbs=verbs, roles=roles))


def test_hostile_words_stay_words() -> None:
    """Whatever a file says is shown as words: the SVG is whole, and neither it nor the page runs anything."""
    found = table(_hostile())
    sheet = drawn(picture(found), dated=HOSTILE)
    root = ET.fromstring(sheet.svg)
    assert not root.findall(f".//{SVG}script")
    html = page(sheet, found)
    assert "<script" not in html and "\u0000" not in html and "alert(1)" in html
    html.encode("utf-8")


def test_a_page_holds_the_picture_and_the_same_as_a_table(name, seen) -> None:
    """Self-contained; each stage and each row of it stands in the table; it is cut for paper where no card stands."""
    found = table(telling(name))
    sheet = drawn(seen)
    html = page(sheet, found)
    assert '<html lang="en-GB">' in html and "<script" not in html and not re.findall(r'(?:src|href)="(?!#)', html)
    for part in found.parts:
        assert all(
            picture_signs.said(f"Stage {s.number}: {s.title}</h3>").replace("&lt;/h3&gt;", "</h3>") in html
            for s in part.stages
        )
    assert html.count("<tr>") == sum(len(s.moves) for p in found.parts for s in (*p.stages, *p.ends)) + html.count(
        "<thead>"
    )
    pieces = [tuple(map(int, m)) for m in re.findall(r'viewBox="0 (\d+) \d+ (\d+)"><use', html)]
    assert pieces[0][0] == 0 and all(a + h == b for (a, h), (b, _) in pairwise(pieces))
    assert pieces[-1][0] + pieces[-1][1] == sheet.height


def test_paper_cuts_no_card(placed, seen) -> None:
    """Where the picture may be cut for printing no box stands."""
    cuts = drawn(seen).cuts
    boxes = _rectangles(placed)
    assert cuts and not [one for cut in cuts for one in boxes if one[1] < cut < one[3]]


BUSES = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=25)


@given(BUSES)
def test_no_two_arrows_share_a_lane_where_they_meet(ends) -> None:
    """Lanes are given so that there is always room between two that use one."""
    spans = {("right", str(n), "people"): (float(min(e)), float(max(e))) for n, e in enumerate(ends)}
    given_lanes = lanes(spans)
    for a, b in combinations(spans, 2):
        if given_lanes[a] == given_lanes[b]:
            assert spans[a][1] + CLEAR < spans[b][0] or spans[b][1] + CLEAR < spans[a][0]


@given(st.text(max_size=60), st.floats(40, 400))
def test_lines_are_no_wider_than_their_box(words, most) -> None:
    """Words wrap, and one that is wider than the box is broken, so that nothing stands out; none is lost."""
    lines = wrap(words, 12, most)
    assert all(width(line, 12) <= most for line in lines)
    assert "".join("".join(lines).split()) == "".join(words.split())


TINY = """
[procedure]
id = "tiny"
title = "Tiny"
case_word = "matter"
prefix = "T"
opened_by = "me"
main = "matter"
[roles]
me = { title = "Me", who = "officer" }
[settings]
days = { value = 9 }
[hold]
timer = "H"
clause = "Held"
letter = "L"
lapse_letter = "L"
above = "me"
max_setting = "days"
[letters]
L = { to = "me" }
[acts]
ACTS
[states]
A = { stage = "1", title = "Open", owner = "me" }
Z = { stage = "1", title = "Done", ends = true }
[timers]
T = { clause = "Within 2 days", from = "entry", due = "2 days", at = "09:00", runs = ["A"], step = "Do it" }
[[row]]
id = "a"
on = [{ mail = "anyone" }]
to = "A"
[[row]]
id = "z"
from = ["A"]
on = [{ said = "done" }, { timer = "T" }]
to = "Z"
[verbs]
done = { by = ["me"], say = ["Done"], label = "Done" }
"""


def test_the_smallest_procedure_is_drawn_too() -> None:
    """One stage and one end: a word and a clock lead there by two arrows of two kinds."""
    acts = "recorded which refused refused_holder who status help correction undelivered filed daily weekly health"
    text = TINY.replace("ACTS", "\n".join(f'{act} = "L"' for act in acts.split()))
    found, faults = read(text, "tiny.toml")
    assert found is not None and not faults, faults
    seen = picture(table(Telling(found)))
    assert [w.kind for w in seen.charts[0].card("A").ways] == ["people", "clock"]
    assert ET.fromstring(drawn(seen, dated="Monday 1 March 2027").svg) is not None
