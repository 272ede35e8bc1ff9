"""Words as people fill them in: sometimes complete, sometimes with a blank left out or a date that has passed.

In: a case played to some point, a verb, dice, and how careful the speaker is.
Out: the blanks of one saying.
Fails: never.
Limits: knows blanks by their types only; texts are made up.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from mailflow.procedure.definition import Procedure, Verb
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Machine
from mailflow.procedure.stimuli import BLANK, OTHER_CASE

LATER_DAYS = (1, 5, 9, 13, 20, 30)
NAMES = ("Ash", "Beech", "Cedar")


def filled(
    dice: Random, play: Rehearsal, verb: Verb, machine: Machine | None = None, *, careful: bool = True
) -> dict[str, object]:
    """The blanks of a word as somebody fills them in."""
    forms = sorted(verb.say, key=lambda say: -len(BLANK.findall(say)))
    form = forms[0] if forms and (careful or dice.random() < 0.5) else dice.choice(forms or [""])
    today = play.calendar.local_date(play.now)
    blanks = {name: _value(dice, play, verb, kind, today, careful) for name, kind in BLANK.findall(form)}
    blanks |= _details(dice, play.procedure, verb, today, careful)
    if machine is not None and machine.item and (careful or dice.random() < 0.9):
        blanks["n"] = machine.item
    elif careful:
        blanks.pop("n", None)
    if not careful:
        blanks = {name: value for name, value in blanks.items() if dice.random() < 0.95}
    return blanks


def _details(dice: Random, procedure: Procedure, verb: Verb, today: date, careful: bool) -> dict[str, object]:
    """What stands on the lines below the word: a list of items, or one of several answers."""
    answers: dict[str, list[str]] = {}
    found: dict[str, object] = {}
    for detail in procedure.verbs.values():
        if verb.name not in detail.part_of or not detail.into:
            continue
        name, _, value = detail.into.partition("=")
        if value:
            answers.setdefault(name, []).append(value)
        else:
            found[name] = [_item(dice, detail, today, careful) for _ in range(dice.choice((0, 0, 1, 2)))]
    # The answer that the file names last is the usual one.
    return found | {name: dice.choice((*values, values[-1], values[-1])) for name, values in answers.items()}


def _item(dice: Random, detail: Verb, today: date, careful: bool) -> dict[str, object]:
    form = max(detail.say, key=len)
    item: dict[str, object] = {}
    for name, kind in BLANK.findall(form):
        if kind == "date":
            item[name] = today + timedelta(days=dice.choice((12, 30))) if careful or dice.random() < 0.7 else None
        elif kind != "number":
            item[name] = "words"
    return item


def _value(dice: Random, play: Rehearsal, verb: Verb, kind: str, today: date, careful: bool) -> object:
    sets = verb.act == "set"
    if kind == "address":
        return f"{verb.field.replace('_', '-')}@elsewhere.example" if sets else dice.choice(sorted(play.terms.officers))
    if kind in ("date", "pastdate"):
        return _date(dice, verb, kind, today, careful)
    return {
        "number": dice.randint(1, 3),
        "reference": OTHER_CASE,
    }.get(kind, dice.choice(NAMES) if sets else "words")


def _date(dice: Random, verb: Verb, kind: str, today: date, careful: bool) -> date:
    if kind == "pastdate":
        return today - timedelta(days=dice.choice((0, 0, 0, 1, 30, 200) if verb.act == "set" else (0, 0, 0, 1)))
    if verb.act == "hold":
        return today + timedelta(days=dice.randint(1, 28))
    return today + timedelta(days=dice.choice(LATER_DAYS if careful else (-3, *LATER_DAYS)))
