"""docs/write-a-procedure.md does what it says: its files are written, its commands typed, its answers compared."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailflow.cli.main import main
from mailflow.documents.letters import Letters
from mailflow.procedure.reading import read
from mailflow.register.register import Register
from mailflow.store import Store
from tests.flow.bench import ROOT, Bench

PAGE = ROOT / "docs" / "write-a-procedure.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Typed:
    """A command of the page and what the page says it answers; a line "..." stands for any lines."""

    words: str
    answer: tuple[str, ...]


def _blocks() -> list[tuple[str, str, str]]:
    return [(kind, name, body) for kind, name, body in BLOCK.findall(PAGE.read_text("utf-8"))]


def _typed() -> list[Typed]:
    found: list[Typed] = []
    for kind, _, body in _blocks():
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:] if kind == "console" else ():
            command, *answer = part.rstrip().splitlines()
            found.append(Typed(command, tuple(answer)))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader's folder with every file of the page; blocks of one name stand one after the other."""
    there = tmp_path_factory.mktemp("reader")
    for kind, name, body in _blocks():
        if kind in ("toml", "jinja"):
            path = there / name
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text("utf-8") + "\n" if path.exists() else ""
            path.write_text(before + body, "utf-8")
    return there


def _fits(answer: tuple[str, ...], lines: list[str]) -> str:
    """The first line of the page's answer that the program does not give in this order, "" if all are there."""
    at, skipping = 0, False
    for wanted in (line.rstrip() for line in answer):
        if wanted == "...":
            skipping = True
            continue
        where = lines[at:] if skipping else lines[at : at + 1]
        if wanted not in where:
            return wanted
        at += where.index(wanted) + 1
        skipping = False
    return "" if skipping or at == len(lines) else f"(nothing more, but there is) {lines[at]}"


@pytest.fixture
def typed(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Type a command in the reader's folder: `sed` is done here, `mailflow` as from the command line."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")

    def run(command: str) -> list[str]:
        program, *words = shlex.split(command)
        if program == "sed":
            return _sed(words)
        assert program == "mailflow", command
        ran = CliRunner().invoke(main, words)
        return [line.rstrip() for line in ran.output.splitlines()]

    return run


def _sed(words: list[str]) -> list[str]:
    """The one use the page makes of it: sed 's/old/new/; s/old/new/' FILE > OTHER."""
    rules, source, arrow, target = words
    assert arrow == ">"
    text = Path(source).read_text("utf-8")
    for rule in rules.split("; "):
        _, old, new, _ = rule.split("/")
        assert old in text, rule
        text = text.replace(old, new)
    Path(target).write_text(text, "utf-8")
    return []


def test_every_command_answers_what_the_page_says(typed) -> None:
    """In the page's order, in one folder, as a reader would type them."""
    commands = _typed()
    assert len(commands) >= 8
    for one in commands:
        lines = typed(one.words)
        missing = _fits(one.answer, lines)
        assert not missing, f"$ {one.words}\n\nthe page says: {missing}\n\nit says:\n" + "\n".join(lines)


def test_the_procedure_has_what_the_page_promises(folder: Path) -> None:
    """Five stages, three officers' or parties' roles besides the director, nine letters of its own."""
    procedure, faults = read((folder / "procedures/complaints.toml").read_text("utf-8"), "complaints.toml")
    assert procedure is not None and not faults
    assert {state.stage for state in procedure.top.states.values()} == {"1", "2", "3", "4", "5"}
    assert len(list((folder / "templates" / "complaints").glob("*.j2"))) == 9


PEOPLE = (
    "Hana Reed,hana.reed@office.example,,handler,Office,mona.dale@office.example,,,daily,",
    "Mona Dale,mona.dale@office.example,,manager,Office,dora.vale@office.example,,,daily,",
    "Dora Vale,dora.vale@office.example,,director,Office,,,,,",
)


def test_a_complaint_runs_through_it(folder: Path, tmp_path: Path) -> None:
    """Received, read, answered, approved by somebody else, no more heard of, closed."""
    register = tmp_path / "register"
    register.mkdir()
    for name in ("officers", "services", "contracts", "contacts"):
        shipped = (ROOT / "config" / "register" / f"{name}.csv").read_text("utf-8").splitlines()
        head = next(line for line in shipped if not line.startswith("#"))
        (register / f"{name}.csv").write_text(f"{head}\n", "utf-8")
    with (register / "officers.csv").open("a") as officers:
        officers.write("\n".join(PEOPLE) + "\n")
    procedure, _ = read((folder / "procedures/complaints.toml").read_text("utf-8"), "complaints.toml")
    store = Store(f"sqlite:///{tmp_path}/store.db")
    store.migrate()
    office = {
        "id": "complaints",
        "address": "complaints@office.example",
        "prefix": "OC",
        "procedure": procedure,
        "register": Register.load(register, {"office.example"}),
        "administrator": "dora.vale@office.example",
        "own_domains": frozenset({"office.example"}),
    }
    bench = Bench(store, **office)
    bench.house = replace(bench.house, letters=Letters([folder / "templates", ROOT / "templates"]))
    handler, manager, complainant = "hana.reed@office.example", "mona.dale@office.example", "sam.reed@family.example"
    bench.mail("2027-03-01 10:00", complainant, "Nobody answers your telephone", "I rang six times.")
    tag = f"Re: {bench.tag()}"
    bench.mail("2027-03-02 10:00", handler, tag, "Ours")
    bench.mail("2027-03-04 10:00", handler, tag, "Answer: We are sorry. Two more people answer it now.")
    assert "Two more people" in bench.letter("L04", manager).words
    bench.mail("2027-03-05 10:00", manager, tag, "Agreed")
    bench.to("2027-03-22 12:00")
    assert bench.state() == "CLO"
    assert [letter.name for letter in bench.letters(to=complainant)] == ["L01", "L05"]
    assert "Friday 19 March 2027" in bench.letter("L05", complainant).words
    store.close()
