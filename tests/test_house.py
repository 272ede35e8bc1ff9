"""The habits of the house: names, sizes, heads of files, words that belong in data, pins, and what a skip may mean."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

from tests.tree import PACKAGE, ROOT, Module, modules, none

PURPOSELESS = re.compile(r"(?i)(utils?|helpers?|commons?|misc|models?|managers?)(\.|$)")
LONGEST = 400  # lines; rooms aim at 350
HEAD = ("In:", "Out:", "Fails:", "Limits:")

# Words of the two published procedures. They stand in config/ and templates/, where an officer can change them; if one
# stands in Python, some rule has left the data.
PROCEDURE_WORDS = (
    "safeguarding|default[ _-]notice|remedial|referrer|senior[ _-]procurement|supplier[ _-]manager|eos|ariba|vocational"
    "|in[_-]house|provider"
)
WORDS = re.compile(rf"\b({PROCEDURE_WORDS})(s|'s)?\b", re.IGNORECASE)
# The demonstration plays an officer and the other parties, so it speaks their words.
WORD_DOORS = ("demo/",)


def headless(house: Sequence[Module]) -> Iterator[str]:
    for module in house:
        lines = [line.strip() for line in (ast.get_docstring(module.tree) or "").splitlines()]
        missing = [word for word in HEAD if not any(line.startswith(word) for line in lines)]
        only_a_sign = module.path.endswith("__init__.py") and len(module.tree.body) <= 1
        if not lines:
            yield f"mailflow/{module.path} does not say what it is"
        elif missing and not only_a_sign:
            yield f"mailflow/{module.path} does not say {' '.join(missing)}"


def telling(house: Sequence[Module]) -> Iterator[str]:
    for module in house:
        if module.path.startswith(WORD_DOORS):
            continue
        named = [(_words(name), line) for name, line in [*module.identifiers(), (module.path, 1)]]
        for text, line in [*module.strings(), *named]:
            for word in WORDS.finditer(text):
                yield f"mailflow/{module.path}:{line + text[: word.start()].count(chr(10))} says {word[0]!r}"


def _words(name: str) -> str:
    """SupplierManager and supplier_manager are both "supplier-manager"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).replace("_", "-")


@pytest.fixture(scope="module")
def house() -> list[Module]:
    """All modules as they stand."""
    return modules()


def test_no_room_without_a_purpose():
    """No file or folder is named for nothing in particular: what is in it belongs somewhere."""
    found = [path for path in PACKAGE.rglob("*") if PURPOSELESS.match(path.name)]
    none(str(path.relative_to(ROOT)) for path in found)


def test_rooms_stay_small():
    """A file of mailflow can be read in one sitting."""
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    sizes = {path.relative_to(ROOT).as_posix(): len(path.read_bytes().splitlines()) for path in files}
    none(f"{path} has {size} lines" for path, size in sizes.items() if size > LONGEST)


def test_each_module_says_what_it_takes_gives_and_cannot_do(house):
    """A module opens with what it is, then In:, Out:, Fails: and Limits:; an empty __init__.py only with what it is."""
    none(headless(house))


def test_no_word_of_a_procedure_stands_in_python(house):
    """Stages, roles, commands and letters are data: the same engine keeps the council's procedure and the insurer's."""
    none(telling(house))


@pytest.mark.parametrize(
    "text",
    [
        "x = 'Ask the Provider again'",
        "x = f'{name} is safeguarding'",
        "def send_default_notice(): ...",
        "class SupplierManager: ...",
        "case.referrers = 1",
        "write(vocational=True)",
        "x = 'an in-house service'",
        '"""Posts to EOS."""',
    ],
)
def test_a_planted_word_is_found(text: str):
    """The words are found in sentences, docstrings and all kinds of names."""
    assert list(telling([Module("flow/sort.py", text)]))


@pytest.mark.parametrize("text", ["x = 'videos'", "# provider", "provide()", "x = 'stands in the house'"])
def test_a_decent_word_passes(text: str):
    """Only whole words count, and a comment may give an example."""
    assert not list(telling([Module("flow/sort.py", text)]))


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("ascii")
    entries = re.sub(r"(?m)^\s*#.*\n", "", text).replace("\\\n", " ").splitlines()
    return {entry.split("==")[0]: entry for entry in entries if entry.strip()}


@pytest.mark.parametrize("name", ["build", "runtime", "demo", "test"])
def test_every_pin_has_a_version_and_a_hash_and_no_address(name: str):
    """What is installed is what was chosen, wherever it is fetched from; the file does not say from where."""
    for entry in _pins(name).values():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+(\s+--hash=sha256:[0-9a-f]{64})+\s*", entry)


def test_the_pins_agree():
    """The tests run with the versions that an office installs: runtime is part of demo, demo is part of test."""
    runtime, demo, test = _pins("runtime").items(), _pins("demo").items(), _pins("test").items()
    assert runtime <= demo <= test


def test_the_checks_run_what_people_run():
    """.ci/run calls make test and nothing else, so that nobody sees a failure that another cannot repeat."""
    lines = (ROOT / ".ci" / "run").read_text("ascii").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "export CI=true", "make test"]


SKIPPING = """
import pytest

@pytest.mark.dovecot
def test_of_a_server():
    pytest.skip("no dovecot here")

def test_of_something_else():
    pytest.skip("another reason")
"""


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 failed, 1 skipped"), ("", "2 skipped")])
def test_a_skipped_server_test_fails_where_the_checks_run(tmp_path, ci: str, outcome: str):
    """With CI set, a machine without the servers cannot look as if all were proved; at a desk it may skip them."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  dovecot: x\n", "ascii")
    (tmp_path / "test_skipping.py").write_text(SKIPPING, "ascii")
    assert outcome in _pytest(tmp_path, ci)


def test_a_file_that_skips_itself_fails_where_the_checks_run(tmp_path):
    """A whole file of tests cannot vanish unseen."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_skipping.py").write_text("import pytest\npytest.importorskip('no_such_library')\n", "ascii")
    assert "whole file was skipped" in _pytest(tmp_path, "true")


def _pytest(folder, ci: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    environment = {**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout
