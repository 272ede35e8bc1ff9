"""What stands above a picture: its title and edition, what its signs mean, and what holds at many stages.

In: a Picture, the date of its file in words, the width of the sheet.
Out: elements of SVG, and the height below which the machines stand.
Fails: never.
Limits: two frames side by side, as high as the higher of them needs.
"""

from __future__ import annotations

from mailflow.study.lettering import wrap
from mailflow.study.picture import CLOCK, COURSE, PEOPLE, Chart, Picture
from mailflow.study.picture_signs import DASHES, LINES, QUIET, arrow, course, icon, path, rect, text

GAP = 18
MEANS = {
    PEOPLE: "Somebody says or writes this",
    CLOCK: "The time is up",
    COURSE: "Follows by itself, or another part tells it",
}
SIGNS = {"person": "Who has to act", "wait": "Whose answer is awaited", "clock": "By when, in the paper's words"}
REST = (
    "→ 8 names the stage that an arrow leads to. * is a timescale that the paper does not give. What only stays at "
    "a stage, such as reminders and mail for the file, stands in the table."
)


def head(picture: Picture, dated: str, width: float, edge: float) -> tuple[float, list[str]]:
    """All of it, and where it ends."""
    parts: list[str] = []
    y = 24.0
    for line in wrap(picture.title, 26, width - 2 * edge, bold=True):
        y += 26
        parts.append(text(edge, y, line, 26, bold=True))
        y += 6
    y += 16
    edition = f"Edition {picture.edition}" + (f", file of {dated}" if dated else "")
    parts.append(text(edge, y, edition, 13, fill=QUIET))
    y += 18
    half = (width - 2 * edge - GAP) / 2
    legend, low = _legend(edge, y, half)
    notes, lower = _notes(picture, edge + half + GAP, y, half)
    low = max(low, lower)
    frames = [rect(x, y, half, low - y, 6, "#f7f7f7", "#8a8a8a") for x in (edge, edge + half + GAP)]
    return low + GAP, [*parts, *frames, *legend, *notes]


def _legend(x: float, y: float, w: float) -> tuple[list[str], float]:
    parts = [text(x + 14, y + 22, "How to read it", 14, bold=True)]
    y += 30
    for n, name in enumerate(SIGNS):
        at = y + 20 * (n + 1)
        parts += [icon(name, x + w * 0.6, at - 12), text(x + w * 0.6 + 20, at, SIGNS[name], 12)]
    for kind, words in MEANS.items():
        y += 20
        parts.append(path(course("M{} {}h44", x + 14, y - 4), LINES[kind], 2, DASHES[kind]))
        parts += [arrow((x + 64, y - 4), (1, 0), LINES[kind]), icon(f"way-{kind}", x + 72, y - 12)]
        parts.append(text(x + 94, y, words, 12))
    y += 6
    for line in wrap(REST, 12, w - 28):
        y += 16
        parts.append(text(x + 14, y, line, 12))
    return parts, y + 12


def _notes(picture: Picture, x: float, y: float, w: float) -> tuple[list[str], float]:
    parts = [text(x + 14, y + 22, "At many stages", 14, bold=True)]
    y += 30
    told = [
        (f"{_part(picture, chart)}{note.where}", f"{note.words} → {note.goal}" if note.goal else note.words)
        for chart in picture.charts
        for note in chart.notes
    ]
    told.append(("At every stage", f"On hold: {picture.hold}. All clocks stand still."))
    for where, words in told:
        for n, line in enumerate(wrap(where, 12, w - 28, bold=True)):
            y += 16 if n else 18
            parts.append(text(x + 14, y, line, 12, bold=True))
        for line in wrap(words, 12, w - 42):
            y += 16
            parts.append(text(x + 28, y, line, 12))
    return parts, y + 14


def _part(picture: Picture, chart: Chart) -> str:
    return "" if chart is picture.charts[0] else f"{chart.title}: "
