"""Named fail points: each stands in the code and in the list, and no shipped daemon can have one."""

from __future__ import annotations

import ast
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow import failpoints, settings, wiring
from mailflow.errors import ConfigurationError
from tests.installation import write
from tests.tree import ROOT, Module, modules

AROUND = ("around", "awaited")
SIDES = ("before", "after")
# The operator's commands end where they are told to; only the daemon is killed by name.
COMMANDS = ("cli/", "flow/adopting.py", "store/")


@pytest.fixture(autouse=True)
def _unarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


@pytest.fixture(scope="module")
def house() -> list[Module]:
    """All modules as they stand, read once."""
    return modules()


def _calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    for node in module.nodes:
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def _words(nodes: list[ast.expr]) -> list[str]:
    """The string constants, those of either way of an "a if b else c" too."""
    return [
        n.value for node in nodes for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]


def _purposes(call: ast.Call) -> list[str]:
    return _words([keyword.value for keyword in call.keywords if keyword.arg == "purpose"])


def _in_code(house: list[Module]) -> set[str]:
    found: set[str] = set()
    for module in house:
        if module.path == "failpoints.py":
            continue
        for name, call in _calls(module):
            words = _words(call.args)
            if name == "reach" and len(words) == 2 and words[0] != "commit.":  # "commit." and a purpose: Store.unit
                found.add(".".join(words))
            elif name in AROUND and words:
                found |= {f"{words[0]}.{side}" for side in SIDES}
            elif name == "unit":
                found |= {f"commit.{purpose}.{side}" for purpose in _purposes(call) for side in SIDES}
    return found


def test_the_list_names_every_point_in_the_code_and_no_other(house: list[Module]):
    """A point that is in no list is killed by no test; one that is nowhere in the code would be waited for in vain."""
    assert sorted(failpoints.POINTS) == sorted(_in_code(house))


def test_every_transaction_of_the_daemon_says_what_it_is_for(house: list[Module]):
    """A commit without a purpose could not be killed by name."""
    silent = [
        f"mailflow/{module.path}:{call.lineno}"
        for module in house
        if not module.path.startswith(COMMANDS)
        for name, call in _calls(module)
        if name == "unit" and not _purposes(call)
    ]
    assert silent == []


def test_nothing_happens_unarmed():
    """Points that are passed by a daemon like any other do nothing."""
    failpoints.reach("smtp.dot", "before")

    async def said() -> int:
        return 2

    assert failpoints.around("imap.search", lambda: 1) == 1
    assert asyncio.run(failpoints.awaited("smtp.mail", said())) == 2


@pytest.mark.parametrize("plan", ["smtp.dot", "smtp.dot.between", "smtp.dot.before:0", "smtp.dot.before:x", "nothing"])
def test_a_plan_that_names_no_point_is_refused(plan: str):
    """A misspelt plan would let a test pass that killed nobody."""
    with pytest.raises(ValueError, match="names no fail point"):
        failpoints.arm(plan)


@pytest.mark.parametrize(("plan", "passed"), [("smtp.dot.after", 1), ("smtp.rcpt.before, smtp.dot.after:3", 3)])
def test_the_process_dies_at_the_planned_passing(plan: str, passed: int):
    """SIGKILL at the nth passing and not before; the last line on standard error names the point."""
    code = (
        "from mailflow import failpoints\n"
        f"failpoints.arm({plan!r})\n"
        "for n in range(1, 9):\n"
        "    print(n, flush=True)\n"
        "    failpoints.reach('smtp.dot', 'before')\n"
        "    failpoints.reach('smtp.dot', 'after')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == -9
    assert ran.stdout.split() == [str(n) for n in range(1, passed + 1)]
    assert ran.stderr == "killed at smtp.dot.after\n"


def test_only_a_test_installation_takes_up_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A daemon with the shipped settings ignores the variable, whatever stands in it."""
    monkeypatch.setenv("MAILFLOW_FAILPOINT", "smtp.dot.after")
    armed: list[str] = []
    monkeypatch.setattr(failpoints, "arm", armed.append)
    for name, pretend in (("real", False), ("test", True)):
        (tmp_path / name).mkdir()
        wiring.arm_failpoint(settings.load(write(tmp_path / name, pretend=pretend)))
    assert armed == ["", "smtp.dot.after"]


def test_a_misspelt_plan_is_a_fault_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The daemon does not start with it."""
    monkeypatch.setenv("MAILFLOW_FAILPOINT", "smtp.dot")
    with pytest.raises(ConfigurationError, match="names no fail point"):
        wiring.arm_failpoint(settings.load(write(tmp_path)))
