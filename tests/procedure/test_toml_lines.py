"""Where keys of a TOML file stand, and tables read with all their faults at once."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.errors import Fault
from mailflow.procedure.toml_lines import Lines, Table, index, span, suggest

TEXT = '''# a comment with [brackets] and key = 1
[states]   # behind a header
WPR = { stage = "4", owner = "cmo" }
"a b".c = """
[not.a.table]
also = "not a key"
""\\"quote\\\\"""
list = [
  1, # one
  { said = "x", by = ["y"] },
  [ "]", '#' ],
]

[[row]]
id = "a"
[row.sub]
at = 1979-05-27 07:32:00

[[row]]
id = "b"
on = [{ said = "Send", by = "cmo" }, { timer = "T3" }]

[[child.RA.row]]
id = "r"
[child.RA.other]
last = true'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("states",), 2),
        (("states", "WPR"), 3),
        (("states", "WPR", "owner"), 3),
        (("states", "a b", "c"), 4),
        (("states", "list"), 8),
        (("states", "list", 0), 9),
        (("states", "list", 1, "by"), 10),
        (("states", "list", 2, 1), 11),
        (("row", 0), 14),
        (("row", 0, "id"), 15),
        (("row", 0, "sub"), 16),
        (("row", 0, "sub", "at"), 17),
        (("row", 1, "id"), 20),
        (("row", 1, "on", 1, "timer"), 21),
        (("child", "RA", "row", 0, "id"), 24),
        (("child", "RA", "other", "last"), 26),
    ],
)
def test_every_key_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    """Headers, dotted keys, arrays of tables, inline tables and arrays over several lines are all found."""
    assert index(TEXT)[path] == line


def paths(value: object, here: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every path in what tomllib read."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return ({here} if here else set()).union(*(paths(inner, (*here, key)) for key, inner in items))


def test_the_index_holds_exactly_what_tomllib_reads() -> None:
    """No key is missed, and nothing in a string or comment is taken for a key."""
    assert set(index(TEXT)) == paths(tomllib.loads(TEXT))


@given(st.text(alphabet="ab[]{}=.,\"'#\n\\ 1", max_size=60))
def test_any_text_is_indexed_without_failing(text: str) -> None:
    """Fails: never; and whatever tomllib reads is found completely."""
    lines = index(text)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert paths(data) <= set(lines)


def test_near_answers_with_the_table_above() -> None:
    """A missing key is named at the line of its table."""
    lines = index("[a]\n[a.b]\nc = 1\n")
    assert lines.near(("a", "b", "missing")) == 2
    assert lines.near(("nothing",)) == 0


def test_all_faults_of_a_table_are_found_at_once() -> None:
    """Wrong kinds, wrong numbers, missing and unknown keys each give a fault with the line, and reading goes on."""
    text = 'port = "x"\nretries = 99\nflag = 1\nhots = "typo"\nlist = [1]\ncount = true\n'
    faults: list[Fault] = []
    table = Table(tomllib.loads(text), "f.toml", index(text), faults)
    assert table.number("port", 25) == 25
    assert table.number("retries", 3, most=10) == 3
    assert table.flag("flag") is False
    assert table.texts("list", ("a",)) == ("a",)
    assert table.number("count", 7) == 7
    assert table.text("host") == ""
    table.done()
    assert [fault.line for fault in faults] == [1, 2, 3, 5, 6, 0, 4]
    assert 'Did you mean "host"?' in str(faults[-1])


def test_a_shared_table_shows_through() -> None:
    """A key of its own comes first; a fault in the shared table is named there."""
    text = "[smtp]\nport = 25\nhost = 3\n[office.a.smtp]\nport = 26\n"
    data = tomllib.loads(text)
    faults: list[Fault] = []
    top = Table(data, "f.toml", index(text), faults)
    both = top.table("office").table("a").table("smtp").over(top.table("smtp"))
    assert both.number("port") == 26
    both.text("host", "")
    assert (faults[0].line, faults[0].what) == (3, "smtp.host should be a text in quotes.")


def test_spans_of_days() -> None:
    """A closure is a day or a span of days; anything else is refused with a sentence."""
    assert span("2027-12-30..2028-01-01") == [date(2027, 12, 30), date(2027, 12, 31), date(2028, 1, 1)]
    assert span("2027-12-30") == [date(2027, 12, 30)]
    for wrong in ("christmas", "2027-02-30", "2027-12-31..2027-12-30", "2020-01-01..2029-01-01"):
        with pytest.raises(ValueError, match=r"\.$"):
            span(wrong)


def test_suggestions() -> None:
    """Something close is offered first; else what is known; else removal."""
    assert suggest("pasword_file", ["password_file", "port"]) == 'Did you mean "password_file"?'
    assert suggest("zzz", ["b", "a"]) == "Known here: a, b."
    assert suggest("zzz", []) == "Remove it."


def test_an_empty_index_is_harmless() -> None:
    """A table made without a file gives faults without a line."""
    faults: list[Fault] = []
    Table({}, "somewhere", Lines(), faults).text("key")
    assert str(faults[0]) == "somewhere: key is missing. Fix: Add key = a text in quotes."
