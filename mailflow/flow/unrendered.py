"""Letters whose template could not be rendered: remembered, shown, and tried again until they are in the outbox.

In: the letters that advance.py could not put, kept in the office's small facts.
Out: letters in the outbox; the administrator heard of each when it failed.
Fails: Conflict and Unavailable; a letter that still cannot be rendered waits for the next time.
Limits: a letter that was taken back meanwhile is forgotten; its words state the case as it stands when it is rendered.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import structlog

from mailflow.errors import CannotRender, EditionUnreadable
from mailflow.flow import posting, sealing
from mailflow.flow.moment import Moment
from mailflow.flow.ports import House
from mailflow.flow.regions import office_for
from mailflow.procedure.case import Fact, fold, instant
from mailflow.store import Unit

log = structlog.get_logger()
FAR = 3650  # days; a letter on hold leaves when the hold is over
_LIST = "unrendered letters"


def remember(unit: Unit, letter_id: str, fault: str) -> None:
    """A letter waits to be rendered; `fault` names the template and what it misses."""
    unit.meta.put(f"unrendered:{letter_id}", fault)
    waiting = letters(unit)
    if letter_id not in waiting:
        unit.meta.put(_LIST, json.dumps([*waiting, letter_id]))


def forget(unit: Unit, letter_id: str) -> None:
    """A letter is in the outbox, or not wanted any more."""
    if unit.meta.drop(f"unrendered:{letter_id}"):
        unit.meta.put(_LIST, json.dumps([other for other in letters(unit) if other != letter_id]))


def letters(unit: Unit) -> list[str]:
    """The ids of all letters that wait to be rendered, oldest first."""
    return json.loads(unit.meta.get(_LIST) or "[]")


def why(unit: Unit, letter_id: str) -> str:
    """What was wrong when a letter was tried last, "" if it is not waiting."""
    return unit.meta.get(f"unrendered:{letter_id}") or ""


def retry_unrendered(house: House, now: datetime) -> bool:
    """Try every waiting letter once (at the start and hourly); True if one has found its way into the outbox."""
    with house.store.read() as unit:
        waiting = [letter_id for letter_id in letters(unit) if house.serves(letter_id)]
    done = False
    for letter_id in waiting:
        try:
            with house.store.unit(purpose="rendered") as unit:
                done = _again(house, unit, letter_id, now) or done
        except EditionUnreadable:
            log.warning("letter.unrendered", letter=letter_id)
        except CannotRender as fault:
            with house.store.unit(purpose="unrendered") as unit:
                remember(unit, letter_id, str(fault))
            log.warning("letter.unrendered", letter=letter_id)
    return done


def _again(house: House, unit: Unit, letter_id: str, now: datetime) -> bool:
    ref = letter_id.partition("/")[0]
    lines = unit.log.read(ref)
    history = sealing.facts_of(unit, lines)
    case = fold(history)
    at = next((n for n, f in enumerate(history) if f.kind == "letter" and f.data["letter"] == letter_id), None)
    if at is None or case.letters[letter_id].status != "decided":
        forget(unit, letter_id)
        return False
    procedure = house.procedure_of(house.office_of(ref), case.edition)
    office = office_for(house.office_of(ref), procedure, case)
    # The facts of the same decision, which a letter may tell.
    facts = [f for f, line in zip(history, lines, strict=True) if line.cause == lines[at].cause]
    fact = history[at]
    due = max(now, instant(fact.data["leave_at"]))
    role = procedure.roles.get(procedure.party_of(str(fact.data["role"])))
    if role is not None and not role.is_officer:
        if case.hold:
            due = now + timedelta(days=FAR)  # until the hold ends (composition 10)
        elif due != instant(fact.data["leave_at"]):
            due = office.calendar.office_time(due)  # K10
    fact = Fact(fact.kind, fact.machine, {**fact.data, "leave_at": due.isoformat()})
    posting.put(Moment(house, unit, office, procedure, case, facts, history, now), fact)
    forget(unit, letter_id)
    log.info("letter.rendered", letter=letter_id)
    return True
