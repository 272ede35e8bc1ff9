"""Rows of a CSV file as people save it from a spreadsheet, each with the line it stands on.

In: the octets of a file: UTF-8 with or without BOM, UTF-16 or cp1252; comma, semicolon or tab between the columns.
Out: rows whose cells are read by name, and faults with file and line for what cannot be read.
Fails: never raises; every fault is collected.
Limits: one header line; empty lines and lines that begin with # are passed over.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from mailflow.errors import Fault
from mailflow.procedure.toml_lines import suggest

DELIMITERS = ",;\t"
YES = frozenset({"yes", "y", "true", "1", "x"})
NO = frozenset({"no", "n", "false", "0", ""})
# Deliberately loose: a register names addresses that work already, and the mail server has the last word.
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


@dataclass(frozen=True)
class Row:
    """One line of a sheet; reading a cell that is wrong records a fault and gives the empty value."""

    file: str
    line: int
    cells: Mapping[str, str]
    faults: list[Fault] = field(compare=False, repr=False)

    def fault(self, what: str, fix: str = "") -> None:
        """Record that something is wrong on this line."""
        self.faults.append(Fault(self.file, self.line, what, fix))

    def text(self, column: str, *, required: bool = False) -> str:
        """The cell on one line with single spaces."""
        value = " ".join(self.cells.get(column, "").split())
        if required and not value:
            self.fault(f'The column "{column}" is empty.', "Fill it in.")
        return value

    def texts(self, column: str) -> tuple[str, ...]:
        """Several values in one cell, separated by ; or |."""
        return tuple(part.strip() for part in re.split(r"[;|]", self.text(column)) if part.strip())

    def words(self, column: str) -> frozenset[str]:
        """Several lower-case words in one cell, separated by spaces, commas, ; or |."""
        return frozenset(re.split(r"[\s,;|]+", self.text(column).casefold())) - {""}

    def email(self, column: str, *, required: bool = False) -> str:
        """An address in lower case."""
        value = self.text(column, required=required)
        return "".join(self.check_email(value, column)) if value else ""

    def emails(self, column: str) -> tuple[str, ...]:
        """Several addresses in one cell."""
        parts = (part for part in re.split(r"[\s,;|]+", self.text(column)) if part)
        return tuple(email for part in parts for email in self.check_email(part, column))

    def check_email(self, value: str, column: str) -> tuple[str, ...]:
        """The address in lower case, or nothing and a fault."""
        if _EMAIL.fullmatch(value):
            return (value.lower(),)
        self.fault(f'"{value}" in the column "{column}" is not an address.', "Write name@organisation.example.")
        return ()

    def flag(self, column: str) -> bool:
        """yes or no; an empty cell is no."""
        value = self.text(column).casefold()
        if value not in YES | NO:
            self.fault(f'"{value}" in the column "{column}" is neither yes nor no.', "Write yes or no.")
        return value in YES

    def day(self, column: str) -> date | None:
        """A date 2027-03-30, or day first 30/3/2027; an empty cell is None."""
        value = self.text(column)
        return self._date(value, column) if value else None

    def spans(self, column: str) -> tuple[tuple[date, date], ...]:
        """Spans of days "2027-03-01..2027-03-12; 2027-05-04", both ends included."""
        found = []
        for part in self.texts(column):
            first, _, last = part.partition("..")
            start = self._date(first.strip(), column)
            end = self._date(last.strip(), column) if last.strip() else start
            if start and end and end < start:
                self.fault(f'"{part}" in the column "{column}" ends before it begins.', "Write first day..last day.")
            elif start and end:
                found.append((start, end))
        return tuple(found)

    def pairs(self, column: str) -> dict[str, str]:
        """Settings in one cell: "key=value; key=value"."""
        found = {}
        for part in self.texts(column):
            key, equals, value = part.partition("=")
            if not equals or not key.strip() or not value.strip():
                self.fault(f'"{part}" in the column "{column}" is not key=value.', "Write key=value; key=value.")
            else:
                found[key.strip()] = value.strip()
        return found

    def _date(self, value: str, column: str) -> date | None:
        found = _DAY_FIRST.fullmatch(value)
        try:
            return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(value)
        except ValueError:
            self.fault(f'"{value}" in the column "{column}" is not a date.', "Write 2027-03-30 or 30/3/2027.")
            return None


def read(
    octets: bytes,
    file: str,
    columns: Collection[str],
    required: Collection[str],
    faults: list[Fault],
    *,
    more_allowed: bool = False,
) -> list[Row]:
    """The rows of a sheet whose header must name all `required` and may name `columns`; others only if allowed."""
    text = _decode(octets)
    if "\0" in text:
        faults.append(Fault(file, 0, "This is not a CSV file.", "Save the sheet as CSV UTF-8."))
        return []
    records = list(_records(text, file, faults))
    if not records:
        faults.append(Fault(file, 0, "The file is empty.", f"Begin it with the line {','.join(columns)}."))
        return []
    top, header = records[0]
    names = [re.sub(r"[\s-]+", "_", name.strip().casefold()) for name in header]
    for name in names:
        if name and name not in columns and not more_allowed:
            faults.append(Fault(file, top, f'The column "{name}" is not known.', suggest(name, columns)))
        if name and names.count(name) > 1:
            faults.append(Fault(file, top, f'The column "{name}" stands there twice.', "Remove one."))
    missing = [name for name in required if name not in names]
    if missing:
        faults.append(Fault(file, top, f"Missing columns: {', '.join(missing)}.", "Add them to the first line."))
        return []
    rows = []
    for line, cells in records[1:]:
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            what = "This line has more cells than the header."
            faults.append(Fault(file, line, what, "Put text with , or ; in quotes."))
            continue
        rows.append(Row(file, line, dict(zip(names, cells, strict=False)), faults))
    return rows


def _decode(octets: bytes) -> str:
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return octets.decode("utf-16", errors="replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Spreadsheets on Windows still save "CSV" in the western code page.
        return octets.decode("cp1252", errors="replace")


def _records(text: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; a quoted cell may run over several lines."""
    lines = list(io.StringIO(text, newline=""))
    skipped = 0
    while lines and (not lines[0].strip() or lines[0].startswith("#") or lines[0].lower().startswith("sep=")):
        lines.pop(0)
        skipped += 1
    if not lines:
        return
    # The header holds no text, so the mark that stands there most often is the one that separates.
    delimiter = max(DELIMITERS, key=lines[0].count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begin = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                yield begin, cells
            begin = skipped + reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(file, begin, f"The line cannot be read: {error}.", "Check its quotation marks."))
