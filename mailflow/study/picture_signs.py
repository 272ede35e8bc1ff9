"""The small parts of an SVG picture: text, signs, points of arrows, numbers, colours.

In: places, words, names of signs.
Out: elements of SVG as text; words are escaped.
Fails: KeyError for a sign that is not here.
Limits: no sign is the only bearer of its meaning; colours keep 4.5 to 1 and more against white (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

import re
from html import escape

from mailflow.study.picture import CLOCK, COURSE, PEOPLE

INK, QUIET, PAPER = "#1a1a1a", "#4d4d4d", "#ffffff"
LINES = {PEOPLE: "#1b3f7a", CLOCK: "#9a3d00", COURSE: "#4d4d4d"}
DASHES = {PEOPLE: "", CLOCK: ' stroke-dasharray="7 4"', COURSE: ' stroke-dasharray="2 4"'}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def said(words: str) -> str:
    """Words as XML may hold them; everything of the file is hostile until it has been here."""
    return escape(_NOT_XML.sub("", words), quote=True)


def icon(name: str, x: float, y: float) -> str:
    """A sign of 14 pixels; never the only bearer of its meaning."""
    colour = {"way-people": LINES[PEOPLE], "way-clock": LINES[CLOCK], "way-course": LINES[COURSE]}.get(name, QUIET)
    shape = {
        "begin": '<circle cx="7" cy="7" r="3.6" fill="#1a1a1a" stroke="#1a1a1a"/>',
        "many": '<path d="M1.5 3h5l3 4M1.5 11h5l3-4M9.500 7h3"/>',
        "person": '<circle cx="7" cy="4" r="3"/><path d="M1.5 13c0-7 11-7 11 0"/>',
        "wait": '<path d="M3 1.5h8M3 12.5h8M4 1.5c0 6 6 5 6 11M10 1.5c0 6-6 5-6 11"/>',
        "clock": '<circle cx="7" cy="7" r="5.5"/><path d="M7 3.8V7l2.4 1.6"/>',
        "opens": '<rect x="1.5" y="1.5" width="11" height="11" rx="2"/><path d="M7 4v6M4 7h6"/>',
        "way-people": '<path d="M1.5 2.5h11v7h-6l-3 3v-3h-2z"/>',
        "way-clock": '<circle cx="7" cy="7" r="5.5"/><path d="M7 3.8V7l2.4 1.6"/>',
        "way-course": '<path d="M1.5 7h9M7.5 3.5l4 3.5-4 3.5"/>',
    }[name]
    return (
        f'<g transform="translate({number(x)} {number(y)})" fill="none" stroke="{colour}" stroke-width="1.4" '
        f'stroke-linejoin="round" stroke-linecap="round">{shape}</g>'
    )


def rect(
    x: float, y: float, w: float, h: float, round_by: float, fill: str = "none", stroke: str = "", thick: float = 1.0
) -> str:
    """A box with round corners."""
    edge = f' stroke="{stroke}" stroke-width="{number(thick)}"' if stroke else ""
    place = f'x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"'
    return f'<rect {place} rx="{number(round_by)}" fill="{fill}"{edge}/>'


def path(course: str, stroke: str = "", thick: float = 1.0, dashes: str = "", fill: str = "none") -> str:
    """A line along a course."""
    edge = f' stroke="{stroke}" stroke-width="{number(thick)}"{dashes}' if stroke else ""
    return f'<path d="{course}" fill="{fill}"{edge}/>'


def course(form: str, *numbers: float) -> str:
    """A course with its numbers put in: course("M{} {}h{}", 1, 2, 3)."""
    return form.format(*(number(value) for value in numbers))


def dot(x: float, y: float, r: float, fill: str) -> str:
    """A filled dot."""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(r)}" fill="{fill}"/>'


def arrow(end: tuple[float, float], way: tuple[int, int], colour: str) -> str:
    """The point of an arrow that ends here, coming this way."""
    (x, y), (dx, dy) = end, way
    back = (x - 9 * dx, y - 9 * dy)
    sides = (back[0] - 4.5 * dy, back[1] - 4.5 * dx, back[0] + 4.5 * dy, back[1] + 4.5 * dx)
    return path(course("M{} {}L{} {}L{} {}z", x, y, *sides), fill=colour)


def text(x: float, y: float, words: str, size: float, bold: bool = False, fill: str = "", anchor: str = "start") -> str:
    """One line of words; y is its base line."""
    style = (' font-weight="bold"' if bold else "") + (f' fill="{fill}"' if fill else "")
    style += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"{style}>{said(words)}</text>'


def number(value: float) -> str:
    """A number as short as can be, the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
