"""One deadline that has passed: make it an event, or hold it: the party's mail is not read, our letter has not left.

In: the agenda, the inbox, a `now`.
Out: True if something was found to do.
Fails: Conflict when another loop was first.
Limits: cost depends on what is due, not on what is open; what is held is asked again at every turn.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from mailflow.errors import Conflict, EditionUnreadable, Unavailable
from mailflow.flow import advance as stepping
from mailflow.flow import running, unsent
from mailflow.flow.people import addresses_of
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import office_for
from mailflow.procedure.case import Case, Fact
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import TimerDue
from mailflow.store import Unit
from mailflow.store.agenda import Due

log = structlog.get_logger()


def remind_one(house: House, now: datetime, *, late_letters: bool = True) -> bool:
    """Take the oldest due row that nothing holds back; when there is none, tell of letters that have not left.

    late_letters: False while nobody knows which have left (flow/catching_up.py).
    """
    with house.store.read() as unit:
        due_rows = [due for due in unit.agenda.due(now) if house.serves(due.case)]
    first: Exception | None = None
    for due in due_rows:
        try:
            with house.store.unit(purpose="deadline") as unit:
                if _take(house, unit, due, now):
                    return True
        except (Conflict, Unavailable):
            raise
        except EditionUnreadable:
            continue  # the administrator knows (flow/editions.py); the row waits until the case goes on
        except Exception as fault:  # one case whose deadline cannot be told must not stop the others
            first = first or fault
    told = late_letters and unsent.tell_unsent(house, now)
    if first is not None:
        raise first
    return told


def _take(house: House, unit: Unit, due: Due, now: datetime) -> bool:
    office = house.office_of(due.case)
    case = stepping.read_case(unit, due.case)
    procedure = stepping.procedure_of(house, office, case)
    office = office_for(office, procedure, case)
    not_left = unsent.held_because(case, due)
    if not_left:
        return _note_held(house, unit, office, procedure, case, due, not_left, now)
    if due.chases:
        why = held_because(unit, office, procedure, case, due, now)
        if why:
            return _note_held(house, unit, office, procedure, case, due, why, now)
        if _chased_today(office, procedure, case, due, now):
            return _put_off(house, unit, office, procedure, case, due, now)
    event = TimerDue(due.machine, due.timer, due.step, due.set_seq, _true_instant(case, due))
    cause = running.cause_of(due)
    facts = stepping.advance(house, unit, due.case, event, cause=cause, now=now, actor="clock")
    if not facts:
        # The clock was moved on by somebody else meanwhile: the row is history.
        current = [d for d in unit.agenda.of(due.case) if d == due]
        if current:
            unit.agenda.drop(due.case, due.machine, due.timer)
    log.info("deadline.passed", case=due.case, machine=due.machine, timer=due.timer, step=due.step, facts=len(facts))
    return True


def _true_instant(case: Case, due: Due) -> datetime:
    """When the step was due by its own clock: the agenda's row may have been put off."""
    machine = case.machines.get(due.machine)
    timer = machine.timers.get(due.timer) if machine else None
    return next((at for name, at in (timer.steps if timer else ()) if name == due.step), due.due_at)


def _chased_today(office: Office, procedure: Procedure, case: Case, due: Due, now: datetime) -> bool:
    """G10: after an outage a party gets at most one chaser on a case a day; the next waits for the next working day."""
    local = office.calendar.local_date
    today = local(now)
    if local(_true_instant(case, due)) >= today:
        return False
    chased = set(due.chases.split())
    return any(
        procedure.party_of(sent.role) in chased and sent.status in ("decided", "sent") and local(sent.at) == today
        for sent in case.letters.values()
    )


def _put_off(
    house: House, unit: Unit, office: Office, procedure: Procedure, case: Case, due: Due, now: datetime
) -> bool:
    """A fact, so that the agenda can be made again from the log; the clock keeps its own date."""
    until = _same_hour_next_working_day(office, due, now)
    key = running.put_off_key(due)
    cause = f"put off:{due.case}/{key}/{until.isoformat()}"
    if unit.log.knows(due.case, cause):
        return False
    fact = Fact("put_off", due.machine, {"key": key, "until": until.isoformat()})
    stepping.record(house, unit, office, procedure, case, [fact], cause=cause, now=now, actor="clock", at=due.due_at)
    log.info("chaser.tomorrow", case=due.case, timer=due.timer)
    return True


def _same_hour_next_working_day(office: Office, due: Due, now: datetime) -> datetime:
    hour = office.calendar.local_time(due.due_at)
    return office.calendar.instant(office.calendar.next_working_day(office.calendar.local_date(now)), hour)


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
        if unit.inbox.waiting_from(office.mailbox, addresses, domains):
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
    """ChaserHeld, once per reason; the row stays due, and is asked again until nothing holds it (G9, K9)."""
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
