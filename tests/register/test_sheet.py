"""Sheets as people save them: encodings, separators, and faults with their lines."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.errors import Fault
from mailflow.register import sheet

COLUMNS = ("name", "email", "when", "yes", "spans", "pairs")


def read(octets: bytes) -> tuple[list[sheet.Row], list[Fault]]:
    """The rows and faults of a sheet with the columns of this test; name is required."""
    faults: list[Fault] = []
    return sheet.read(octets, "x.csv", COLUMNS, ("name",), faults), faults


@pytest.mark.parametrize(
    "octets",
    [
        "name,email\nZo\u00eb,a@b.example\n".encode(),
        "name,email\r\nZo\u00eb,a@b.example\r\n".encode("utf-8-sig"),
        "Name;E-mail\nZo\u00eb;a@b.example\n".replace("E-mail", "email").encode("cp1252"),
        "name\temail\r\nZo\u00eb\ta@b.example".encode("utf-16"),
        'sep=;\n"name";"email"\n"Zo\u00eb";"a@b.example"\n'.encode(),
        "# who is who, in words\n\nNAME , email\nZo\u00eb,a@b.example\n\n,,\n".encode(),
        "name,email\rZo\u00eb,a@b.example\r".encode(),
    ],
)
def test_a_sheet_is_read_however_it_was_saved(octets: bytes) -> None:
    """BOM, UTF-16, the western code page, semicolons, tabs, sep= lines, comments and empty lines are all tolerated."""
    rows, faults = read(octets)
    assert not faults
    assert [(row.text("name"), row.email("email")) for row in rows] == [("Zo\u00eb", "a@b.example")]


def test_a_row_knows_its_line_behind_cells_that_run_over_lines() -> None:
    """A quoted cell with line breaks does not shift the lines of what follows."""
    rows, faults = read(b'# c\nname,when\n"a\nb",2027-01-01\nc,not a date\n')
    assert [row.line for row in rows] == [3, 5]
    assert [row.day("when") for row in rows] == [date(2027, 1, 1), None]
    assert [fault.line for fault in faults] == [5]


@pytest.mark.parametrize(
    ("octets", "line", "words"),
    [
        (b"", 0, "empty"),
        (b"email\na@b.example\n", 1, "Missing columns: name"),
        (b"name,emial\na,b\n", 1, 'Did you mean "email"?'),
        (b"name,name\na,b\n", 1, "twice"),
        (b"name,email\na,b@c.example,d\n", 2, "more cells"),
        (b'name,email\na,b@c.example\nb,"c\n', 3, "cannot be read"),
        (b"name,email\n\0,b\n", 0, "not a CSV file"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_named(octets: bytes, line: int, words: str) -> None:
    """Each fault has its line and a sentence."""
    _, faults = read(octets)
    assert any(fault.line == line and words in str(fault) for fault in faults), faults


def test_cells_are_read_by_kind() -> None:
    """Dates day first as in Britain, spans, yes and no, key=value."""
    rows, faults = read(
        b"name,when,yes,spans,pairs\nA  B,3/4/2027,Yes,2027-03-01..2027-03-12; 1/5/2027,reply_days=21; x = y\n"
    )
    row = rows[0]
    assert row.text("name") == "A B"
    assert row.day("when") == date(2027, 4, 3)
    assert row.flag("yes") is True
    assert row.spans("spans") == (
        (date(2027, 3, 1), date(2027, 3, 12)),
        (date(2027, 5, 1), date(2027, 5, 1)),
    )
    assert row.pairs("pairs") == {"reply_days": "21", "x": "y"}
    assert not faults


def test_every_wrong_cell_is_a_fault() -> None:
    """Wrong cells give the empty value and a fault, never an exception."""
    rows, faults = read(b"name,email,when,yes,spans,pairs\n,nobody,31/2/2027,maybe,2027-03-12..2027-03-01,x=\n")
    row = rows[0]
    row.text("name", required=True)
    values = (row.email("email"), row.day("when"), row.flag("yes"), row.spans("spans"), row.pairs("pairs"))
    assert values == ("", None, False, (), {})
    assert len(faults) == 6
    assert {fault.line for fault in faults} == {2}


@given(st.binary(max_size=200))
def test_any_octets_are_read_without_failing(octets: bytes) -> None:
    """Fails: never raises, whatever the file holds."""
    read(octets)
    read(b"name,email\n" + octets)
