"""Old mail read by today's rules, compared with how it was read when it came.

In: a kept mail.
Out: what would be read differently (kind, sender, words, case), or nothing.
Fails: never because of a mail; one that cannot be read today is a difference.
Limits: writes nothing. A case is compared only where the mail itself names one, now or then; what an officer answered
  about it does not count, nor does who is on a register today. Mails never sorted, or erased, say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailflow.errors import MailflowError, Unreadable
from mailflow.flow import advance as stepping
from mailflow.flow import oversize, settling
from mailflow.flow.arrived import NAMED_BY, Mail, read_head, read_mail
from mailflow.flow.ports import House, Office
from mailflow.flow.routing import match_of
from mailflow.store import Unit
from mailflow.store.inbox import Kept

UNREADABLE = "unreadable"
NOBODY, NONE = "nobody", "none"


@dataclass(frozen=True)
class Change:
    """One thing that would be read differently: what, as it was recorded, and as it is read today."""

    what: str
    then: str
    now: str


@dataclass(frozen=True)
class Reading:
    """A mail with everything that would be read differently; no word of the mail."""

    mail: Kept
    changes: tuple[Change, ...]


def read_again(house: House, unit: Unit, identity: str) -> Reading | None:
    """What would be read differently of a mail; None for one that cannot be compared."""
    kept = unit.inbox.get(identity)
    office = next((o for o in house.offices.values() if kept and o.mailbox == kept.mailbox), None)
    if kept is None or office is None or not kept.octets:
        return None
    unread = not kept.kind
    if unread and kept.state != "quarantined":
        return None
    try:
        mail = read_head(office, kept) if oversize.too_large(unit, office, kept) else read_mail(office, kept)
    except Unreadable:
        changes = () if unread else (Change("kind", kept.kind, UNREADABLE),)
        return Reading(kept, changes)
    if unread:
        return Reading(kept, (Change("kind", UNREADABLE, mail.kind.name),))
    return Reading(kept, tuple(_changes(house, unit, office, mail)))


def _changes(house: House, unit: Unit, office: Office, mail: Mail) -> Iterator[Change]:
    kept = mail.kept
    if mail.kind.name != kept.kind:
        yield Change("kind", kept.kind, mail.kind.name)
    if mail.sender.lower() != kept.sender:
        yield Change("sender", kept.sender or NOBODY, mail.sender.lower() or NOBODY)
    if mail.text_digest != kept.text_digest:
        yield Change("new text", kept.text_digest[:16] or NONE, mail.text_digest[:16])
    if "human" in (kept.kind, mail.kind.name):
        yield from _of_case(unit, office, mail)


def _of_case(unit: Unit, office: Office, mail: Mail) -> Iterator[Change]:
    given = settling.sorted_into(unit, mail.kept.identity)
    then = mail.kept.case if given is None else given
    now = match_of(unit, office, mail).case
    if now and then != now and not _follows(unit, now, then):
        yield Change("case", then or NONE, now)
    elif not now and then and _was_named(unit, then, mail.cause):
        yield Change("case", then, NONE)


def _follows(unit: Unit, named: str, then: str) -> bool:
    """Whether what is said to the case that is named was taken up by the one it was joined to."""
    try:
        return bool(then) and bool(stepping.read_case(unit, named).joined)
    except (MailflowError, ValueError, KeyError):
        return False


def _was_named(unit: Unit, ref: str, cause: str) -> bool:
    """Whether the case's own log says that the mail was placed by what stood in it."""
    return any(
        str(flag).startswith(NAMED_BY)
        for line in unit.log.read(ref)
        if line.cause == cause and line.kind == "mail"
        for flag in line.data.get("flags", ())
    )
