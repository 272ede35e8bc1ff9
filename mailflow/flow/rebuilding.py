"""Views, agenda and states of mails made again from log and octets, compared with what is stored (invariant 6).

In: a house; a case or the identity of a mail.
Out: every difference between what is stored and what follows from the log; on demand what follows is stored.
Fails: errors.Conflict and errors.Unavailable go on; a case that cannot be rebuilt is a difference with its reason.
Limits: by today's files: a title, a zone or a reading that was changed since shows as a difference. What a mail brought
  along (mailbox, folder, arrival) and what it cost (tries) follows from nothing; letters, codes, questions are kept.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from mailflow.errors import EditionUnreadable, Unreadable
from mailflow.flow import advance as stepping
from mailflow.flow import oversize, running, settling, view
from mailflow.flow.arrived import read_head, read_mail
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import office_for
from mailflow.mail.parse import parse
from mailflow.store import Due, Unit
from mailflow.store.inbox import Kept
from mailflow.store.views import found_by

KEPT = "kept"


@dataclass(frozen=True)
class Difference:
    """One thing stored otherwise than it follows: of which case or mail, and what; no word of a person."""

    of: str
    what: str

    def __str__(self) -> str:
        return f"{self.of}: {self.what}"


def cases(house: House, unit: Unit) -> list[str]:
    """Every case of an office that is served: opened by the log, or left over in views or agenda."""
    known = dict.fromkeys(unit.log.cases())
    known |= dict.fromkeys(str(row["case"]) for row in unit.views.list())
    known |= dict.fromkeys(due.case for due in unit.agenda.all())
    return [ref for ref in known if house.serves(ref)]


def rebuild_case(house: House, unit: Unit, ref: str, *, write: bool = False) -> list[Difference]:
    """Compare the view and the clocks of a case with its log; store what follows if `write`."""
    lines = unit.log.read(ref)
    if not lines:
        return _left_over(unit, ref, write)
    try:
        case = stepping.read_case(unit, ref)
        office = house.office_of(ref)
        procedure = stepping.procedure_of(house, office, case)
    except (EditionUnreadable, ValueError, KeyError) as fault:
        return [Difference(f"Case {ref}", f"it cannot be rebuilt: {fault}")]
    office = office_for(office, procedure, case)
    state = view.state_of(procedure, case)
    summary = _as_stored(view.summary(office, procedure, case, lines[-1].recorded_at))
    due = running.rows(unit, procedure, case)
    found = _of_view(unit, ref, {**summary, "case": ref, "procedure": procedure.id, "state": state})
    found += _of_agenda(unit, ref, due)
    if write and found:
        unit.views.put(ref, procedure.id, state, summary)
        running.put(unit, procedure, case)
    return found


def rebuild_mail(house: House, unit: Unit, identity: str, *, write: bool = False) -> list[Difference] | None:
    """Compare a mail's row with its stream and its octets; None for one settled before its outcomes were logged."""
    stored = unit.inbox.get(identity)
    if stored is None:
        return [Difference(f"Mail {identity[:16]}", "it is not there.")]
    said = settling.standing(unit, identity)
    if said is None and stored.state != KEPT:
        return None
    wanted = replace(stored, state=KEPT, reason="", case="", kind="", text_digest="")
    if said:
        wanted = replace(wanted, state=said.state, reason=said.reason, case=said.case, kind=said.kind)
    found = []
    if stored.octets:
        own, wanted = _read(house, unit, wanted)
        if not own:
            found.append(Difference(f"Mail {identity[:16]}", "its octets are not those of the mail that was kept."))
    else:  # erased on purpose, and with them what was read from them
        wanted = replace(wanted, text_digest=stored.text_digest)
    for name, word in _COLUMNS.items():
        if getattr(stored, name) != getattr(wanted, name):
            found.append(Difference(f"Mail {identity[:16]}", f"{word} is stored otherwise than it follows."))
    if write and found:
        unit.inbox.rewrite(wanted)
    return found


_COLUMNS = {
    "state": "its state",
    "reason": "the reason of its state",
    "case": "its case",
    "kind": "its kind",
    "sender": "its sender",
    "text_digest": "the digest of its text",
}


def _read(house: House, unit: Unit, kept: Kept) -> tuple[bool, Kept]:
    """Whether these are the octets that were kept, and the row with what they say; unread mail has no digest."""
    office = next((o for o in house.offices.values() if o.mailbox == kept.mailbox), None)
    try:
        identity = parse(kept.octets).digest
    except Unreadable:
        return kept.identity == hashlib.sha256(kept.octets).hexdigest(), kept
    apart = hashlib.sha256(f"{identity}@{kept.mailbox}".encode()).hexdigest()
    own = kept.identity in (identity, apart)
    if office is None or not kept.kind:
        return own, kept
    mail = _as_sorted(unit, office, kept)
    return own, replace(kept, sender=mail.sender.lower(), text_digest=mail.text_digest)


def _as_sorted(unit: Unit, office: Office, kept: Kept) -> Any:
    return read_head(office, kept) if oversize.too_large(unit, office, kept) else read_mail(office, kept)


def _left_over(unit: Unit, ref: str, write: bool) -> list[Difference]:
    clocks = unit.agenda.of(ref)
    found = [Difference(f"Case {ref}", "a view is stored of a case that the log does not know.")]
    found = found if unit.views.get(ref) else []
    if clocks:
        found.append(Difference(f"Case {ref}", "clocks run of a case that the log does not know."))
    if write and found:
        unit.views.drop(ref)
        unit.agenda.clear(ref)
    return found


def _of_view(unit: Unit, ref: str, wanted: dict[str, Any]) -> list[Difference]:
    stored = unit.views.get(ref)
    if stored is None:
        return [Difference(f"Case {ref}", "it has no view.")]
    names = sorted(name for name in stored.keys() | wanted.keys() if stored.get(name, _NONE) != wanted.get(name, _NONE))
    found = [Difference(f"Case {ref}", f"its view says otherwise than its log: {', '.join(names)}.")] if names else []
    if unit.views.fields(ref) != found_by(wanted):
        found.append(Difference(f"Case {ref}", "it would be found by other words than its view has."))
    return found


_NONE = object()


def _of_agenda(unit: Unit, ref: str, wanted: list[Due]) -> list[Difference]:
    stored = {(due.machine, due.timer): due for due in unit.agenda.of(ref)}
    follows = {(due.machine, due.timer): due for due in wanted}
    found = []
    for key in sorted(stored.keys() | follows.keys()):
        has, due = stored.get(key), follows.get(key)
        clock = f"the clock {key[1]} of {key[0]}"
        if due is None:
            found.append(Difference(f"Case {ref}", f"{clock} is in the agenda and does not run."))
        elif has is None:
            found.append(Difference(f"Case {ref}", f"{clock} runs and is not in the agenda."))
        elif has != due:
            what = f"{clock} is in the agenda for {has.due_at.isoformat()} ({has.step}), "
            found.append(Difference(f"Case {ref}", f"{what}and follows as {due.due_at.isoformat()} ({due.step})."))
    return found


def _as_stored(summary: dict[str, object]) -> dict[str, Any]:
    return json.loads(json.dumps(summary))
