"""A picture as a page: to look at in a browser, to print, and with the same as a table for those who do not see it.

In: a drawn Sheet and the Table behind it.
Out: one self-contained HTML file, without scripts and without anything fetched.
Fails: never; all words are escaped.
Limits: printed in landscape (A3 or A4), cut into pages between rows of stages.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.procedure.telling_names import joined, mid_sentence, upper
from mailflow.study.picture_signs import said
from mailflow.study.picture_svg import Sheet
from mailflow.study.table import Move, Part, Stage, Table

PAGE = 0.66  # height of a printed page to its width, margins taken off
STYLE = """
body { margin: 0; padding: 16px; background: #fff; color: #1a1a1a; font: 16px/1.5 Arial, Helvetica, sans-serif; }
a { color: #1b3f7a; } h1 { font-size: 26px; } h2 { font-size: 22px; margin-top: 48px; }
h3 { font-size: 17px; margin: 32px 0 8px; } p.quiet { color: #4d4d4d; }
.screen { overflow-x: auto; border: 1px solid #8a8a8a; } .screen:focus { outline: 3px solid #1b3f7a; }
.screen svg { display: block; width: 1400px; height: auto; } .paper { display: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0 0 8px; }
dt { font-weight: bold; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; max-width: 1360px; table-layout: fixed; }
th, td { border: 1px solid #8a8a8a; padding: 6px 8px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #e6edf7; } td p { margin: 0 0 4px; }
@media (max-width: 600px) { dl, table, tbody, tr, td { display: block; } thead { display: none; } td { border-top: 0; }
  tr { border-top: 3px solid #1b3f7a; margin-bottom: 12px; } }
@page { size: landscape; margin: 12mm; }
@media print { body { padding: 0; font-size: 9pt; line-height: 1.3; } .screen, .look { display: none; }
  th, td { padding: 2px 6px; }
  .paper { display: block; break-after: page; break-inside: avoid; } .paper svg { display: block; width: 100%; }
  h3, tr, dl { break-inside: avoid; } h3 { break-after: avoid; } }
"""


def page(sheet: Sheet, table: Table) -> str:
    """The whole page."""
    drawing = sheet.svg.replace("<rect ", '<g id="drawing"><rect ', 1).replace("</svg>\n", "</g></svg>")
    papers = list(_papers(sheet))
    label = said(f"Picture of the stages of {table.title}; the same stands as a table below")
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en-GB"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{said(table.title)}</title><style>{STYLE}</style></head><body>",
        '<main><p class="look">The picture first; <a href="#table">the same as a table</a> stands below it.</p>',
        f'<div class="screen" tabindex="0" role="region" aria-label="{label}">{drawing}</div>',
        *papers,
        *_table(table),
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _papers(sheet: Sheet) -> Iterator[str]:
    """The picture cut for printing, each piece as much as fits a page."""
    most = sheet.width * PAGE
    top = 0
    while top < sheet.height:
        fits = [cut for cut in (*sheet.cuts, sheet.height) if top < cut <= top + most]
        # A card taller than a page makes its page smaller rather than be cut.
        low = max(fits) if fits else min(cut for cut in (*sheet.cuts, sheet.height) if cut > top)
        box = f'viewBox="0 {top} {sheet.width} {low - top}"'
        # Only so high as the page: the browser scales the whole down, words and all.
        yield f'<div class="paper" aria-hidden="true"><svg {box}><use href="#drawing"/></svg></div>'
        top = low


def _table(table: Table) -> Iterator[str]:
    yield f'<h1 id="table">{said(table.title)}</h1><p class="quiet">Edition {said(table.edition)}</p>'
    for part in table.parts:
        yield f"<h2>{said(part.title)}</h2>"
        for stage in (*part.stages, *part.ends):
            yield from _stage(part, stage)
    yield "<h2>At every stage</h2><dl>"
    for who, words in table.anywhere:
        told = ", ".join(f'"{word}"' for word in words)
        yield f"<dt>{said(who)}</dt><dd>{said(told)}</dd>"
    yield f"</dl><p>On hold: {said(table.hold)}. All clocks stand still.</p>"


def _stage(part: Part, stage: Stage) -> Iterator[str]:
    name = f"End: {stage.title}" if stage.ends else f"Stage {stage.number}: {stage.title}"
    yield f"<h3>{said(name)}</h3>"
    begins = [joined((e.words for e in m.events), "or") for m in part.begins if m.to == stage.code]
    facts = [("Begins when", words) for words in begins]
    facts += [("Who", stage.owner), ("Waiting for", stage.waits_for)]
    for clock in stage.clocks:
        while_ = f", only while {clock.only_while}" if clock.only_while else ""
        facts.append(("Timescale", f"{clock.words}: {mid_sentence(clock.step)}, {clock.rule}{while_}"))
    facts += [("Timescale", stage.lives_by), *(("Stands still", words) for words in stage.standing)]
    told = [f"<dt>{said(head)}</dt><dd>{said(words)}</dd>" for head, words in facts if words]
    if told:
        yield f"<dl>{''.join(told)}</dl>"
    if stage.moves:
        yield "<table><thead><tr><th>What may happen</th><th>What follows</th></tr></thead><tbody>"
        yield from (_row(move) for move in stage.moves)
        yield "</tbody></table>"


def _row(move: Move) -> str:
    happens = [upper(joined((e.words for e in move.events), "or"))]
    happens += [f"If {move.condition}"] if move.condition else []
    left, right = ("".join(f"<p>{said(words)}</p>" for words in some) for some in (happens, move.follows))
    return f"<tr><td>{left}</td><td><p><strong>{said(move.to_words)}</strong></p>{right}</td></tr>"
