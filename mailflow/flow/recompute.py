"""When the calendar, a setting or a contract's timescale has changed: open dates are worked out again (K12).

In: the installation as it is configured today.
Out: how many cases got another date; old and new stand in their logs, and each owner gets one mail with all of them.
Fails: Conflict when another loop was first; the next turn goes on.
Limits: asked at the daemon's start and when its files have been read again; dates of ended clocks stay as they were.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import structlog

from mailflow.errors import Conflict, Unavailable
from mailflow.flow import advance as stepping
from mailflow.flow import redating
from mailflow.flow.people import terms_for
from mailflow.flow.ports import House, Office
from mailflow.procedure.events import TimerDue
from mailflow.procedure.recompute import recompute

log = structlog.get_logger()
KIND = "terms"
WORDS = {
    "calendar": "The calendar of working days and holidays has changed",
    "settings": "A setting of the office has changed",
    "contracts": "A contract's own timescale or calendar has changed",
    "regions": "The calendar of a region, or the region of a service, has changed",
}


def terms_digest(office: Office) -> str:
    """Everything outside a case that its dates hang on, a digest for each kind of thing, as JSON."""
    editions = {name: calendar.edition for name, calendar in office.all_calendars.items()}
    contracts = {c.number: [dict(c.overrides), c.calendar] for c in office.register.contracts}
    services = {s.name: s.region for s in office.register.services if s.region}
    found = {
        "calendar": [office.calendar.name, editions],
        "settings": dict(office.settings),
        "contracts": contracts,
        "regions": [services, dict(office.regions)],
    }
    return json.dumps({name: _digest(content) for name, content in found.items()}, sort_keys=True)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def recompute_changed(house: House, now: datetime) -> int:
    """Bring the open cases of every office whose calendar or settings have changed in line; tell their owners once."""
    changed = 0
    for office in house.offices.values():
        key, digest = f"terms:{office.id}", terms_digest(office)
        with house.store.read() as unit:
            known = unit.meta.get(key)
            refs = redating.open_cases(unit, office) if known else []
        if known == digest:
            continue
        change = redating.begin(house, office, KIND, _digest(digest), now)
        for ref in refs:
            changed += _one(house, office, ref, change, now)
        with house.store.unit(purpose="recompute") as unit:
            mails = redating.end(house, unit, office, change, _why(known, digest), now)
            unit.meta.put(key, digest)
        if known:
            log.info("dates.recomputed", office=office.id, cases=len(refs), mails=mails)
    return changed


def _why(known: str | None, digest: str) -> str:
    """What is not as it was, in a sentence."""
    try:
        before = json.loads(known or "{}")
        now = json.loads(digest)
        words = [WORDS[name] for name in WORDS if before.get(name) != now[name]]
    except (ValueError, AttributeError):  # kept by an earlier version, as one digest
        words = []
    return ". ".join(words or ["The calendar or a setting has changed"])


def _one(house: House, office: Office, ref: str, change: redating.Change, now: datetime) -> int:
    try:
        with house.store.unit(purpose="recompute") as unit:
            if unit.log.knows(ref, change.cause(ref)):
                return 0
            case = stepping.read_case(unit, ref)
            procedure = stepping.procedure_of(house, office, case)
            event = TimerDue("", "", "", 0, now)
            terms = terms_for(house, unit, office, procedure, case, event, now)
            facts = recompute(procedure, terms, case, now, office.all_calendars)
            if not facts:
                return 0
            stepping.record(
                house,
                unit,
                office,
                procedure,
                case,
                facts,
                cause=change.cause(ref),
                now=now,
                actor="clock",
                at=now,
            )
    except (Conflict, Unavailable):
        raise
    except Exception as fault:  # one case whose dates cannot be worked out must not stop the others
        log.error("date.not_moved", case=ref, fault=type(fault).__name__, why=str(fault))
        return 0
    for fact in facts:
        if fact.kind == "recomputed":
            log.info("date.moved", case=ref, timer=fact.data["timer"], old=fact.data["old"], new=fact.data["new"])
    return 1
