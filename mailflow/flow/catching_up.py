"""After a restore the lost time is lived through again, in its own order, from what the mailbox still has.

In: a restored database, every mailbox fetched through the instant of the restoration.
Out: the same mails sorted and the same clocks fired at the instants at which they came and fell due, so that the same
  letters are decided under the same ids; those whose copies came home count as sent, and none leaves meanwhile.
Fails: Conflict and Unavailable go on to the loop; a deadline that fails is left to the clock, which tries it again.
Limits: what an operator typed in the lost time is lost. A letter that left and is not decided again is told to the
  administrator, with its case and its recipients.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import structlog

from mailflow.errors import CannotRender, Conflict, Unavailable
from mailflow.flow import advance as stepping
from mailflow.flow import restored, restored_several
from mailflow.flow.asking_again import ask_again_one, next_asking
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House
from mailflow.flow.remind import remind_one
from mailflow.flow.restored import Restored
from mailflow.flow.sort import sort_one
from mailflow.flow.summarise import due_digests, next_digest
from mailflow.procedure.events import LetterSettled
from mailflow.store import Unit

# Two steps that gave each other work for ever would be a fault of ours; this only bounds it.
ROUNDS = 10_000
SETTLED = "its copy came home before the database was restored"
_MOST_NAMED = 40

_log = structlog.get_logger()


def catch_up(house: House, now: datetime) -> bool:
    """Live through one more instant of the lost time; False when nothing can be done or nothing is left to do."""
    with house.store.read() as unit:
        found = restored.state(unit)
        if found is None or not found.running or now < found.at:
            return False
        # Of a mailbox that is not read nobody knows what has left from it.
        if house.faulty or not all(restored.is_fetched(unit, office, found.at) for office in house.offices.values()):
            return False
    if not found.looked:
        with house.store.unit(purpose="catch_up") as unit:
            _must_stand(unit, found)
            restored.look(house, unit, found.since)
            found = replace(found, looked=True)
            restored.put(unit, found)
        _log.info("restored.looked", since=found.since.isoformat())
    at = _next(house, found)
    if at is None:
        _finish(house, found, now)
        return True
    _live(house, at)
    with house.store.unit(purpose="catch_up") as unit:
        _must_stand(unit, found)
        restored.put(unit, replace(found, cursor=at))
    return True


def _must_stand(unit: Unit, found: Restored) -> None:
    """Raise Conflict when another daemon has gone on meanwhile: what it has lived through is not begun anew."""
    if restored.state(unit) != found:
        raise Conflict("another daemon has gone on with the lost time")


def _next(house: House, found: Restored) -> datetime | None:
    """The next instant of the lost time at which something came or fell due; None when its end is reached."""
    served = {office.mailbox for office in house.offices.values()}
    with house.store.read() as unit:
        mails = [kept.arrived_at for kept in unit.inbox.next_kept(1, served)]
        due = unit.agenda.next_due(after=found.cursor)
        came = [copy.at for copy in restored.copies(unit).values() if not copy.letter and copy.at > found.cursor]
    later = [due, next_asking(house, found.cursor), *came]
    later += [next_digest(office, found.cursor) for office in house.offices.values()]
    instants = [max(at, found.cursor) for at in mails] + [at for at in later if at is not None and at > found.cursor]
    return min((at for at in instants if at <= found.at), default=None)


def _live(house: House, at: datetime) -> None:
    """Everything of one instant: what came, then what fell due, then what had left."""
    steps: tuple[Callable[[], bool], ...] = (
        lambda: _sort(house, at),
        lambda: _spared(lambda: remind_one(house, at, late_letters=False)),
        lambda: _spared(lambda: ask_again_one(house, at)),
        lambda: _spared(lambda: due_digests(house, at)),
        lambda: _settle(house, at),
    )
    for _ in range(ROUNDS):
        if not any([_until_idle(step) for step in steps]):
            return
    _log.error("restored.endless", at=at.isoformat())


def _until_idle(step: Callable[[], bool]) -> bool:
    found = False
    for _ in range(ROUNDS):
        if not step():
            break
        found = True
    return found


def _sort(house: House, at: datetime) -> bool:
    """One mail that had come by then; with none left the mailboxes count as read through that instant (G9)."""
    served = {office.mailbox for office in house.offices.values()}
    with house.store.read() as unit:
        waiting = unit.inbox.next_kept(1, served)
    if waiting and waiting[0].arrived_at <= at:
        return sort_one(house, at)
    with house.store.unit(purpose="catch_up") as unit:
        for office in house.offices.values():
            through = unit.inbox.read_through(office.mailbox)
            if through is None or through < at:
                unit.inbox.set_read_through(office.mailbox, at)
    return False


def _spared(step: Callable[[], bool]) -> bool:
    """A case whose deadline cannot be told does not keep the others from being lived through."""
    try:
        return step()
    except (Conflict, Unavailable):
        raise
    except Exception as fault:
        _log.error("restored.failed", fault=type(fault).__name__)
        return False


def _settle(house: House, at: datetime) -> bool:
    """One letter whose copy had come home by then: it has left, and its case is told so with the copy's instant."""
    with house.store.unit(purpose="catch_up") as unit:
        known = restored.copies(unit)
        if not any(copy.at <= at and not copy.letter for copy in known.values()):
            return False
        for letter, envelopes in unit.outbox.with_state("waiting"):
            copy = restored.copy_of(unit, known, letter, envelopes)
            if copy is None or copy.at > at or copy.letter or not house.serves(letter.case):
                continue
            restored.use(unit, known, copy, letter)
            if not unit.outbox.left_before(letter.id, SETTLED, copy.at):
                continue
            _log.info("restored.left", case=letter.case, letter=letter.id)
            if not letter.case.startswith("office:"):
                event = LetterSettled(letter.id, "sent", copy.at, SETTLED)
                cause = f"letter:{letter.id}/sent"
                stepping.advance(house, unit, letter.case, event, cause=cause, now=at, actor="courier")
            return True
    return False


