"""A case that was joined to another late: what the other's people have been told already is told to the newcomer too.

In: a decision in the making on the case that goes on, and the addresses of those who have just joined it.
Out: letter facts, one for each newcomer and letter; or the withdrawal of those that have not left.
Fails: never.
Limits: only letters that go to joined people as well (`also`), of this round, that have left.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import time, timedelta

from mailflow.procedure.decision import Decision
from mailflow.procedure.dispatch import also_to
from mailflow.procedure.firing import take_back
from mailflow.procedure.standing import Sent


def told_late(d: Decision, addresses: Collection[str]) -> None:
    """The conclusion has left: whoever joins now gets it by itself, after the undo time (Q12, Q33)."""
    wait = timedelta(minutes=d.terms.undo_minutes)
    opens, closes = time.fromisoformat(d.terms.opens), time.fromisoformat(d.terms.closes)
    leave_at = d.calendar.office_time(d.now + wait, opens, closes)
    for sent in _left(d):
        words = {name: sent.data.get(name, "") for name in ("why", "row", "timer")}
        for address in addresses:
            also_to(d, d.case.machines[sent.machine], d.procedure.letters[sent.name], address, words, leave_at)


def _left(d: Decision) -> list[Sent]:
    """The last letter of each name that joined people get as well."""
    found = {}
    for sent in d.case.letters.values():
        own = not sent.data.get("also") and sent.cycle == d.case.cycle and sent.status == "sent"
        if own and d.procedure.letters[sent.name].also and sent.machine in d.case.machines:
            found[sent.name] = sent
    return list(found.values())


def taken_back(d: Decision, addresses: Collection[str]) -> None:
    """The join is undone: what has not left to these people does not leave."""
    for sent in d.case.letters.values():
        if sent.data.get("also") and set(sent.to) <= set(addresses) and sent.status == "decided":
            take_back(d, sent)
