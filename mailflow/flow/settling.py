"""What became of a mail, in the inbox and in the log: each mail has a stream of its own, so that its state is derived.

In: the identity of a mail, its new state and why, perhaps its case.
Out: the inbox row, and in the same transaction a line on the stream "mail:<identity>".
Fails: errors.Conflict when another loop settled the same mail first; leave the unit then.
Limits: reasons are sentences of ours with references and addresses: no word of a mail may stand in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailflow.store import Unit

MACHINE = "mail"
BECAME = "became"


@dataclass(frozen=True)
class Standing:
    """What the log says of a mail; `kind` is "" for one that was never read."""

    state: str
    reason: str
    case: str
    kind: str


def stream_of(identity: str) -> str:
    """The name under which what became of a mail is logged."""
    return f"mail:{identity}"


def settle(
    unit: Unit,
    identity: str,
    state: str,
    reason: str = "",
    case: str = "",
    *,
    now: datetime,
    kind: str = "",
    sender: str = "",
    text_digest: str = "",
) -> bool:
    """Move a mail to a state and put that on record; False when the state table forbids it.

    A blank case, kind, sender or text digest leaves what is known.
    """
    if not unit.inbox.settle(identity, state, reason, case, kind, sender, text_digest):
        return False
    stream = stream_of(identity)
    last = unit.log.last(stream)
    unit.log.append(
        stream,
        last,
        [(BECAME, MACHINE, {"state": state, "reason": reason, "case": case, "kind": kind})],
        cause=f"{BECAME}/{last + 1}",
        actor="",
        happened_at=now,
        recorded_at=now,
        edition="",
        calendar_edition="",
    )
    return True


def standing(unit: Unit, identity: str) -> Standing | None:
    """What the log says of a mail, None if it says nothing: it waits to be sorted, or was settled before lines were."""
    said = _said(unit, identity)
    if not said:
        return None

    def latest(name: str) -> str:
        return next((str(data[name]) for data in reversed(said) if data[name]), "")

    return Standing(str(said[-1]["state"]), str(said[-1]["reason"]), latest("case"), latest("kind"))


def sorted_into(unit: Unit, identity: str) -> str | None:
    """The case that the sorting itself gave a mail, before anybody was asked; None if the log does not say."""
    return next((str(data["case"]) for data in reversed(_said(unit, identity)) if data["kind"]), None)


def _said(unit: Unit, identity: str) -> list[dict[str, Any]]:
    return [line.data for line in unit.log.read(stream_of(identity))]
