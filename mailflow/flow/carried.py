"""A mail in a person's words that a machine has carried and may have written: filed, and put to an officer.

In: a mail of kind human that is not surely so (a ticket system, an empty return path, a no-reply form), and its match.
Out: the outcome: held with its reason; it moves nothing before an officer has said what it is (domain.md G4).
Fails: never.
Limits: an officer's own mail does not come here: what it may do is proved and asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailflow.flow import confiding
from mailflow.flow.arrived import Mail
from mailflow.flow.placing import Outcome, file_mail, hold
from mailflow.flow.ports import House, Office
from mailflow.mail.correlate import Match
from mailflow.store import Unit


def held(
    house: House, unit: Unit, office: Office, mail: Mail, match: Match, role: str, live: Sequence[str], now: datetime
) -> Outcome:
    """Hold it with its case, or with the cases of its sender; `role` is the sender's on the case, "" if in none."""
    why = f"a machine has carried it, and may have written it ({mail.kind.reason})"
    if match.case:
        if role:
            file_mail(unit, office, mail, match.case, role)
        return hold(house, unit, office, mail, why, now, case=match.case, role=role)
    if match.others or live:
        others = tuple(match.others or live)
        case = others[0] if len(others) == 1 else ""
        return hold(house, unit, office, mail, why, now, case=case, others=others)
    sealed = confiding.from_a_reader(office, mail)
    return hold(house, unit, office, mail, why, now, sealed=sealed)