def _finish(house: House, found: Restored, now: datetime) -> None:
    """The lost time is over: letters may leave again, and what nobody here remembers is told."""
    with house.store.unit(purpose="catch_up") as unit:
        _must_stand(unit, found)
        restored.put(unit, replace(found, cursor=found.at, running=False))
        restored_several.tell(house, unit, now)
    _log.info("restored.finished", since=found.since.isoformat(), at=found.at.isoformat())
    with suppress(CannotRender), house.store.unit(purpose="catch_up") as unit:
        _tell(house, unit, found, now)


def _tell(house: House, unit: Unit, found: Restored, now: datetime) -> None:
    unknown = restored.unknown(unit)
    for office in house.offices.values():
        local = office.calendar.local
        theirs = [copy for copy in unknown if copy.mailbox == office.address]
        facts: list[tuple[str, object]] = [
            ("Database of", f"{local(found.since):%d %B %Y, %H:%M}"),
            ("Restored", f"{local(found.at):%d %B %Y, %H:%M}"),
        ]
        for copy in theirs[:_MOST_NAMED]:
            words = f"{copy.name} to {', '.join(copy.to)}, {local(copy.at):%d %B %Y, %H:%M}"
            facts.append((f"Left, and not on file: {copy.case}", words))
        if len(theirs) > _MOST_NAMED:
            facts.append(("And more of them", len(theirs) - _MOST_NAMED))
        words = (
            "The database was restored. The mailbox has been read again from the instant of the backup, and letters "
            "whose copies came home are not sent again."
        )
        if theirs:
            words += (
                " The letters named here have left, but the restored database does not know why: look at their cases."
            )
        key = f"restored/{found.at.isoformat()}"
        letter = tell_administrator(house, unit, office, key=key, facts=facts, now=now, reason=words)
        restored.is_new(unit, letter)
