"""The comparison of the books every night; the administrator hears of a difference once, and nothing if there is none.

In: an office, a source of its mailbox that this thread may use, a `now`.
Out: a line in the log; one health mail a day at most, with the differences that were not told of before.
Fails: Conflict and Unavailable, and it is made again; what cannot be rendered is logged, and told the next night.
Limits: a difference that is still there is not told of again; one that went away and came back, or says something
  else than before, is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

import structlog

from mailflow.errors import CannotRender
from mailflow.flow.differences import LATE, Difference
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.flow.reconcile import Report, reconcile, remember_waiting
from mailflow.mailbox.source import Source
from mailflow.store import Unit

# By the office's clock: the day's mail is done, and the daily lists at the beginning of the day come after it.
HOUR = 3
SHOWN = 20  # a mail that names more is not read to its end; the command shows all
_REMEMBERED = 10_000

_log = structlog.get_logger()


def night_of(office: Office, now: datetime) -> str:
    """The local day whose comparison is due, "" before its hour."""
    local = office.calendar.local(now)
    return local.date().isoformat() if local.hour >= HOUR else ""


def done_on(house: House, office: Office) -> str:
    """The local day of the last comparison, "" if there was none."""
    with house.store.read() as unit:
        return unit.meta.get(f"reconciled:{office.id}") or ""


def compare_nightly(
    house: House, office: Office, source: Source, now: datetime, leaving: Callable[[], bool] = lambda: False
) -> bool:
    """Compare, and tell what is new; True if the administrator was told.

    leaving: whether the comparison was broken off because the daemon stops: then it is still to be done.
    """
    report = reconcile(house, office, source, now)
    if report.away and leaving():
        return False
    counts = {"differences": len(report.differences), "mails": sum(report.outcomes.values()), "letters": report.letters}
    _log.info("accounts.compared", office=office.id, sightings=report.sightings, away=bool(report.away), **counts)
    for difference in report.differences:
        # Ids alone: folder, UID, case, letter.
        _log.warning("accounts.difference", office=office.id, kind=difference.kind, id=difference.id)
    # A mail of the office's own that is late is no matter for another such mail (unsent.py): the command names it.
    tellable = tuple(d for d in report.differences if not (d.kind == LATE and d.case == office.stream))
    try:
        return _close(house, office, report, tellable, now)
    except CannotRender as fault:
        _log.error("accounts.untold", office=office.id, why=str(fault))
        return _close(house, office, report, (), now)


def _close(house: House, office: Office, report: Report, tellable: tuple[Difference, ...], now: datetime) -> bool:
    """One commit: what is told, what was told, what waits to be read, and that this night is done."""
    key = f"told differences:{office.id}"
    with house.store.unit(purpose="accounts") as unit:
        before = set(json.loads(unit.meta.get(key) or "[]"))
        now_there = {_short(difference): difference for difference in report.differences}
        fresh = [name for name in dict.fromkeys(map(_short, tellable)) if name not in before]
        # Of a mailbox that was not compared nobody knows whether its differences are still there.
        still = sorted(before) if report.away else [name for name in now_there if name in before]
        if fresh:
            _tell(house, unit, office, [now_there[name] for name in fresh], len(still), now)
        unit.meta.put(key, json.dumps([*still, *fresh][:_REMEMBERED]))
        if not report.away:
            remember_waiting(unit, office.mailbox, report.unread)
        unit.meta.put(f"reconciled:{office.id}", night_of(office, now))
    return bool(fresh)


def _short(difference: Difference) -> str:
    return hashlib.sha256(difference.key.encode()).hexdigest()[:16]


def _tell(house: House, unit: Unit, office: Office, fresh: list[Difference], still: int, now: datetime) -> None:
    facts: list[tuple[str, object]] = []
    for n, difference in enumerate(fresh[:SHOWN], 1):
        facts += [(f"Difference {n}", difference.what), ("What to do", difference.do)]
    if len(fresh) > SHOWN:
        facts.append(("And more", f"{len(fresh) - SHOWN} further ones"))
    if still:
        facts.append(("Told before and still there", still))
    facts.append(("To see all", f"mailflow reconcile --office {office.id}"))
    reason = (
        "The nightly comparison of mailbox, ledger, log and outbox has found what does not agree. Nothing was changed. "
        "You are told of each difference once"
    )
    names = "".join(sorted(map(_short, fresh)))
    key = f"health/accounts/{now.isoformat()}/{hashlib.sha256(names.encode()).hexdigest()[:16]}"
    words = "the books do not agree"
    tell_administrator(house, unit, office, key=key, facts=facts, now=now, reason=reason, state_words=words)
