"""Tables as CSV text, for the weekly summary and the timeline of a closure report.

In: column names and rows of values.
Out: CSV text by RFC 4180 (CRLF, quoted where needed) that a spreadsheet opens without running anything.
Fails: TypeError for a datetime (files state local dates).
Limits: dates are written as 2027-03-30, which every spreadsheet reads the same way.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from mailflow.documents.words import clean, field

# A cell that begins so is run as a formula by spreadsheets: it is written behind an apostrophe (CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t")


def csv_text(columns: Sequence[str], rows: Iterable[object], keys: Sequence[str] | None = None) -> str:
    """One table; with `keys` each row is a mapping or object and the keys choose its parts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180 section 2: lines end in CRLF
    writer.writerow(columns)
    for row in rows:
        values = [field(row, key) for key in keys] if keys else list(row)  # type: ignore[call-overload]
        writer.writerow([cell(value) for value in values])
    return out.getvalue()


def cell(value: object) -> object:
    """A value as a CSV cell: numbers stay numbers, dates are ISO 8601, text is one line and never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        raise TypeError("a file states local dates, not instants")
    if isinstance(value, date):
        return value.isoformat()
    text = " ".join(clean(value).split())
    return f"'{text}" if text.startswith(_FORMULA) else text


def summary_csv(sections: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """The tables of a weekly summary (domain.md 6.2) as file names and CSV texts, one per section that has rows."""
    files: dict[str, str] = {}
    for section in sections:
        columns, rows = section.get("columns"), section.get("rows")
        if columns and rows:
            name = "".join(c if c.isalnum() else "-" for c in str(section["title"]).lower()).strip("-")
            files[f"{int(str(section['number'])):02d}-{name}.csv"] = csv_text(columns, rows)  # type: ignore[arg-type]
    return files
