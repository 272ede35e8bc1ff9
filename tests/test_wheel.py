"""The wheel: what an office installs works without the checkout it was built from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tree import ROOT

SHIPPED = ("templates", "config", "systemd")
NEEDED = ("mailflow", *SHIPPED, "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder with mailflow installed from a wheel; it is built from a copy, so that no build/ is left in the tree."""
    work = tmp_path_factory.mktemp("wheel")
    copy = work / "copy"
    copy.mkdir()
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", work / "wheels", copy)
    (wheel,) = (work / "wheels").glob("mailflow-*.whl")
    _pip("install", "--no-deps", "--no-index", "--target", work / "site", wheel)
    shutil.rmtree(copy)
    return work / "site"


def _pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _run(site: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}  # before the checkout, which may be installed in place
    done = subprocess.run(
        [sys.executable, *arguments], cwd=site.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def _files(folder: Path) -> set[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not any(part.startswith((".", "__pycache__")) for part in path.parts)}


def test_the_program_starts_from_the_wheel(installed):
    """`python -m mailflow --help` answers, from the installed package and not from the checkout."""
    assert Path(_run(installed, "-c", "import mailflow; print(mailflow.__file__)")).is_relative_to(installed)
    assert "Usage: mailflow" in _run(installed, "-m", "mailflow", "--help")


@pytest.mark.parametrize("kind", SHIPPED)
def test_the_wheel_carries_all_shipped_files(installed, kind: str):
    """Letters, example configuration and units are found outside the checkout: all of them, and none besides."""
    there = Path(_run(installed, "-c", f"from mailflow.places import shipped; print(shipped({kind!r}))"))
    assert there.is_relative_to(installed)
    assert _files(there) == _files(ROOT / kind) != set()


def test_the_wheel_carries_all_of_the_package(installed):
    """No module, migration or other file of mailflow/ is left behind."""
    files = {path for path in _files(installed / "mailflow") if not path.startswith("shipped/")}
    assert files == _files(ROOT / "mailflow")


def test_a_checkout_finds_its_own_files():
    """Without a wheel the files are read where officers correct them, at the root of the repository."""
    code = "from mailflow.places import shipped; print(shipped('systemd'))"
    assert _run(ROOT / "mailflow", "-c", code) == str(ROOT / "systemd")


def test_an_incomplete_installation_says_so(installed):
    """A missing folder is named, with what to do."""
    code = "from mailflow.places import shipped; shipped('lost')"
    with pytest.raises(AssertionError, match="Install mailflow again"):
        _run(installed, "-c", code)
