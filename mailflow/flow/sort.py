"""One kept mail is sorted, in one commit; one that cannot be is tried a few times and then put aside.

In: the oldest mail in state "kept", a `now`.
Out: True if there was one; the mail ends done, held or quarantined.
Fails: Conflict and Unavailable go on to the loop; anything else counts as a try and leads to quarantine in the end.
Limits: where a mail goes is routing.py's matter; one poison mail never stops the next.
"""

from __future__ import annotations

import traceback
from datetime import datetime

import structlog

from mailflow.errors import Conflict, EditionUnreadable, Unavailable, Unreadable
from mailflow.flow import origin, oversize, routing, settling
from mailflow.flow.arrived import read_head, read_mail
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House, Office, Try
from mailflow.store import Unit
from mailflow.store.inbox import Kept

log = structlog.get_logger()
MOST_TRIES = 3
# A try that the store has ended is no try of the mail. If it ends so often, with the store there for all before it, the
# mail itself may be what the store cannot bear.
MOST_ENDED = 10
CONFLICTS = 5  # another loop that was first is no fault of the mail: it is sorted again within the same try


def sort_one(house: House, now: datetime, mailbox: str = "") -> bool:
    """Sort the oldest kept mail.

    mailbox: only of this one, where others sort the rest. The house's first one brings along what nobody reads any
    more.
    """
    with house.store.read() as unit:
        # What came for an office that is not served waits until its files are mended.
        served = {office.mailbox for office in house.offices.values()}
        wanted = served if house.faulty else None
        if mailbox:
            left_over = set(unit.inbox.read_through_all()) - served if house.is_first(mailbox) else set()
            wanted = {mailbox, *(() if house.faulty else left_over)}
        waiting = unit.inbox.next_kept(1, wanted)
    if not waiting:
        return False
    kept = waiting[0]
    this = house.ended_tries.pop(kept.identity, None)
    if this is None or this.number < kept.tries:
        this = Try(kept.tries + 1)
    try:
        with house.store.unit(purpose="try") as unit:
            # Counted before the try, so that a mail which ends the whole process is given up as well.
            if kept.tries < this.number:
                unit.inbox.tried(kept.identity)
            tries = this.number - int(unit.meta.get(_given_up(kept)) or 0)
    except Unavailable:
        house.ended_tries[kept.identity] = this  # it may have been counted all the same
        raise
    if tries > MOST_TRIES:
        _give_up(house, kept, f"it could not be processed in {MOST_TRIES} tries", now)
        return True
    try:
        _try(house, kept, now)
    except Unavailable:
        # The next time is the same try again; a daemon that dies meanwhile has used it up.
        if this.ended < MOST_ENDED:
            house.ended_tries[kept.identity] = Try(this.number, this.ended + 1)
        raise
    except Conflict:
        raise
    except (Unreadable, EditionUnreadable) as fault:
        _give_up(house, kept, str(fault), now)
    except Exception as fault:
        # No words of the fault: they may be words of the mail.
        place = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
        log.error("mail.failed", identity=kept.identity[:16], tries=tries, fault=type(fault).__name__, where=where)
    return True


def _try(house: House, kept: Kept, now: datetime) -> None:
    for left in range(CONFLICTS, 0, -1):
        try:
            with house.store.unit(purpose="sort") as unit:
                _sort(house, unit, kept, now)
            return
        except Conflict:
            if left == 1:
                raise


def _waits(unit: Unit, kept: Kept) -> bool:
    """Whether nobody has sorted it since it was read: another daemon may have had the mailbox meanwhile."""
    current = unit.inbox.get(kept.identity)
    return current is not None and current.state == "kept"


def _sort(house: House, unit: Unit, kept: Kept, now: datetime) -> None:
    if not _waits(unit, kept):
        return
    office = _office_of(house, kept)
    if office is None:
        raise Unreadable(f"No office reads the mailbox {kept.mailbox} any more.")
    large = oversize.too_large(unit, office, kept)
    mail = read_head(office, kept) if large else read_mail(office, kept)
    origin.note_stamp(unit, office, mail)
    outcome = routing.route(house, unit, office, mail, now, large or oversize.too_many(mail))
    read = {"kind": mail.kind.name, "sender": mail.sender, "text_digest": mail.text_digest}
    settling.settle(unit, kept.identity, outcome.state, outcome.reason, outcome.case, now=now, **read)
    if mail.message.message_id and not outcome.ours:
        # What is only suggested for a held mail is no evidence for the mails that answer it.
        case = outcome.case if outcome.state == "done" else ""
        unit.inbox.remember_message_id(mail.message.message_id, kept.identity, case)
    log.info("mail.sorted", identity=kept.identity[:16], kind=mail.kind.name, state=outcome.state, case=outcome.case)


def _office_of(house: House, kept: Kept) -> Office | None:
    return next((o for o in house.offices.values() if o.mailbox == kept.mailbox), None)


def _given_up(kept: Kept) -> str:
    return f"given up:{kept.identity}"


def _give_up(house: House, kept: Kept, why: str, now: datetime) -> None:
    """Quarantine, and tell the administrator in the same commit: a crash leaves no mail given up that nobody hears of.

    The tries so far are forgotten when an operator lets the mail be tried again.
    """
    office = _office_of(house, kept) or next(iter(house.offices.values()))
    facts = [
        ("Mail", kept.identity[:16]),
        ("Arrived", office.calendar.local_date(kept.arrived_at)),
        ("What is wrong", why),
        ("What to do", "See it with: mailflow quarantine"),
    ]
    try:
        with house.store.unit(purpose="quarantine") as unit:
            tries = _quarantine(unit, kept, why, now)
            key = f"quarantine:{kept.identity}:{tries}"
            tell_administrator(house, unit, office, key=key, facts=facts, now=now)
    except (Conflict, Unavailable):
        raise
    except Exception as fault:
        # Even if nobody can be told, this mail must not stand in the way of the next.
        log.error("quarantine.untold", identity=kept.identity[:16], fault=type(fault).__name__)
        with house.store.unit(purpose="quarantine_untold") as unit:
            _quarantine(unit, kept, why, now)
    log.warning("mail.quarantined", identity=kept.identity[:16])


def _quarantine(unit: Unit, kept: Kept, why: str, now: datetime) -> int:
    current = unit.inbox.get(kept.identity)
    tries = current.tries if current else 0
    settling.settle(unit, kept.identity, "quarantined", why, now=now)
    unit.meta.put(_given_up(kept), str(tries))
    return tries
