"""A change that moves dates on many cases: begun once, ended once, and everybody affected told once (K12).

In: what has changed; the cases that were brought in line with it, each under a cause that begins with the change's id.
Out: one mail to each owner with all the dates that moved on their cases; the change is over.
Fails: errors.CannotRender when the letter's template is broken (the change stays open and is ended later).
Limits: stopped in the middle it goes on where it was; parties are written to by their case (procedure/recompute.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from mailflow.errors import EditionUnreadable
from mailflow.flow import advance as stepping
from mailflow.flow import sealing
from mailflow.flow.moment import Moment
from mailflow.flow.office_mail import put_office_letter
from mailflow.flow.ports import House, Office
from mailflow.procedure.case import Machine, fold
from mailflow.procedure.definition import Procedure
from mailflow.procedure.dispatch import owners
from mailflow.procedure.telling_names import in_sentence
from mailflow.store import Unit

TEMPLATE = "dates-moved"


@dataclass(frozen=True)
class Change:
    """One change of an office: `ids` are those under which cases were brought in line, the newest last."""

    key: str
    what: str
    ids: tuple[str, ...]

    def cause(self, ref: str) -> str:
        """The cause under which a case is brought in line with it, once."""
        return f"{self.ids[-1]}/{ref}"


def begin(house: House, office: Office, kind: str, what: str, now: datetime) -> Change:
    """A change begins, or the one that was stopped in the middle goes on; `what` tells the two apart."""
    key = f"changing:{kind}:{office.id}"
    with house.store.unit(purpose="redate") as unit:
        found = json.loads(unit.meta.get(key) or "{}")
        ids = list(found.get("ids", ()))
        if found.get("what") != what:
            ids.append(f"{kind}:{what}:{now.isoformat()}")
            unit.meta.put(key, json.dumps({"what": what, "ids": ids}))
    return Change(key, what, tuple(ids))


def open_cases(unit: Unit, office: Office) -> list[str]:
    """The references of an office's running cases."""
    return [str(view["ref"]) for view in unit.views.list(office.prefix, live_only=True)]


def end(house: House, unit: Unit, office: Office, change: Change, reason: str, now: datetime) -> int:
    """Tell the owners and end the change, in one transaction; returns how many mails were put."""
    told: dict[str, list[dict[str, object]]] = {}
    for ref in open_cases(unit, office):
        with suppress(EditionUnreadable):
            for address, row in _rows(house, unit, office, ref, change, now):
                told.setdefault(address, []).append(row)
    for address, rows in told.items():
        rows.sort(key=lambda row: (str(row["ref"]), str(row["step"])))
        key = f"{TEMPLATE}/{change.ids[-1]}/{address}"
        context = {"rows": rows, "reason": reason}
        put_office_letter(house, unit, office, TEMPLATE, [address], context, key=key, now=now)
    unit.meta.drop(change.key)
    return len(told)


def _rows(
    house: House, unit: Unit, office: Office, ref: str, change: Change, now: datetime
) -> Iterator[tuple[str, dict[str, object]]]:
    """(address, row) for each owner of each date that this change moved on a case: from its first to its last date."""
    lines = unit.log.read(ref)
    wanted = [x for x in lines if x.kind == "recomputed" and x.cause.removesuffix(f"/{ref}") in change.ids]
    if not wanted:
        return
    history = sealing.facts_of(unit, lines)
    case = fold(history)
    procedure = stepping.procedure_of(house, office, case)
    d = Moment(house, unit, office, procedure, case, [], history, now).decision()
    first, last = {}, {}
    for line in wanted:
        key = (line.machine, str(line.data["timer"]))
        first.setdefault(key, str(line.data["old"]))
        last[key] = line.data
    for (machine_id, name), data in last.items():
        machine, old, new = case.machines[machine_id], first[machine_id, name], str(data["new"])
        if old == new:
            continue
        row = {
            "ref": ref,
            "party": str(case.fields.get(procedure.party) or ""),
            "step": _step(procedure, machine, name),
            "old": date.fromisoformat(old) if old else "no date",
            "new": date.fromisoformat(new) if new else "no date any more",
            "working": machine.timers[name].working if name in machine.timers else "",
            "given": _title(procedure, str(data.get("given") or "")),
            "written": bool(data.get("given")) and "new_date" in procedure.acts,
        }
        for contact in owners(d, machine):
            yield contact.email, row


def _title(procedure: Procedure, role: str) -> str:
    found = procedure.roles.get(procedure.party_of(role))
    return in_sentence(found.title) if found else role


def _step(procedure: Procedure, machine: Machine, name: str) -> str:
    definition = procedure.machines[machine.kind]
    of = f"{definition.title} {machine.item}: " if machine.item else ""
    return of + (definition.timers[name].step if name in definition.timers else name)
