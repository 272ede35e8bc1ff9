"""The pauses of a whole office: its mail server asked us to slow down, or is away.

In: an office; an instant.
Out: until when its letters wait; a health mail when a pause that was felt is over.
Fails: never because of a mail that cannot be worded.
Limits: each pause is longer than the one before, up to half an hour.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from mailflow.errors import CannotRender
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.store import Unit
from mailflow.submission.verdict import retry_after

LONGEST_PAUSE = timedelta(minutes=30)
FELT = timedelta(minutes=5)  # a shorter pause is nobody's news

_log = structlog.get_logger()


def pause(unit: Unit, office: Office) -> tuple[datetime | None, int]:
    """Until when this office's letters wait because of its server, and how often in a row that was so."""
    value = json.loads(unit.meta.get(f"courier:{office.id}") or "{}")
    return (datetime.fromisoformat(value["until"]) if value else None), int(value.get("times", 0))


def slow_down(unit: Unit, office: Office, now: datetime) -> datetime:
    """Pause the whole office: 432 and 421 mean the account, not the letter; so does a server that is away."""
    _, times = pause(unit, office)
    length = min(retry_after(times + 1, jitter(office.id, times)), LONGEST_PAUSE)
    until = now + length
    since = json.loads(unit.meta.get(f"courier:{office.id}") or "{}").get("since", now.isoformat())
    kept = {"until": until.isoformat(), "times": times + 1, "since": since}
    unit.meta.put(f"courier:{office.id}", json.dumps(kept))
    _log.warning("courier.paused", office=office.id, until=until.isoformat(), times=times + 1)
    return until


def flows_again(house: House, unit: Unit, office: Office, now: datetime) -> None:
    """The server takes letters again: after a pause that was felt the administrator hears from when to when."""
    key = f"courier:{office.id}"
    since = json.loads(unit.meta.get(key) or "{}").get("since")
    unit.meta.drop(key)
    if since is None:
        return
    began = datetime.fromisoformat(since)
    _log.info("courier.back", office=office.id, since=since)
    if now - began < FELT:
        return
    local = office.calendar.local
    facts = [
        ("Mail server", "it slowed us down or was away"),
        ("From", f"{local(began):%H:%M on %d %B %Y}"),
        ("Until", f"{local(now):%H:%M on %d %B %Y}"),
    ]
    words = "Letters waited meanwhile and are leaving now; none was lost."
    with suppress(CannotRender):  # what the letter did must be stored, whatever becomes of the news of it
        tell_administrator(house, unit, office, key=f"health/sending/{since}", facts=facts, now=now, reason=words)


def jitter(name: str, attempt: int) -> float:
    """0.0 to 1.0, spread over letters yet the same for each attempt, so that a demonstration can be played again."""
    return hashlib.sha256(f"{name}/{attempt}".encode()).digest()[0] / 255
