"""Our own mailbox takes no copies of our letters: the administrator hears of it once, and of its end once.

In: what became of the mailbox's own copy of a letter.
Out: a health mail at the beginning and at the end.
Fails: never because of a mail that cannot be worded.
Limits: only a copy of a letter that others got says something about the mailbox; a server that is away says nothing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from mailflow.errors import CannotRender
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.store import Unit


def note(house: House, unit: Unit, office: Office, state: str, words: str, *, left: bool, now: datetime) -> None:
    """What became of one copy. left: somebody else was sent the letter in the same transaction."""
    key = f"home refused:{office.id}"
    since = unit.meta.get(key)
    if state == "sent" and since:
        unit.meta.drop(key)
        reason = "Our own mailbox takes copies of our letters again; those that waited are following now."
        _tell(house, unit, office, f"health/home back/{since}", [("Mailbox", office.address)], reason, now)
    elif state in ("deferred", "refused") and left and not since:
        unit.meta.put(key, now.isoformat())
        reason = (
            "Our own mailbox takes no copies of our letters: it is probably full. Please make room in it. Letters to "
            "others leave all the same and the copies are tried again, but while it is full the mail server may send "
            "back what people write to us."
        )
        facts = [("Mailbox", office.address), ("What the server said", words)]
        _tell(house, unit, office, f"health/home/{now.isoformat()}", facts, reason, now)


def _tell(
    house: House, unit: Unit, office: Office, key: str, facts: list[tuple[str, object]], reason: str, now: datetime
) -> None:
    with suppress(CannotRender):  # what the letter did must be stored, whatever becomes of the news of it
        tell_administrator(house, unit, office, key=key, facts=facts, now=now, reason=reason)
