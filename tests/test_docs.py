"""What the documents say is true as far as a program can tell: names exist, lists are whole, no private paths."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from mailflow.cli.main import COMMANDS
from mailflow.procedure import guards, reading, reading_rows, values
from mailflow.procedure.guard_shapes import SHAPES
from mailflow.procedure.telling import untold

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted(ROOT.glob("docs/*.md"))
PROSE = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "bench" / "README.md", *DOCS]
PROCEDURE = ROOT / "config" / "procedures" / "council-concerns.toml"
INSURER = PROCEDURE.with_name("insurer-performance.toml")
STATES = {"running", "untested", "open", "n/a"}


def _numbers(prefix: str, first: int, last: int, width: int = 1) -> list[str]:
    return [f"{prefix}{n:0{width}}" for n in range(first, last + 1)]


# What docs/coverage.md must tell about: the rows of the specification, by their ids.
INVENTORY = [*_numbers("C", 1, 86), *_numbers("C", 90, 105), *_numbers("C", 110, 134), *_numbers("C", 140, 145)]
INVENTORY += [*_numbers("P", 1, 39), *_numbers("P", 50, 61), *_numbers("P", 70, 76), *_numbers("P", 80, 83)]
TRANSITIONS = [*_numbers("c", 1, 51, 2), *_numbers("r", 1, 11), *_numbers("n", 1, 16), *_numbers("d", 1, 6)]
TRANSITIONS += _numbers("i", 1, 26, 2)
TIMERS = (
    "T1 TC TP1 TP2 T2 T3 T4 T4b T5 T6 T7 T8 T9 T10 T10b T11 T12 T13 T13.1 T13.2 T14 T14b TW T15 T15b TDN T16 T16.1 "
    "T16.2 TH ESC"
).split() + _numbers("U", 1, 11)
RULES = [*_numbers("K", 1, 14), *_numbers("G", 1, 14)]
GAPS = _numbers("Q", 1, 53)
LETTERS = [*_numbers("M", 1, 60, 2), *_numbers("N", 1, 18, 2)]
SCENARIOS = _numbers("A", 1, 18)
CALENDAR_ENTRIES = _numbers("E", 1, 5)
MAILS = _numbers("mail ", 1, 25)
MAIL_SECTIONS = {"reading": 9, "parsing": 3, "kinds": 5, "whose": 4, "may": 4, "text": 1, "sending": 4}
MAIL_SECTIONS |= {"infrastructure": 10}
MAIL_LINES = [one for section, lines in MAIL_SECTIONS.items() for one in _numbers(f"{section} ", 1, lines)]
OPEN_BY_PLAN = {*CALENDAR_ENTRIES}


@cache
def _procedure() -> dict:
    return tomllib.loads(PROCEDURE.read_text("utf-8"))


@cache
def _names_in_file() -> set[str]:
    """Every name a place in the table may have: rows, states, timers, letters, words, settings, fields, roles."""
    return _names_in(_procedure()) | _names_in(tomllib.loads(INSURER.read_text("utf-8")))


def _names_in(data: dict) -> set[str]:
    machines = [data, *data.get("child", {}).values()]
    found = {row["id"] for m in machines for row in m.get("row", ())}
    found |= {name for m in machines for kind in ("states", "timers") for name in m.get(kind, {})}
    for kind in ("letters", "verbs", "settings", "fields", "roles", "ladders", "child", "acts"):
        found |= set(data.get(kind, {}))
    return found | {data["hold"]["timer"]}


@cache
def _coverage() -> dict[str, tuple[str, str, str]]:
    """id -> (status, place, test) of docs/coverage.md."""
    found: dict[str, tuple[str, str, str]] = {}
    for line in (ROOT / "docs" / "coverage.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 5 and cells[1] in STATES:
            assert cells[0] not in found, f"{cells[0]} is listed twice"
            found[cells[0]] = (cells[1], cells[3], cells[4])
    return found


@cache
def _tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_row_of_the_specification_is_told_of() -> None:
    """Nothing dropped: each id of the specification has its line, and no line has an id of its own invention."""
    wanted = [
        *INVENTORY,
        *TRANSITIONS,
        *TIMERS,
        *RULES,
        *GAPS,
        *LETTERS,
        *SCENARIOS,
        *CALENDAR_ENTRIES,
        *MAILS,
        *MAIL_LINES,
    ]
    assert [one for one in wanted if one not in _coverage()] == []
    assert sorted(set(_coverage()) - set(wanted)) == []


def test_every_place_exists() -> None:
    """A place is a name of the procedure file or a file of the tree, and a running line has one."""
    wrong = []
    for name, (status, place, _) in _coverage().items():
        places = _quoted(place)
        if status == "running" and not places:
            wrong.append(f"{name}: no place")
        wrong += [f"{name}: {one}" for one in places if one not in _names_in_file() and not (ROOT / one).exists()]
    assert wrong == []


def test_every_named_test_exists() -> None:
    """A test is named as file::function, and the function is there."""
    wrong = []
    for name, (_, _, test) in _coverage().items():
        for one in _quoted(test):
            file, _, function = one.partition("::")
            if not (ROOT / file).is_file() or function not in _tests(ROOT / file):
                wrong.append(f"{name}: {one}")
    assert wrong == []


def test_nothing_is_guaranteed_that_no_test_shows() -> None:
    """Each promise of docs/guarantees.md names tests, and they exist."""
    rows = [line for line in (ROOT / "docs" / "guarantees.md").read_text("utf-8").splitlines() if line[:2] == "| "]
    promises = [line for line in rows if not line.startswith(("| Promise |", "| Day |"))]
    assert len(promises) > 30
    wrong = [line for line in promises if not _quoted(line.rstrip("| ").rpartition("|")[2])]
    for one in (one for line in promises for one in _quoted(line.rstrip("| ").rpartition("|")[2])):
        file, _, function = one.partition("::")
        if not (ROOT / file).is_file() or function not in _tests(ROOT / file):
            wrong.append(one)
    assert wrong == []


def test_tables_are_tables() -> None:
    """Each table of a document has a head and a line under it, and every row has as many cells as the head."""
    wrong = []
    for file in PROSE:
        text = re.sub(r"(?ms)^```.*?^```$", "", file.read_text("utf-8"))
        for table in re.findall(r"(?m)(?:^\|.*\n?)+", text):
            rows = table.splitlines()
            cells = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
            if len(rows) < 3 or not re.fullmatch(r"\|(?: ?:?-+:? ?\|)+", rows[1]) or len(cells) != 1:
                wrong.append(f"{file.name}: {rows[0][:80]}")
    assert wrong == []


def test_what_runs_has_a_test() -> None:
    """A line that says "running" names the test that shows it; a line that is open names none."""
    untested = [name for name, (status, _, test) in _coverage().items() if status == "running" and not _quoted(test)]
    assert untested == []


def test_what_is_left_for_later_is_said_to_be_open() -> None:
    """What the plan leaves out is not passed off as running."""
    assert {name for name in OPEN_BY_PLAN if _coverage()[name][0] != "open"} == set()


def test_transitions_stand_in_the_file_under_their_own_ids() -> None:
    """A running transition of the tables is a row of that id, unless its line names the rows or the act that do it."""
    wrong = [
        name
        for name in TRANSITIONS
        if _coverage()[name][0] == "running" and name not in _names_in_file() and not _quoted(_coverage()[name][1])
    ]
    assert wrong == []


def _numbers_of_rfcs(text: str) -> set[str]:
    found: set[str] = set()
    for match in re.finditer(r"RFC (\d{4})((?:,? (?:and |to )?\d{4}\b)*)", text):
        found |= {match[1], *re.findall(r"\d{4}", match[2])}
    return found


def test_standards_are_those_the_code_names() -> None:
    """The status table and the comments name the same RFCs, and each file it names is there."""
    code = set().union(*(_numbers_of_rfcs(p.read_text("utf-8")) for p in (ROOT / "mailflow").rglob("*.py")))
    table = (ROOT / "docs" / "standards.md").read_text("utf-8")
    rows = re.findall(r"^\| RFC (\d{4}) \|[^|]*\| (\w+) \|(.*)$", table, re.MULTILINE)
    assert {number for number, _, _ in rows} == code
    assert {status for _, status, _ in rows} <= {"followed", "partly", "deviates"}
    files = {one for _, _, where in rows for one in _quoted(where) if one.endswith(".py")}
    assert sorted(one for one in files if not (ROOT / "mailflow" / one).is_file()) == []


def test_commands_in_the_documents_exist() -> None:
    """Whoever copies a command from a document finds it: targets of make, commands of mailflow."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    wrong = []
    for path in PROSE:
        text = path.read_text("utf-8")
        spans = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^ {4}(.+)$", text, re.MULTILINE)
        for span in spans:
            if called := re.match(r"make ([a-z]+)", span):
                wrong += [f"{path.name}: {span}"] if called[1] not in targets else []
            if called := re.match(r"(?:[A-Z_]+=\S+ )?mailflow ([a-z]+)", span):
                wrong += [f"{path.name}: {span}"] if called[1] not in COMMANDS else []
    assert wrong == []


