"""Mail of which nobody but the readers of restricted cases may hear, before it has a case (domain.md Q45).

In: a mail being sorted that names no case, several, or one that is not its writer's.
Out: the writer is told what to do, and nobody else anything; or the readers are asked where it belongs.
Fails: CannotRender for the answer; Conflict when another loop was first.
Limits: knows it by the word that outranks all others, or by a writer to whom cases are restricted; not by its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailflow.flow import colleagues, hearing
from mailflow.flow.arrived import Mail
from mailflow.flow.placing import Outcome
from mailflow.flow.ports import House, Office
from mailflow.flow.replying import doubt_person, reply_plainly
from mailflow.procedure.definition import ANYTHING
from mailflow.store import Unit


def is_confided(office: Office, mail: Mail) -> bool:
    """Whether a colleague says the word that outranks all others."""
    if not colleagues.colleague(office, mail.sender):
        return False
    said = hearing.read_words(office, office.procedure, mail).sayings
    return any(ANYTHING in office.procedure.verbs[s.verb].beats for s in said)


def from_a_reader(office: Office, mail: Mail) -> bool:
    """Whether it comes from somebody outside the case's officers to whom the procedure restricts cases."""
    rows = (row for machine in office.procedure.machines.values() for row in machine.rows)
    roles = {office.procedure.roles[name] for row in rows for name in row.restrict}
    settings = office.procedure.settings | dict(office.settings)
    parties = {str(settings.get(role.setting) or "") for role in roles if role.setting}
    return any(b.party in parties for b in office.register.party_of_address(mail.sender))


def unplaced(house: House, unit: Unit, office: Office, mail: Mail, now: datetime, refs: Sequence[str] = ()) -> Outcome:
    """Tell the writer alone that nothing was done with it, and what to do; `refs`: it names more than one case."""
    if mail.trust.failed:
        doubt_person(house, unit, office, mail, now)
        return Outcome("done", f"refused, not confirmed to be the colleague's: {mail.trust.why}")
    word = office.procedure.case_word
    told = f"You are not on this {word}. Write a new mail, without its reference, with the same words."
    if refs:
        told = f"It names {' and '.join(refs)}. Send it again for each {word}, with one reference in the subject."
    reply_plainly(house, unit, office, mail, f"{told} Nobody else has been told of your mail.", now)
    return Outcome("done", "a word for few ears that has no place: its writer was told")
