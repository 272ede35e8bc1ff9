"""The closure report and the CSV tables."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from mailflow.documents.report import closure_report, timeline_csv
from mailflow.documents.tables import csv_text, summary_csv
from mailflow.errors import CannotRender

SECTIONS = [
    {
        "title": "The concern",
        "kind": "facts",
        "facts": [("Closed", date(2027, 4, 30))],
    },
    {"title": "Timeline", "kind": "table", "columns": ["Step", "Done"], "rows": [["3 <b>", date(2027, 3, 2)]]},
    {"title": "Correspondence", "kind": "list", "items": ["Letter 1", "<script>x</script>"]},
    {"title": "Finding", "kind": "text", "text": "First line.\nSecond line."},
    {"title": "Dispute", "kind": "text", "text": ""},
]


def test_the_report_has_the_sections_it_was_given(letters, context):
    """Each declared section stands under a numbered heading, escaped; an empty one says so (domain.md 6.3)."""
    page = closure_report(letters, {**context, "sections": SECTIONS, "version": 1})
    for at, section in enumerate(SECTIONS, 1):
        assert f"{at}. {section['title']}</h2>" in page
    assert "Friday 30 April 2027" in page and "None recorded." in page and "&lt;script&gt;" in page
    assert "<script" not in page


def test_an_unknown_kind_of_section_is_named(letters, context):
    """A procedure file with a wrong section kind is told which section it is."""
    sections = [{"title": "Lessons", "kind": "pie chart"}]
    with pytest.raises(CannotRender, match="'Lessons'.*'pie chart'"):
        closure_report(letters, {**context, "sections": sections, "version": 1})


def test_the_timeline_is_csv():
    """Planned against actual, one line per step; a spreadsheet reads back the same cells."""
    steps = [{"stage": "3", "title": "Dispatch, first", "planned": date(2027, 3, 3), "actual": None, "late": "1"}]
    rows = list(csv.reader(io.StringIO(timeline_csv(steps))))
    assert rows[1] == ["3", "Dispatch, first", "2027-03-03", "", "1", ""]


def test_no_cell_is_a_formula():
    """Text that a spreadsheet would run is written as text; numbers stay numbers."""
    rows = list(csv.reader(io.StringIO(csv_text(["a", "b"], [["=HYPERLINK(1)", -3], ["x\r\ny", True]]))))
    assert rows[1:] == [["'=HYPERLINK(1)", "-3"], ["x y", "yes"]]


def test_the_summary_gives_one_file_per_table():
    """Sections without rows make no file (domain.md 6.2)."""
    sections = [
        {"number": 2, "title": "Counts by stage", "columns": ["Stage", "Open"], "rows": [["3", 2]], "note": ""},
        {"number": 3, "title": "Overdue", "columns": ["Reference"], "rows": [], "note": ""},
    ]
    assert summary_csv(sections) == {"02-counts-by-stage.csv": "Stage,Open\r\n3,2\r\n"}
