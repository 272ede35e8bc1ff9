"""From a mailbox into the store: every mail's octets are kept before anybody thinks about them (commit 1).

In: an office, the source that reads its mailbox, now.
Out: how many mails were new, and the instant through which everything that had arrived is kept.
Fails: errors.MailboxUnavailable; what was kept before stays kept.
Limits: a mail that the server lists but does not give holds `through` back for MISSING_FOR, then the administrator is
  told and it holds nothing any more; that a mail was cut at the source's limit stands in meta, `truncated:<identity>`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from mailflow.errors import Unreadable
from mailflow.flow import restored
from mailflow.flow.ports import House, Office
from mailflow.mail.message import Message
from mailflow.mail.parse import parse
from mailflow.mailbox.source import Raw, Source
from mailflow.store import Unit

BATCH = 50
BATCH_OCTETS = 20_000_000
# At most so many mails of a folder in one call, so that sorting begins before a large mailbox is read to its end.
LOOK = 500
# The clocks of chasers should not stand for ever because of one mail that a server will not give.
MISSING_FOR = timedelta(days=1)
# A server that restarts is no outage.
AWAY_FOR = timedelta(minutes=5)
# architecture.md, "Time in tests and demonstrations".
TEST_ARRIVAL = "mailflow-test-arrival"

_log = structlog.get_logger()


@dataclass(frozen=True)
class Collected:
    """new: mails not known before; more: there is more to fetch; through: None while something is missing."""

    new: int
    more: bool
    through: datetime | None


def collect(house: House, office: Office, source: Source, now: datetime) -> Collected:
    """Look into every folder of the mailbox and keep what the ledger does not know.

    The server is told (`confirm`) only after the commit that keeps the octets (architecture.md, invariant 7).
    """
    new, more = 0, False
    for folder in source.folders():
        found = 0
        for batch in _batches(source.fetch_after(folder, lambda v, f=folder: _ledger(house, office, f, v), LOOK)):
            found += len(batch)
            new += _keep(house, office, batch, now)
            source.confirm(folder, [raw.uid for raw in batch])
        more = more or found >= LOOK
    for sentence in source.notes:
        _log.warning("mailbox.note", mailbox=office.mailbox, said=sentence)
    source.notes.clear()
    whole = _nothing_missing(house, office, source, now)
    return Collected(new, more, now if whole and not more else None)


def identity_of(octets: bytes) -> tuple[str, Message | None]:
    """The identity of a mail (mail.md, "Identity of a message") and the mail itself if it can be read.

    Servers rewrite headers of mail already received, so the normalised digest counts, not the octets.
    """
    try:
        message = parse(octets)
    except Unreadable:
        return hashlib.sha256(octets).hexdigest(), None
    return message.digest, message


def _keep(house: House, office: Office, batch: list[Raw], now: datetime) -> int:
    """Commit 1: these octets and their places in the ledger, together."""
    read = [(raw, *identity_of(raw.octets)) for raw in batch]
    fresh = []
    with house.store.unit(purpose="keep") as unit:
        for raw, digest, message in read:
            identity = _own_identity(house, unit, office, digest)
            kept = unit.inbox.keep(
                identity,
                raw.octets,
                mailbox=office.mailbox,
                folder=raw.folder,
                uidvalidity=raw.uidvalidity,
                uid=raw.uid,
                arrived_at=_arrival(house, raw, message, now),
                kept_at=now,
                sender=message.from_.email if message and message.from_ else "",
            )
            if kept and raw.truncated:
                unit.meta.put(f"truncated:{identity}", str(len(raw.octets)))
            if kept:
                fresh.append((raw, identity))
    for raw, identity in fresh:
        _log.info("mail.kept", mailbox=office.mailbox, folder=raw.folder, uid=raw.uid, mail=identity)
    return len(fresh)


def _own_identity(house: House, unit: Unit, office: Office, digest: str) -> str:
    """The digest; made the mailbox's own when another office of the house has been sent the same mail."""
    # An office that is not served now may have been sent it, too: its mailbox is not among those we know.
    if len(house.offices) > 1 or house.faulty:
        known = unit.inbox.get(digest)
        ours = {o.mailbox for o in house.offices.values()}
        if known is not None and known.mailbox != office.mailbox and (known.mailbox in ours or house.faulty):
            return hashlib.sha256(f"{digest}@{office.mailbox}".encode()).hexdigest()
    return digest


def _arrival(house: House, raw: Raw, message: Message | None, now: datetime) -> datetime:
    """INTERNALDATE (K8); in pretended time the pretended now, or what the header for tests says."""
    if not house.pretend_time or restored.catching_up(house):
        return raw.arrived_at
    said = message.header(TEST_ARRIVAL).strip() if message else ""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return now
    return at.astimezone(UTC) if at.tzinfo else now


def _ledger(house: House, office: Office, folder: str, uidvalidity: int) -> set[int]:
    with house.store.read() as unit:
        return unit.inbox.seen_uids(office.mailbox, folder, uidvalidity)


