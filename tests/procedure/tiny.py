"""A tiny procedure that is sound, to be broken in one place for each finding: an office answers requests.

The file is tiny.toml: three stages, officers, two parties, a child for each check. Its letters are LETTERS.
"""

from __future__ import annotations

from pathlib import Path

from mailflow.errors import Fault
from mailflow.procedure.definition import Procedure
from mailflow.procedure.proof import Findings, prove
from mailflow.procedure.reading import read
from tests.procedure.driver import calendar

FILE = "tiny.toml"
TEXT = (Path(__file__).parent / FILE).read_text("utf-8")

LETTERS = {
    "L1": "Request {{ ref }} from {{ case.asker }}",
    "L2": "A request has come{% if due %}; please reply by {{ when(due) }}{% endif %}",
    "L3": "Our answer: {{ case.answer }}",
    "L7": "Noted",
    "L8": "Please act",
    "L9": "Late",
}


def templates(folder: Path, **changed: str) -> Path:
    """The letters as files under a folder, some of them worded otherwise; "" leaves one out."""
    (folder / "tiny").mkdir(parents=True)
    for name, words in {**LETTERS, **changed}.items():
        if words:
            page = '{% extends "page.j2" %}{% block subject %}Request{% endblock %}{% block content %}\n'
            (folder / "tiny" / f"{name}.j2").write_text(f"{page}{words}\n{{% endblock %}}\n", "utf-8")
    return folder


def broken(*changes: tuple[str, str]) -> str:
    """The text with each first part once replaced by the second."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def parsed(text: str) -> tuple[Procedure, list[Fault]]:
    """The procedure of a text, and what the reader finds."""
    procedure, faults = read(text, FILE)
    assert procedure is not None
    return procedure, faults


def proved(*changes: tuple[str, str], **settings: object) -> Findings:
    """What is found by playing the tiny procedure with these changes."""
    procedure, faults = parsed(broken(*changes))
    assert not faults, faults
    return prove(procedure, calendar(), settings)


def line(text: str, words: str) -> int:
    """The line on which these words stand first."""
    return next(n for n, one in enumerate(text.splitlines(), 1) if words in one)
