"""`mailflow procedure draw` as a manager's assistant calls it."""

from __future__ import annotations

import os
import struct

import pytest
from click.testing import CliRunner

from mailflow.cli.procedure import command
from mailflow.documents import raster
from mailflow.errors import MailflowError
from tests.study.shipped import FILES, ROOT

COUNCIL = ROOT / "config" / "procedures" / "council-concerns.toml"


def _run(*args: object):
    return CliRunner().invoke(command, ["draw", *map(str, args)])


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_picture_and_a_page(path, tmp_path) -> None:
    """The ending says which; the answer says what it shows; twice gives the same octets."""
    for name, begins in (("a.svg", b"<svg "), ("a.HTML", b"<!DOCTYPE html>")):
        result = _run(path, "-o", tmp_path / name)
        assert result.exit_code == 0 and "edition" in result.output, result.output
        once = (tmp_path / name).read_bytes()
        assert once.startswith(begins)
        _run(path, "-o", tmp_path / name)
        assert (tmp_path / name).read_bytes() == once


def test_a_picture_for_programs_that_show_no_svg(tmp_path) -> None:
    """PNG, 2,800 pixels wide."""
    result = _run(COUNCIL, "-o", tmp_path / "a.png")
    assert result.exit_code == 0, result.output
    assert struct.unpack(">I", (tmp_path / "a.png").read_bytes()[16:20]) == (2800,)


def test_an_ending_that_is_not_known(tmp_path) -> None:
    """The three that are stand in the answer, and nothing is written."""
    result = _run(COUNCIL, "-o", tmp_path / "a.pdf")
    assert result.exit_code == 2 and "a.pdf should end in .svg, .png or .html." in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_says_all_its_faults(tmp_path) -> None:
    """The same faults as the check names, and no half picture."""
    broken = tmp_path / "broken.toml"
    broken.write_text(COUNCIL.read_text("utf-8").replace('to = "REV"', 'to = "REW"'), "utf-8")
    result = _run(broken, "-o", tmp_path / "a.svg")
    assert result.exit_code == 78 and '"REW" is not declared' in result.stderr and "Nothing was drawn." in result.stderr
    assert not (tmp_path / "a.svg").exists()


def test_a_file_that_cannot_be_written(tmp_path) -> None:
    """One sentence that names it."""
    result = _run(COUNCIL, "-o", tmp_path / "none" / "a.svg")
    assert result.exit_code == 1 and "a.svg" in result.output and "Traceback" not in result.output


def test_png_without_its_library(tmp_path, monkeypatch) -> None:
    """What to install, and what works without it."""

    def absent(svg: str) -> bytes:
        raise MailflowError("To write PNG install it")

    monkeypatch.setattr(raster, "png", absent)
    result = _run(COUNCIL, "-o", tmp_path / "a.png")
    assert result.exit_code == 1 and "To write PNG install it." in result.output


def test_the_day_of_the_file_only_when_it_is_asked_for(tmp_path) -> None:
    """No clock stands in a picture; --dated puts on it when the file was last changed."""
    copy = tmp_path / "copy.toml"
    copy.write_bytes(COUNCIL.read_bytes())
    os.utime(copy, (1_800_000_000, 1_800_000_000))
    _run(copy, "-o", tmp_path / "a.svg")
    _run(copy, "-o", tmp_path / "b.svg", "--dated")
    assert "2027" not in (tmp_path / "a.svg").read_text("utf-8")
    assert "file of Friday 15 January 2027" in (tmp_path / "b.svg").read_text("utf-8")