def _batches(raws: Iterable[Raw]) -> Iterator[list[Raw]]:
    """Groups bounded by number and by octets, so that one commit serves many mails and memory stays small."""
    batch: list[Raw] = []
    weight = 0
    for raw in raws:
        if batch and (len(batch) >= BATCH or weight + len(raw.octets) > BATCH_OCTETS):
            yield batch
            batch, weight = [], 0
        batch.append(raw)
        weight += len(raw.octets)
    if batch:
        yield batch


# -- what cannot be read ------------------------------------------------------------------------------------------


def _nothing_missing(house: House, office: Office, source: Source, now: datetime) -> bool:
    """Whether every listed mail could be had, or has been missing for so long that it holds nothing back any more."""
    key = f"missing:{office.mailbox}"
    missing = {f"{folder}/{uid}" for folder, uids in source.missing.items() for uid in uids}
    with house.store.read() as unit:
        known: dict[str, str] = json.loads(unit.meta.get(key) or "{}")
    since = {name: known.get(name, now.isoformat()) for name in sorted(missing)}
    late = [name for name, first in since.items() if now - datetime.fromisoformat(first) >= MISSING_FOR]
    if since != known:
        with house.store.unit(purpose="missing") as unit:
            unit.meta.put(key, json.dumps(since))
        _log.warning("mailbox.missing", mailbox=office.mailbox, count=len(since))
    for name in late:
        facts = [("Mailbox", office.mailbox), ("Mail", name), ("Listed since", since[name])]
        words = "The server lists this mail but does not give it: open it in the mailbox and forward it."
        _tell(house, office, f"health/missing/{office.mailbox}/{name}/{since[name]}", facts, now, words)
    return len(late) == len(since)


def mailbox_away(house: House, office: Office, why: str, now: datetime) -> None:
    """Note that the mailbox cannot be read; after AWAY_FOR without a look the administrator is told, once per outage.

    The outage counts from the last instant through which the mailbox was read.
    """
    key = f"away:{office.mailbox}"
    with house.store.unit(purpose="away") as unit:
        since = unit.meta.get(key)
        if since is None:
            since = (unit.inbox.read_through(office.mailbox) or now).isoformat()
            unit.meta.put(key, since)
    if now - datetime.fromisoformat(since) < AWAY_FOR:
        return
    facts = [("Mailbox", office.mailbox), ("Not read since", _local(office, since)), ("What is wrong", why)]
    words = "Replies cannot be seen, so nobody is chased for one until the mailbox can be read again."
    _tell(house, office, f"health/away/{office.mailbox}/{since}", facts, now, words)


def mailbox_back(house: House, office: Office, now: datetime) -> None:
    """The mailbox can be read again; the administrator hears it if they heard of the outage."""
    key = f"away:{office.mailbox}"
    with house.store.read() as unit:
        since = unit.meta.get(key)
        told = since is not None and unit.log.knows(office.stream, f"health/away/{office.mailbox}/{since}")
    if since is None:
        return
    if told:
        facts = [("Mailbox", office.mailbox), ("Away from", _local(office, since))]
        words = "The mailbox can be read again; what came meanwhile is being read now."
        _tell(house, office, f"health/back/{office.mailbox}/{since}", facts, now, words)
    with house.store.unit(purpose="back") as unit:
        unit.meta.drop(key)
    _log.info("mailbox.back", mailbox=office.mailbox, since=since)


def store_back(house: House, office: Office, since: datetime, why: str, now: datetime) -> None:
    """The database could not be written and can be again (a full disk, a lock): after AWAY_FOR it is told, once."""
    _log.info("store.back", since=since.isoformat())
    if now - since < AWAY_FOR:
        return
    local = office.calendar.local
    facts = [
        ("What was wrong", why),
        ("From", f"{local(since):%d %B %Y, %H:%M}"),
        ("Until", f"{local(now):%d %B %Y, %H:%M}"),
    ]
    words = (
        "mailflow could not write to its database. What came meanwhile stayed in the mailbox and is read now; letters "
        "waited and leave now. Nothing was lost. Please see why: a full disk, or another program that held the file."
    )
    _tell(house, office, f"health/store/{since.isoformat()}", facts, now, words)


def away_due(house: House, office: Office) -> datetime | None:
    """When the administrator is to be told of the running outage; None when there is none."""
    with house.store.read() as unit:
        since = unit.meta.get(f"away:{office.mailbox}")
    return datetime.fromisoformat(since) + AWAY_FOR if since else None


def _local(office: Office, instant: str) -> str:
    return f"{office.calendar.local(datetime.fromisoformat(instant)):%d %B %Y, %H:%M}"


def _tell(house: House, office: Office, key: str, facts: list[tuple[str, object]], now: datetime, words: str) -> None:
    from mailflow.flow.office_mail import tell_administrator

    with house.store.unit(purpose="health") as unit:
        tell_administrator(house, unit, office, key=key, facts=facts, now=now, reason=words)
