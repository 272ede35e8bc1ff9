"""When the calendar, a setting or a contract's timescale has changed: open dates are worked out again (K12).

In: the installation as it is configured today.
Out: how many cases got another date; old and new stand in their logs.
Fails: Conflict when another loop was first; the next start does it.
Limits: runs once per change, at the daemon's start; dates of ended clocks stay as they were.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import structlog

from mailflow.flow import advance as stepping
from mailflow.flow.people import terms_for
from mailflow.flow.ports import House, Office
from mailflow.procedure.events import TimerDue
from mailflow.procedure.recompute import recompute

log = structlog.get_logger()


def terms_digest(office: Office) -> str:
    """Everything outside a case that its dates hang on."""
    overrides = {c.number: dict(c.overrides) for c in office.register.contracts}
    content = [office.calendar.edition, dict(office.settings), overrides]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def recompute_changed(house: House, now: datetime) -> int:
    """Bring the open cases of every office whose calendar or settings changed since the last start in line."""
    changed = 0
    for office in house.offices.values():
        key, digest = f"terms:{office.id}", terms_digest(office)
        with house.store.read() as unit:
            known = unit.meta.get(key)
            refs = [str(v["ref"]) for v in unit.views.list(office.prefix, live_only=True)]
        if known == digest:
            continue
        for ref in refs if known else ():
            changed += _one(house, office, ref, digest, now)
        with house.store.unit() as unit:
            unit.meta.put(key, digest)
    return changed


def _one(house: House, office: Office, ref: str, digest: str, now: datetime) -> int:
    with house.store.unit() as unit:
        cause = f"terms:{digest}:{now.isoformat()}"
        case = stepping.read_case(unit, ref)
        procedure = stepping.procedure_of(house, office, case)
        event = TimerDue("", "", "", 0, now)
        terms = terms_for(house, unit, office, procedure, case, event, now)
        facts = recompute(procedure, terms, case, now, {office.calendar.name: office.calendar})
        if not facts:
            return 0
        stepping.record(house, unit, office, procedure, case, facts, cause=cause, now=now, actor="clock", at=now)
    for fact in facts:
        if fact.kind == "recomputed":
            log.info("date.moved", case=ref, timer=fact.data["timer"], old=fact.data["old"], new=fact.data["new"])
    return 1
