"""The closure report of a case: one HTML page whose sections are declared by the procedure, and its timeline as CSV.

In: a context with ref, tag, title, version, today, office and `sections`, each {title, kind, ...} (domain.md 6.3).
Out: HTML and CSV texts; the caller writes the files.
Fails: errors.CannotRender for an unknown kind of section or a missing value.
Limits: a section without content says "None recorded", so that a reader sees that it was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailflow.documents.letters import Letters
from mailflow.documents.tables import csv_text
from mailflow.errors import CannotRender

# What a section carries beside its title: facts [(label, value)], columns and rows, items [text], text.
KINDS = {"facts": "facts", "table": "rows", "list": "items", "text": "text"}
TIMELINE = {
    "stage": "Stage",
    "title": "Step",
    "planned": "Planned",
    "actual": "Actual",
    "late": "Late",
    "reason": "Reason",
}


def closure_report(letters: Letters, context: Mapping[str, object]) -> str:
    """The report as one accessible HTML page; raises CannotRender."""
    for section in context.get("sections") or ():  # type: ignore[attr-defined]
        kind = section.get("kind")
        if kind not in KINDS:
            raise CannotRender(f"The closure report's section {section.get('title')!r} has no known kind: {kind!r}.")
        if kind == "table" and not section.get("columns"):
            raise CannotRender(f"The closure report's table {section.get('title')!r} names no columns.")
    return letters.page("closure-report", context)


def timeline_csv(steps: Iterable[object]) -> str:
    """Planned against actual for each step, as CSV."""
    return csv_text(list(TIMELINE.values()), steps, list(TIMELINE))
