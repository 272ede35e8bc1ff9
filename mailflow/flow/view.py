"""The view of a case: one row that lists, summaries and searches read; rebuilt from the log at any time.

In: a folded case, its procedure and office.
Out: the state code and a JSON summary (no words of people beyond short fields).
Fails: never.
Limits: derived only; nothing decides by it.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow.ports import Office
from mailflow.procedure.case import Case, Machine, Timer
from mailflow.procedure.definition import MachineDef, Procedure

SHORT = 200


def state_of(procedure: Procedure, case: Case) -> str:
    """The state of the case's own machine; of a restricted case nobody reads it here."""
    return "" if case.restricted else case.machines[procedure.main].state


def _owner_role(definition: MachineDef, machine: Machine) -> str:
    return definition.states[machine.state].owner


def _timer(procedure: Procedure, machine: Machine, timer: Timer) -> dict[str, object]:
    definition = procedure.machines[machine.kind].timers.get(timer.name)
    owner = _owner_role(procedure.machines[machine.kind], machine)
    return {
        "machine": machine.id,
        "timer": timer.name,
        "step": definition.step if definition else procedure.hold.clause,
        "clause": timer.clause,
        "on": timer.on.isoformat(),
        "nominal": timer.nominal.isoformat(),
        "target": timer.target.isoformat(),
        "working": timer.working,
        "soft": timer.soft,
        "state": timer.state,
        "owner_role": owner,
        "next": timer.steps[0][1].isoformat() if timer.steps else "",
        "next_step": timer.steps[0][0] if timer.steps else "",
        "shared": bool(definition and definition.shared),
        "extra": bool(definition and definition.extra),
        "ladder": bool(definition and definition.ladder),
        "chases": list(definition.chases) if definition else [],
        "firm": timer.firm,
    }


def _child(procedure: Procedure, case: Case, machine: Machine) -> dict[str, object]:
    definition = procedure.machines[machine.kind]
    state = definition.states[machine.state]
    item = next((i for i in case.lists.get(definition.item, ()) if i["n"] == machine.item), {})
    return {
        "id": machine.id,
        "kind": machine.kind,
        "kind_title": definition.title,
        "item": machine.item,
        "state": machine.state,
        "state_title": state.title,
        "stage": state.stage,
        "since": machine.since.isoformat(),
        "ended": machine.ended,
        "fields": {k: v for k, v in machine.fields.items() if len(str(v)) <= SHORT},
        "by": item.get("by"),
    }


def summary(office: Office, procedure: Procedure, case: Case, now: datetime) -> dict[str, object]:
    """Everything a list shows of a case; of a restricted one no more than that there is one (Q45)."""
    if case.restricted:
        return _restricted(office, procedure, case, now)
    main = case.machines[procedure.main]
    state = procedure.top.states[main.state]
    owner = procedure.roles.get(state.owner)
    typed = {f.type: str(case.fields.get(f.name) or "") for f in procedure.fields.values()}
    return {
        "ref": case.ref,
        "procedure": procedure.id,
        "office": office.id,
        "edition": case.edition,
        "calendar": office.calendar.name,
        "state": main.state,
        "state_title": state.title,
        "stage": state.stage,
        "owner_role": state.owner,
        "owner_title": owner.title if owner else "",
        "owner": str(case.fields.get(owner.field) or "") if owner and owner.field else "",
        "waits_for": state.waits_for,
        "party": str(case.fields.get(procedure.party) or ""),
        "service": typed.get("service", ""),
        "contract": typed.get("contract", ""),
        "opened_at": case.opened_at.isoformat() if case.opened_at else "",
        "received_on": office.calendar.local_date(case.opened_at).isoformat() if case.opened_at else "",
        "cycle": case.cycle,
        "held_until": str(case.hold.get("until", "")),
        "ended": main.ended,
        "live": not main.ended or any(not m.ended for m in case.machines.values()),
        "since": main.since.isoformat(),
        "refused": state.count == "refused",
        "children": [_child(procedure, case, m) for m in case.machines.values() if m.kind != procedure.main],
        "timers": [_timer(procedure, m, t) for m in case.machines.values() for t in m.timers.values()],
        "unjudged": sorted(case.unjudged),
        "fields": {k: v for k, v in case.fields.items() if len(str(v)) <= SHORT and not isinstance(v, list)},
        "updated_at": now.isoformat(),
    }


def _restricted(office: Office, procedure: Procedure, case: Case, now: datetime) -> dict[str, object]:
    """Views are read by everybody: neither stage nor party nor any field stands in one that is restricted."""
    live = bool(case.live())
    blank = ("state", "stage", "owner_role", "owner_title", "owner", "waits_for", "party", "service", "contract")
    return {
        **dict.fromkeys((*blank, "received_on", "held_until", "since"), ""),
        **{"ref": case.ref, "procedure": procedure.id, "office": office.id, "edition": case.edition},
        "state_title": "Restricted",
        "opened_at": case.opened_at.isoformat() if case.opened_at else "",
        **{"cycle": case.cycle, "ended": not live, "live": live, "refused": False, "restricted": True},
        **{"children": [], "timers": [], "unjudged": [], "fields": {}, "updated_at": now.isoformat()},
    }
