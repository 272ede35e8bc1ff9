"""Word to the administrator that letters wait for a budget: a machine may be answering us.

In: a letter that waits, or letters that have been decided for a later hour.
Out: one report a day for each address, case or mailbox (M60).
Fails: never because of the report's template.
Limits: nobody is told of letters to officers, who may well get many.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from mailflow.errors import CannotRender
from mailflow.flow import budgets
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.procedure.case import Fact, instant
from mailflow.procedure.events import Terms
from mailflow.store import Unit

_REASON = "They leave as soon as the budget allows; none is lost. A machine may be answering our letters."


def tell(house: House, unit: Unit, office: Office, letter_id: str, about: str, why: str, now: datetime) -> None:
    """Letters wait for a place in the budget of `about`; once a day."""
    key = f"budget:{about}:{office.calendar.local_date(now)}"
    if letter_id.startswith(f"{office.stream}/") or unit.log.knows(office.stream, key):
        return
    facts = [("Letters wait", why), ("About", about), ("First that waits", letter_id)]
    with suppress(CannotRender):
        tell_administrator(house, unit, office, key=key, facts=facts, now=now, reason=_REASON)


def tell_of_planned(
    house: House, unit: Unit, office: Office, terms: Terms, facts: Iterable[Fact], now: datetime
) -> None:
    """The same of letters that have just been decided and leave later because their address has no place before."""
    why = f"{house.limits.per_address_per_hour} mails an hour go to this address, and more are to"
    for fact in facts if terms.places else ():
        if fact.kind == "letter" and fact.data.get("leave_at"):
            for to in (str(a) for name in ("to", "cc") for a in fact.data.get(name, ())):
                free = terms.places.get(to)
                if free and free <= instant(fact.data["leave_at"]) and budgets.news(office, to):
                    tell(house, unit, office, str(fact.data["letter"]), to, why, now)
