"""Whole mails of officers, from octets to commands: what is said, asked, or only kept (domain.md 5.1, 5.2)."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailflow.mail import commands, parse, reply_text
from mailflow.mail.classify import classify
from tests.mail import writing

THURSDAY = date(2027, 2, 18)
PROCEDURES = Path(__file__).parents[2] / "config" / "procedures"
FILES = {"council": "council-concerns.toml", "insurer": "insurer-performance.toml"}


def _forms(name: str) -> tuple[commands.Form, ...]:
    verbs = tomllib.loads((PROCEDURES / name).read_text(encoding="utf-8"))["verbs"]
    return tuple(
        commands.Form(verb, say, told.get("decision", False), tuple(told.get("part_of", ())), told.get("into", ""))
        for verb, told in verbs.items()
        for say in told.get("say", ())
    )


FORMS = {name: _forms(file) for name, file in FILES.items()}
ROWS = writing.rows()


def _add(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def read_whole(octets: bytes, procedure: str) -> commands.Reading:
    """What the daemon reads in a mail: its octets parsed, its own words split off, its commands read."""
    message = parse.parse(octets)
    return commands.read(reply_text.split(message).new, message.subject, FORMS[procedure], THURSDAY, _add)


def _verdict(reading: commands.Reading) -> str:
    if reading.sayings:
        return " ".join(saying.verb for saying in reading.sayings)
    return "asked" if reading.doubts or reading.looks_like_decision else "note"


def _wanted(taken: str) -> list[tuple[str, dict[str, str]]]:
    """The verbs a row names, each with the blanks it names: "extend(until=2027-02-26) undo"."""
    return [
        (verb, dict(pair.strip().split("=", 1) for pair in blanks.split(";") if pair.strip()))
        for verb, blanks in re.findall(r"(\w+)(?:\(([^()]*)\))?", taken)
    ]


def _agrees(row: writing.Row, reading: commands.Reading) -> bool:
    if row.taken == "asked":
        return _verdict(reading) == "asked"
    if row.taken == "nothing":
        return not reading.sayings
    wanted = _wanted(row.taken)
    return [verb for verb, _ in wanted] == [saying.verb for saying in reading.sayings] and all(
        str(saying.blanks.get(name)) == value
        for (_, blanks), saying in zip(wanted, reading.sayings, strict=True)
        for name, value in blanks.items()
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"line {row.at}: {row.taken}")
def test_whole_mails(row):
    """Each mail is taken for what its writer said; quotes, signatures, footers and doubts do nothing."""
    reading = read_whole(writing.octets(row), row.procedure)
    assert _agrees(row, reading), f"taken for {_verdict(reading)}: {reading.doubts or reading.note}"


def test_the_table_is_large_enough_and_little_is_asked():
    """At least 200 mails; of those that say something, at most one in twenty is asked about."""
    said = [row for row in ROWS if row.taken not in ("asked", "nothing")]
    asked = [row for row in said if not read_whole(writing.octets(row), row.procedure).sayings]
    assert len(ROWS) >= 200
    assert len(asked) * 20 <= len(said)


def test_every_mail_that_says_something_is_a_persons():
    """None of these mails is surely taken for a machine's, or its words would not be read at all."""
    said = [row for row in ROWS if row.taken != "nothing"]
    kinds = {row.at: classify(parse.parse(writing.octets(row))) for row in said}
    assert {at: kind for at, kind in kinds.items() if kind.name not in ("human", "receipt") and kind.surely} == {}
