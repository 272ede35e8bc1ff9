"""Internal origin: whether a mail that our server said nothing about may count as a colleague's (G8).

In: mails as they are sorted.
Out: a mark per office that its server stamps what comes from outside; whether an unstamped mail is of internal origin.
Fails: never.
Limits: believes the server's habit, not the mail: where the server leaves outside mail unstamped, nothing is internal.
"""

from __future__ import annotations

from mailflow.flow.arrived import Mail
from mailflow.flow.ports import Office
from mailflow.store import Unit

RESULTS = "authentication-results"


def note_stamp(unit: Unit, office: Office, mail: Mail) -> None:
    """Remember that our own server has stamped a mail from outside: only then does a missing stamp say anything."""
    stamped = mail.trust.known and mail.message.has_header(RESULTS) and len(mail.message.all_headers("from")) == 1
    if stamped and not _ours(office, mail) and not unit.meta.get(_key(office)):
        unit.meta.put(_key(office), mail.kept.identity)


def is_internal(unit: Unit, office: Office, mail: Mail) -> bool:
    """The office trusts the domain, this mail has no Authentication-Results at all, and mail from outside has them."""
    silent = not mail.trust.known and not mail.message.has_header(RESULTS)
    return silent and _ours(office, mail) and bool(unit.meta.get(_key(office)))


def _ours(office: Office, mail: Mail) -> bool:
    return mail.sender.rpartition("@")[2] in office.trust.internal_domains


def _key(office: Office) -> str:
    return f"stamps:{office.id}"
