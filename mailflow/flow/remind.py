"""One deadline that has passed: make it an event, or hold it because the party's mail is not read yet.

In: the agenda, the inbox, a `now`.
Out: True if something was found to do.
Fails: Conflict when another loop was first.
Limits: cost depends on what is due, not on what is open; a held chaser is asked again when the inbox changes.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from mailflow.errors import Conflict, Unavailable
from mailflow.flow import advance as stepping
from mailflow.flow.people import addresses_of
from mailflow.flow.ports import House, Office
from mailflow.procedure.case import Case, Fact
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import TimerDue
from mailflow.store import Unit
from mailflow.store.agenda import Due

log = structlog.get_logger()


def remind_one(house: House, now: datetime) -> bool:
    """Take the oldest due row that nothing holds back."""
    with house.store.read() as unit:
        due_rows = unit.agenda.due(now)
    first: Exception | None = None
    for due in due_rows:
        try:
            with house.store.unit() as unit:
                if _take(house, unit, due, now):
                    return True
        except (Conflict, Unavailable):
            raise
        except Exception as fault:  # one case whose deadline cannot be told must not stop the others
            first = first or fault
    if first is not None:
        raise first
    return False


def _take(house: House, unit: Unit, due: Due, now: datetime) -> bool:
    office = house.office_of(due.case)
    case = stepping.read_case(unit, due.case)
    procedure = stepping.procedure_of(house, office, case)
    if due.chases:
        why = held_because(unit, office, procedure, case, due, now)
        if why:
            return _note_held(house, unit, office, procedure, case, due, why, now)
    event = TimerDue(due.machine, due.timer, due.step, due.set_seq, due.due_at)
    cause = f"deadline:{due.case}/{due.machine}/{due.timer}/{due.set_seq}/{due.step}"
    facts = stepping.advance(house, unit, due.case, event, cause=cause, now=now, actor="clock")
    if not facts:
        # The clock was moved on by somebody else meanwhile: the row is history.
        current = [d for d in unit.agenda.of(due.case) if d == due]
        if current:
            unit.agenda.drop(due.case, due.machine, due.timer)
    log.info("deadline.passed", case=due.case, machine=due.machine, timer=due.timer, step=due.step, facts=len(facts))
    return True


def held_because(unit: Unit, office: Office, procedure: Procedure, case: Case, due: Due, now: datetime) -> str:
    """G9: why a chaser may not leave yet, or ""."""
    read_through = unit.inbox.read_through(office.mailbox)
    if read_through is None or read_through < due.due_at:
        return "the mailbox has not been read up to the due instant"
    today = office.calendar.local_date(now)
    for role in due.chases.split():
        if case.unjudged.get(role):
            return "a mail of the party waits for the officer's judgement"
        addresses, domains = addresses_of(office, procedure, case, role, today)
        if unit.inbox.waiting_from(addresses, domains):
            return "a mail of the party is unread, held or not yet placed"
        if _asked_about(unit, case.ref, role):
            return "a mail that may be the party's waits for an officer's answer"
    return ""


def _asked_about(unit: Unit, ref: str, role: str) -> bool:
    """Whether an open question is about a mail that may be of this party, from an address nobody knows (5.2, M57)."""
    for held in unit.held.all_open():
        of = (held.suggestion.get("case"), *held.suggestion.get("others", ()))
        if ref in of and held.suggestion.get("role") in ("", role):
            return True
    return False


def _note_held(
    house: House, unit: Unit, office: Office, procedure: Procedure, case: Case, due: Due, why: str, now: datetime
) -> bool:
    """ChaserHeld, once per reason; the row stays due and is asked again when the inbox changes."""
    key = f"{due.machine}/{due.timer}/{due.set_seq}"
    if case.held_chasers.get(key) == why:
        return False
    fact = Fact("chaser_held", due.machine, {"key": key, "why": why, "at": now.isoformat()})
    cause = f"held:{due.case}/{key}/{due.step}/{why}"
    if unit.log.knows(due.case, cause):
        return False
    stepping.record(house, unit, office, procedure, case, [fact], cause=cause, now=now, actor="clock", at=due.due_at)
    log.info("chaser.held", case=due.case, timer=due.timer, why=why)
    return False
