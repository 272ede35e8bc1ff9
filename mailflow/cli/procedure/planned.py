"""What another edition means for open cases, for a person at a terminal and for programs.

In: plans of flow/adopting.py, the words of the old and the new edition.
Out: lines; or plain values for JSON.
Fails: never.
Limits: names no people, only references, stages, clocks and dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from mailflow.flow.adopting import Plan
from mailflow.procedure.adopting import Fate
from mailflow.procedure.deadlines import short_date
from mailflow.procedure.definition import Procedure
from mailflow.procedure.telling_names import in_sentence, joined
from mailflow.study.comparison import Change


def lines(plan: Plan, new: Procedure) -> Iterator[str]:
    """One case: where it stands, and what becomes of each clock, or why it cannot move."""
    stages = "; ".join(f"{s.machine}: {s.title} ({s.code})" for s in plan.stages)
    yield f"{plan.ref}  edition {plan.edition} -> {new.edition}  {stages}"
    for why in plan.obstacles:
        yield f"  cannot move: {why}"
    for fate in plan.moves:
        yield f"  {fate.what:<9} {fate.machine}: {fate.step}: {_dates(fate)}"
    kept = [f for f in plan.fates if f.what == "keeps"]
    if kept:
        yield f"  keeps     {'; '.join(f'{f.machine}: {f.step}, {_day(f.new)}' for f in kept)}"
    if plan.letters:
        yield f"  we write  about the new date to: {told_to(plan, new)}"


def told_to(plan: Plan, new: Procedure) -> str:
    """The parties who get a letter, by their titles."""
    titles = [new.roles[new.party_of(r)].title if new.party_of(r) in new.roles else r for r in plan.letters]
    return joined((in_sentence(t) for t in dict.fromkeys(titles)), "and")


def _dates(fate: Fate) -> str:
    if fate.what == "appears":
        return _day(fate.new)
    return f"was {_day(fate.old)}" if fate.what == "vanishes" else f"{_day(fate.old)} -> {_day(fate.new)}"


def _day(day: date | None) -> str:
    return short_date(day) if day else "no date"


def values(plan: Plan) -> dict[str, object]:
    """The same for programs."""
    return {
        "ref": plan.ref,
        "edition": plan.edition,
        "stages": [{"machine": s.machine, "code": s.code, "title": s.title} for s in plan.stages],
        "clocks": [
            {"machine": f.machine, "timer": f.timer, "step": f.step, "what": f.what, "old": f.old, "new": f.new}
            for f in plan.fates
        ],
        "cannot_move": list(plan.obstacles),
        "letters_to": list(plan.letters),
    }


def change_values(changes: Iterable[Change]) -> list[dict[str, str]]:
    """Changes between editions for programs."""
    return [
        {"who": c.who, "about": c.about, "name": c.name, "words": c.words, "old": c.old, "new": c.new} for c in changes
    ]
