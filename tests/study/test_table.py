"""The table of a procedure: whole, in the paper's order, in plain words, and fit for every terminal."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest

from mailflow.procedure.definition import Row
from mailflow.procedure.telling import Telling
from mailflow.study import table_text
from mailflow.study.table import Table, alike, number_key, table
from tests.study.shipped import NAMES, ROOT, procedure, telling

COUNCIL = "council-concerns"


@pytest.fixture(params=NAMES, name="name")
def _name(request) -> str:
    return request.param


@pytest.fixture(name="found")
def _found(name) -> Table:
    return table(telling(name))


def test_every_row_stands_at_every_stage_it_leaves(name, found) -> None:
    """Nothing that may happen at a stage is left out of it."""
    for part, machine in zip(found.parts, procedure(name).machines.values(), strict=True):
        told = {(m.row, s.code) for s in (*part.stages, *part.ends) for m in s.moves}
        assert told == {(row.id, code) for row in machine.rows for code in row.sources}
        assert {m.row for m in part.begins} == {row.id for row in machine.rows if not row.sources}


def test_stages_stand_in_the_papers_order(found) -> None:
    """By their numbers, ends apart; 2 comes before 10, and 13.1 after 13."""
    for part in found.parts:
        keys = [number_key(s.number) for s in part.stages]
        assert keys == sorted(keys)
        assert all(s.ends for s in part.ends) and not any(s.ends for s in part.stages)
    numbers = ["13.1", "2", "10", "13", "A2", "A1", "B1", "1"]
    assert sorted(numbers, key=number_key) == ["1", "2", "10", "13", "13.1", "A1", "A2", "B1"]


def test_every_live_stage_says_who_and_by_when(found) -> None:
    """The owner by title, and a clock in the paper's words or those of what is open."""
    for part in found.parts:
        for stage in part.stages:
            assert stage.owner and (stage.clocks or stage.lives_by), stage.code


def test_a_stage_reads_as_its_rows() -> None:
    """Words by the same people in one breath, with condition, target, letters and what goes on file."""
    moves = table(telling(COUNCIL)).parts[0].stage("RSP").moves
    one = next(m for m in moves if m.row == "c26")
    assert [e.words for e in one.events] == [
        'the Contract Management Officer says "Disputed" or "Partly accepted: (which points)"'
    ]
    assert one.to_words == "6 Reply to be sent to the referrer" and not one.stays
    assert "the referrer can be written to" in one.condition
    assert '"Provider\'s position": the word that was said' in one.noted
    back = next(m for m in moves if m.row == "c24")
    assert back.to == "" and back.to_words == "Back to where it came from"
    accepted = next(m for m in moves if m.row == "c25")
    assert accepted.follows == ('"Review due" (M26) to the Contract Management Officer',)


def test_parts_are_told_by_where_they_go() -> None:
    """What a row tells a part is told by where it leads the part, if that is one place."""
    moves = table(telling(COUNCIL)).parts[0].stage("NRR").moves
    refer = next(m for m in moves if m.row == "c33")
    assert 'A default notice opens, if none is open yet: "Being considered"' in refer.follows
    assert [e.kind for e in refer.events] == ["word", "clock"]


def test_ways_from_many_stages_are_known() -> None:
    """A way that many stages share alike is told once."""
    part = table(telling(COUNCIL)).parts[0]
    assert len(alike(part)["c13"]) == 13 and "c25" not in alike(part)


def test_every_key_of_a_row_has_words() -> None:
    """Whoever gives rows a new key says in the table what it does."""
    files = [*(ROOT / "mailflow" / "study").glob("*.py"), *(ROOT / "mailflow" / "procedure").glob("telling*.py")]
    told = "".join(path.read_text("utf-8") for path in files)
    assert [f.name for f in fields(Row) if not re.search(rf"\brow\.{f.name}\b", told) and f.name != "machine"] == []


def test_a_stage_in_full_says_what_letters_bear() -> None:
    """Buttons and enclosures stand there; the overview leaves them out."""
    found = table(telling(COUNCIL))
    text = " ".join(" ".join(table_text.full(found, "NRR", 120)).split())
    assert 'has the buttons "Review on the information available", "Chase again to (date)"' in text
    assert "has the buttons" not in " ".join(_shown(found, 120))


def _shown(found: Table, width: int) -> list[str]:
    return list(table_text.lines(found, width))


@pytest.mark.parametrize("width", [60, 80, 100, 120, 300])
def test_lines_fit_the_terminal(found, width) -> None:
    """No line is longer than the terminal, none longer than 120, and none ends in a blank."""
    lines = _shown(found, width)
    assert max(map(len, lines)) <= min(width, 120)
    assert all(line == line.rstrip() for line in lines)


def test_no_word_is_cut(found) -> None:
    """The narrowest and the widest table say the same words."""

    def words(width: int) -> list[str]:
        found_words = re.findall(r"\S+", "\n".join(_shown(found, width)))
        return sorted(w for w in found_words if not set(w) <= {"-", "="})

    assert words(60) == words(120)


def test_not_even_a_word_that_is_longer_than_the_terminal_is_cut() -> None:
    """It stands out of its column, whole."""
    long = "x" * 150
    council = procedure(COUNCIL)
    states = {code: replace(state, title=long) for code, state in council.top.states.items()}
    machines = {**council.machines, council.main: replace(council.top, states=states)}
    found = table(Telling(replace(council, machines=machines)))
    for lines in (_shown(found, 60), list(table_text.full(found, "RSP", 60))):
        assert long in "\n".join(lines) and not re.search(r"\bx{1,149}\b", "\n".join(lines))


def test_nothing_of_the_files_grammar_shows(found) -> None:
    """No guard, name of a field or blank of the file stands in the table; settings go by their names."""
    text = re.sub(r"setting\s+\w+", "", " ".join(" ".join(_shown(found, 120)).split()))
    assert not re.findall(r"[a-z]+_[a-z_]+|@\w+ |\{|\}|\bblank \w", text)


def test_one_stage_in_full(found) -> None:
    """Everything there is to say of a stage: what it counts from, who is told when it is late, and where it stands."""
    part = found.parts[0]
    for stage in part.stages:
        text = " ".join(" ".join(table_text.full(found, stage.code, 100)).split())
        assert stage.title in text and all(f"row {m.row}, line {m.line}" in text for m in stage.moves)
        assert all(" ".join(f"Counts from {c.counted_from}.".split()) in text for c in stage.clocks)
        assert all(" ".join(late.split()) in text for c in stage.clocks for late in c.late)


def test_a_code_of_two_parts_shows_both() -> None:
    """A code that two parts share is told for each."""
    found = table(telling(COUNCIL))
    heads = [line for line in table_text.full(found, "RMD", 100) if "[RMD]" in line]
    assert len(heads) == 2
