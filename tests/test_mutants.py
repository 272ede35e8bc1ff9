"""The search for rules without a test: which breaks there are, and that it sees what tests see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.breaks import breaks
from bench.survivors import FOLDER, UNJUDGED, Survivor, listed, numbered, written

ROOT = Path(__file__).parents[1]
RULES = """
from functools import lru_cache



def least():
    return 3


LEAST = least()
MOST = 9
WORDS = ("yes", "no")


class Scale:
    step = 2


@lru_cache
def enough(number):
    return number >= LEAST


def many(number):
    return number > MOST
"""
USER = """
from rules import LEAST, enough


def judged(number):
    return ("enough" if enough(number) else "too few", LEAST)
"""
TESTS = """
import pytest
import user
from rules import WORDS, Scale

SCALE = Scale()


@pytest.mark.parametrize(("number", "judged"), [(3, "enough"), (2, "too few")])
def test_judged(number, judged):
    assert user.judged(number) == (judged, 3)


def test_words_and_steps(tmp_path):
    assert WORDS == ("yes", "no") and SCALE.step == 2
"""


@pytest.mark.parametrize(
    ("source", "whats"),
    [
        ("x = a < b", ["compare otherwise: a < b"]),
        ("x = a and b", ["and/or: a and b", "without part 1: a and b", "without part 2: a and b"]),
        ("x = not a", ["without not: not a"]),
        ("x = 7", ["7 + 1", "7 - 1"]),
        ("if a:\n    b()", ["always True: a", "always False: a", "left out: b()"]),
        ("x = re.compile(r'\\d(?:a|bc)')", ["pattern without 'a'", "pattern without 'bc'"]),
        ("x = ('a', 'b')", ["without 'a'", "without 'b'", "text 'a'", "text 'b'"]),
        ("x: int = y", []),
    ],
)
def test_the_breaks_of_a_line(source: str, whats: list[str]):
    """Each kind of break is made, and no break of a type or of what comes to the same."""
    assert [one.what for one in breaks(source)] == whats


def test_breaks_that_tests_see_are_seen_and_the_others_told(tmp_path: Path):
    """A break is seen through other modules, kept answers and objects made before; what no test asks survives."""
    for name, text in (("rules.py", RULES), ("user.py", USER), ("test_rules.py", TESTS)):
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "bench.mutants", "rules.py", "test_rules.py", "--json", "kept.json"]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path)))}
    ran = subprocess.run(command, cwd=tmp_path, env=known, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    kept = json.loads((tmp_path / "kept.json").read_text())
    told = {f"{one['line']}: {one['what']}" for one in kept if one["survived"]}
    assert told == {
        "11: 9 + 1",
        "11: 9 - 1",
        "25: compare otherwise: number > MOST",
        "25: returns None: return number > MOST",
    }
    assert len(kept) > 2 * len(told)


def test_tests_that_fail_unbroken_are_not_believed(tmp_path: Path):
    """Nothing is said about breaks if the tests fail without any."""
    (tmp_path / "rules.py").write_text("LEAST = 3\n")
    (tmp_path / "test_rules.py").write_text("import rules\n\ndef test_least():\n    assert rules.LEAST == 4\n")
    command = [sys.executable, "-m", "bench.mutants", "rules.py", "test_rules.py"]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path)))}
    ran = subprocess.run(command, cwd=tmp_path, env=known, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode and "fail without any break" in ran.stdout + ran.stderr


def test_a_judgement_stays_with_its_break(tmp_path: Path):
    """Written anew, a list keeps the judgements of breaks that still survive, and asks for those of new ones."""
    file = tmp_path / "rules.tsv"
    one, other = Survivor("LEAST", "3 + 1", 1), Survivor("LEAST", "3 + 1", 2)
    assert [s.judgement for s in written(file, "a run", [one])] == [UNJUDGED]
    file.write_text(file.read_text().replace(UNJUDGED, "bound: no mail stands there"))
    assert [s.judgement for s in written(file, "a run", [other, one])] == [UNJUDGED, "bound: no mail stands there"]
    assert written(file, "a run", []) == [] == listed(file)


def test_breaks_alike_are_numbered_within_their_statement():
    """The same change twice in one statement is two breaks, in another statement again the first."""
    source = "a = 1\n\n\ndef f():\n    return 1\n"
    made = [(0, "1 + 1"), (0, "1 + 1"), (1, "1 + 1")]
    assert list(numbered(source, made)) == [("a", "1 + 1", 1), ("a", "1 + 1", 2), ("f", "1 + 1", 1)]


@pytest.mark.parametrize(
    "line", ["LEAST\t3 + 1\t1", "LEAST\t3 + 1\tone\tsame: so", "LEAST\t3 + 1\t1\tfine", "LEAST\t3\t1\tsame: "]
)
def test_a_line_that_is_no_judgement_is_refused(tmp_path: Path, line: str):
    """File and line are named; a judgement says its kind and why."""
    (tmp_path / "rules.tsv").write_text(f"# a run\n{line}\n")
    with pytest.raises(ValueError, match=r"rules\.tsv, line 2"):
        listed(tmp_path / "rules.tsv")


def test_every_survivor_that_is_listed_is_judged():
    """bench/survivors: no break that no test sees stands there without a judgement."""
    lists = sorted(FOLDER.glob("*.tsv"))
    assert lists
    left = [
        f"{file.name}: {one.within}: {one.what}" for file in lists for one in listed(file) if one.judgement == UNJUDGED
    ]
    assert not left, left
