"""mailflow explain: why a case stands where it stands, who is waited for, and what happens if nothing comes.

In: the settings and a reference as a person types it.
Out: the stage in the paper's words, why, the dates and their working, what is foreseen, who may say what; or JSON.
Fails: exit 1 for a case that is not known, or restricted.
Limits: shows officers' and parties' names; what people wrote is not shown (see mailflow show --words).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, config_option, json_option, opened, readable_case_of
from mailflow.flow import revealing
from mailflow.flow.advance import procedure_of, read_case
from mailflow.flow.explaining import Explanation, Standing, explain
from mailflow.flow.telling import DateWords
from mailflow.procedure.deadlines import long_date


@click.command("explain")
@click.argument("ref")
@config_option
@json_option
def command(ref: str, config: Path | None, as_json: bool) -> None:
    """Say why a case stands where it stands, and what comes next."""
    with opened(config) as house, house.store.read() as unit:
        name = readable_case_of(house, unit, ref)
        office, case = house.office_of(name), read_case(unit, name)
        procedure = procedure_of(house, office, case)
        told = explain(house, unit, office, procedure, case, unit.log.read(name), wiring.now_of(house))
        who = revealing.whom(unit, office, procedure, case)
    if as_json:
        click.echo(as_text(revealing.without(who, asdict(told))))
        return
    for line in lines_of(told):
        click.echo(revealing.without(who, line))


def lines_of(told: Explanation) -> Iterator[str]:
    """The explanation for a person at a terminal, at most 100 columns."""
    older = "" if told.newest else ", which is not the newest: it began with this one"
    yield f"{told.ref}  {told.procedure}"
    yield from _wrapped(f"Edition {told.edition}{older}. Working days: {told.calendar}.", "")
    if told.hold:
        yield told.hold
    for standing in told.standings:
        yield ""
        yield from _standing(standing)
    yield from ("", "Next dates")
    for due in told.dates:
        yield from _date(due)
    if not told.dates:
        yield "  Nothing is timed."
    yield from ("", "If nothing comes")
    for when, what in told.foreseen:
        yield f"  {when}"
        for one in what:
            yield from _wrapped(f"- {one}", "    ")
    if not told.foreseen:
        yield "  Nothing happens by itself."
    yield from ("", "What each person may say now")
    for one in told.may_say:
        yield f"  {one.who} ({one.names})"
        yield from _wrapped("; ".join(one.words), "    ")
    yield from _wrapped(f"Officers may always say: {'; '.join(told.always)}", "  ")


def _standing(one: Standing) -> Iterator[str]:
    number = f"stage {one.stage}, " if one.stage else ""
    head = f"{one.title}: " if one.title else ""
    where = f"{head}{number}{one.state}, since {one.since}."
    yield where[0].upper() + where[1:]
    for clause in one.clauses:
        yield from _wrapped(f'The paper says: "{clause}"', "  ")
    if one.owner:
        yield from _wrapped(f"Whose step it is: {one.owner}", "  ")
    if one.awaited:
        yield from _wrapped(f"Waiting for: {one.awaited}", "  ")
    for why in one.why:
        yield from _wrapped(f"Why here: {why}", "  ")


def _date(due: DateWords) -> Iterator[str]:
    hour = f", {due.at}" if due.at else ""
    yield f"  {long_date(due.day)}{hour}: {due.label}"
    yield from _wrapped(f'"{due.clause}": {due.working}', "    ")


def _wrapped(words: str, indent: str) -> list[str]:
    return textwrap.wrap(words, 100, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False)