def test_subcommands_in_the_documents_exist() -> None:
    """The operator's table names commands that are there."""
    from mailflow.cli import held, quarantine

    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    named = {tuple(m) for m in re.findall(r"`mailflow (held|quarantine) ([a-z]+)", text)}
    known = {("held", n) for n in held.command.commands} | {("quarantine", n) for n in quarantine.command.commands}
    assert named <= known


@pytest.mark.parametrize("path", PROSE, ids=lambda p: p.name)
def test_no_private_place_is_named(path: Path) -> None:
    """A document names no folder of somebody's machine and no address of a package registry."""
    text = path.read_text("utf-8")
    assert re.findall(r"/(?:work|root|tmp|home|Users)/\S*", text) == []
    assert re.findall(r"\S*(?:pypi|index-url|pythonhosted)\S*", text) == []
    assert re.findall(r"\.\./shared\S*", text) == []


@pytest.mark.parametrize("path", PROSE, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    """A link to another file of the tree finds it."""
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_files_in_the_documents_exist() -> None:
    """A path in backquotes that begins with a folder of ours is there."""
    ours = ("mailflow/", "tests/", "docs/", "config/", "templates/", "systemd/", "bench/", "requirements/")
    wrong = []
    for path in PROSE:
        for span in re.findall(r"`([^`\n]+)`", path.read_text("utf-8")):
            name = span.partition("::")[0]
            if name.startswith(ours) and "*" not in name and " " not in name and not (ROOT / name).exists():
                wrong.append(f"{path.name}: {span}")
    assert wrong == []


def test_every_guard_is_described() -> None:
    """The list of guards for people who write procedures is the list the reader knows."""
    text = (ROOT / "docs" / "procedure-file.md").read_text("utf-8")
    phrases = re.findall(r"^\| `([^`]+)`", text.split("## Guards")[1].split("## Values")[0], re.MULTILINE)
    assert [p for p in phrases if not guards.known(p)] == []
    assert [shape.pattern for shape, _ in SHAPES if not any(shape.fullmatch(p) for p in phrases)] == []


def test_every_value_is_described() -> None:
    """The same for the sources of values."""
    text = (ROOT / "docs" / "procedure-file.md").read_text("utf-8").split("## Values")[1]
    sources = re.findall(r"`(@[^`]+)`", text)
    assert [s for s in sources if not values.known(s)] == []
    assert [shape.pattern for shape, _ in values.SOURCES if not any(shape.fullmatch(s) for s in sources)] == []


def test_every_shape_is_told_in_words() -> None:
    """A guard, a value or an event that the reader knows has plain words for those who read tables and pictures."""
    assert untold() == []


def test_every_key_of_a_procedure_file_is_described() -> None:
    """Every key that the reader asks for stands in the page about the file."""
    text = (ROOT / "docs" / "procedure-file.md").read_text("utf-8")
    code = "".join(Path(module.__file__).read_text("utf-8") for module in (reading, reading_rows))
    keys = set(re.findall(r'\b[a-z]\w*\.(?:text|texts|flag|number|table)\(\s*"(\w+)"', code))
    keys |= set(re.findall(r'(?:listed|words|_tables)\(\w+, "(\w+)"', code)) | set(reading_rows.TRIGGERS)
    assert len(keys) > 80
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", text)) == []


def test_every_word_is_on_the_officers_page() -> None:
    """Each word a person may write begins, on the page for officers, as it begins in the procedure file."""
    page = re.sub(r"\s+", " ", (ROOT / "docs" / "officers.md").read_text("utf-8")).casefold()
    missing = []
    for name, verb in _procedure()["verbs"].items():
        openings = [re.split(r" ?[{:]", say)[0].casefold() for say in verb.get("say", ())]
        if openings and not verb.get("part_of") and not any(opening in page for opening in openings):
            missing.append(name)
    assert missing == []


def test_rules_that_comments_cite_are_restated() -> None:
    """Each K and G that code or tests cite is explained in docs/rules.md."""
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    told = set(re.findall(r"^\*\*([KG]\d+)\.", text, re.MULTILINE))
    assert told == set(RULES)
    files = [*(ROOT / "mailflow").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    cited = set().union(*(re.findall(r"\b[KG]\d{1,2}\b", p.read_text("utf-8")) for p in files))
    assert sorted(cited - told - {"K7P"}) == []
