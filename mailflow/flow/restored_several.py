"""After a restore: a copy shows that a letter has left, not which of its several recipients the server took it for.

In: letters to parties that count as sent by a copy from the lost time (restored.py remembers them).
Out: one mail to each owner of their cases, which names the letters and their recipients.
Fails: never because of a mail that cannot be worded: it is tried again with the next letter.
Limits: what was turned away at once left no trace in the mailbox; only the recipients themselves can tell.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime

from mailflow.errors import CannotRender
from mailflow.flow import restored
from mailflow.flow.office_mail import letter_for, put_office_letter
from mailflow.flow.ports import House, Office
from mailflow.store import Unit

_MOST_NAMED = 40
_REASON = (
    "The database was restored from a backup. The copies in the mailbox show that the letters named here left in the "
    "lost time, and they count as sent to everybody they name. A copy does not show whether the mail server turned one "
    "of several recipients away. Please ask whom you do not hear from, and send them the copy if they have nothing."
)


def tell(house: House, unit: Unit, now: datetime) -> None:
    """Name what has not been told yet to the owner of its case, or to the administrator where there is none."""
    waiting = restored.several(unit)
    if not waiting:
        return
    for office in house.offices.values():
        theirs: dict[str, list[str]] = {}
        for letter_id in waiting:
            bundle = unit.outbox.get(letter_id)
            if bundle is not None and office.has(bundle[0].case):
                owner = str((unit.views.get(bundle[0].case) or {}).get("owner") or "")
                theirs.setdefault(owner or office.administrator or office.address, []).append(letter_id)
        for to, letters in theirs.items():
            with suppress(CannotRender):
                _tell(house, unit, office, to, letters, now)
                waiting = [one for one in waiting if one not in letters]
    restored.put_several(unit, waiting)


def _tell(house: House, unit: Unit, office: Office, to: str, letters: list[str], now: datetime) -> None:
    facts: list[tuple[str, object]] = []
    for letter_id in letters[:_MOST_NAMED]:
        bundle = unit.outbox.get(letter_id)
        if bundle is not None:
            readers = ", ".join(e.recipient for e in bundle[1] if not e.home)
            facts.append((bundle[0].case, f"{bundle[0].template} to {readers}"))
    if len(letters) > _MOST_NAMED:
        facts.append(("And more of them", len(letters) - _MOST_NAMED))
    words = {"facts": facts, "reason": _REASON, "state_words": "letters may not have reached everybody"}
    key = f"restored several/{to}/{hashlib.sha256(' '.join(letters).encode()).hexdigest()[:16]}"
    told = put_office_letter(house, unit, office, letter_for(office, "health"), [to], words, key=key, now=now)
    restored.is_new(unit, told)
