"""mailflow held: mails that belong to nobody yet and letters in doubt; and an operator's answer to them.

In: the settings; a tag; for a mail the case it belongs to.
Out: the open questions; or the mail placed, sorted again or set aside, the letter sent again or counted as sent.
Fails: exit 1 for a tag that is not open, or an answer that does not fit it.
Limits: the officer who was asked can answer by mail as well; whoever is first settles it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, case_of, columns, config_option, json_option, opened
from mailflow.errors import MailflowError
from mailflow.flow import revealing, settling
from mailflow.flow.ports import House, Office
from mailflow.store import Held, Unit

OPERATOR = "operator"


@click.group("held", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show what waits for an answer, and answer it."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed)


@command.command("list")
@config_option
@json_option
def listed(config: Path | None = None, as_json: bool = False) -> None:
    """The open questions, oldest first."""
    with opened(config) as house, house.store.read() as unit:
        rows = [told(house, unit, held) for held in unit.held.all_open()]
    if as_json:
        click.echo(as_text(rows))
    elif not rows:
        click.echo("Nothing is held.")
    else:
        keys = ("tag", "what", "asked_at", "asked_last", "reason", "suggested")
        titles = ["Tag", "What", "Since", "Asked last", "Why", "Perhaps"]
        columns([titles, *([str(row[key]) for key in keys] for row in rows)])


@command.command("assign")
@click.argument("tag")
@click.argument("ref")
@click.option("--role", default="", help="In which role the sender writes; left out: as the case knows them.")
@config_option
@json_option
def assign(tag: str, ref: str, role: str, config: Path | None, as_json: bool) -> None:
    """The mail held under TAG belongs to the case REF: it counts from its own date of arrival."""
    from mailflow.flow.answering import accept
    from mailflow.flow.arrived import read_again

    with opened(config) as house, house.store.unit() as unit:
        held = _open(unit, tag)
        case = case_of(house, unit, ref)
        office = _office_of(house, unit, held, case)
        if role and role not in house.office_of(case).procedure.roles:
            known = ", ".join(name for name, r in office.procedure.roles.items() if not r.is_officer)
            raise MailflowError(f"There is no role {role!r}; the parties are: {known}.")
        original = read_again(unit, office, held.identity)
        given = role or str(held.suggestion.get("role") or "")
        accept(house, unit, office, original, case, given, OPERATOR, wiring.now_of(house))
        unit.held.close(held.tag, f"assigned to {case} by the {OPERATOR}")
    _say(as_json, {"tag": held.tag, "case": case}, f"The mail held as {held.tag} is on {case}.")


@command.command("release")
@click.argument("tag")
@config_option
@json_option
def release(tag: str, config: Path | None, as_json: bool) -> None:
    """Sort the mail held under TAG again; a letter in doubt is sent again, under the same Message-ID."""
    from mailflow.flow import doubt

    with opened(config) as house, house.store.unit() as unit:
        held = _open(unit, tag)
        if _is_letter(held):
            done = doubt.resend(unit, held.identity, wiring.now_of(house))
            words = f"The letter held as {held.tag} leaves again."
        else:
            now = wiring.now_of(house)
            done = settling.settle(unit, held.identity, "kept", f"released by the {OPERATOR}", now=now)
            words = f"The mail held as {held.tag} will be sorted again."
        if not done:
            raise MailflowError(f"{held.tag} has been settled meanwhile.")
        unit.held.close(held.tag, f"released by the {OPERATOR}")
    _say(as_json, {"tag": held.tag, "released": True}, words)


@command.command("settle")
@click.argument("tag")
@config_option
@json_option
def settle(tag: str, config: Path | None, as_json: bool) -> None:
    """Set the mail held under TAG aside: it is not for us. A letter in doubt counts as sent."""
    from mailflow.flow import doubt

    with opened(config) as house, house.store.unit() as unit:
        held = _open(unit, tag)
        if _is_letter(held):
            done = doubt.count_as_sent(unit, held.identity, wiring.now_of(house))
            words = f"The letter held as {held.tag} counts as sent."
        else:
            now = wiring.now_of(house)
            done = settling.settle(unit, held.identity, "done", f"set aside by the {OPERATOR}", now=now)
            words = f"The mail held as {held.tag} is set aside; it is kept."
        if not done:
            raise MailflowError(f"{held.tag} has been settled meanwhile.")
        unit.held.close(held.tag, f"settled by the {OPERATOR}")
    _say(as_json, {"tag": held.tag, "settled": True}, words)


def told(house: House, unit: Unit, held: Held) -> dict[str, object]:
    """What the list tells of one question; no words of the mail."""
    kept = unit.inbox.get(held.identity)
    asked = held.suggestion.get("asked") or {}
    shown = {
        "tag": held.tag,
        "what": "letter" if _is_letter(held) else "mail",
        "identity": held.identity,
        "reason": held.reason,
        "asked_at": held.asked_at,
        "asked_last": " ".join(asked.get("to", ())),
        "asked_last_at": asked.get("at") or held.asked_at,
        "arrived_at": kept.arrived_at if kept else None,
        "suggested": held.suggestion.get("case") or "",
        "suggestion": held.suggestion,
    }
    case = str(shown["suggested"])
    return revealing.without(revealing.on_case(house, unit, case), shown) if case and unit.log.last(case) else shown


def _is_letter(held: Held) -> bool:
    return "letter" in held.suggestion


def _open(unit: Unit, tag: str) -> Held:
    typed = tag.strip().strip("[]")
    held = unit.held.by_tag(typed) or unit.held.by_tag(typed.upper())
    if held is None or not held.open:
        raise MailflowError(f'Nothing is held under {typed}. "mailflow held list" shows what is.')
    return held


def _office_of(house: House, unit: Unit, held: Held, case: str) -> Office:
    kept = unit.inbox.get(held.identity)
    if kept is None:
        raise MailflowError(f"{held.tag} is about a letter, not a mail: release or settle it.")
    office = house.office_of(case)
    if office.mailbox != kept.mailbox:
        raise MailflowError(f"{case} is a case of {office.mailbox}, but the mail came to {kept.mailbox}.")
    return office


def _say(as_json: bool, value: Mapping[str, object], words: str) -> None:
    click.echo(as_text(value) if as_json else words)
