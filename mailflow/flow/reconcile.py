"""Mailbox, ledger, inbox, log, outbox and home copies of an office compared: nothing may be in one and not the other.

In: an office, a source of its mailbox that this thread may use, a `now`.
Out: a report: what was counted, and each difference as a sentence with what to do.
Fails: errors.StoreUnavailable; a mailbox that cannot be listed is said in the report, the rest is compared.
Limits: only reads. While the daemon works beside, things are under way: what is found is looked at a second time, and
  only what is found both times is a difference.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailflow.errors import MailboxUnavailable, Unreadable
from mailflow.flow import differences, unrendered
from mailflow.flow.collect import MISSING_FOR
from mailflow.flow.differences import Difference, Waiting
from mailflow.flow.doubt import owed
from mailflow.flow.ports import House, Office
from mailflow.flow.returning import LETTER_HEADER, OWN_LOOP
from mailflow.mail.compose import letter_named
from mailflow.mail.parse import parse
from mailflow.mailbox.source import Listing, Source
from mailflow.store import Unit
from mailflow.store.accounts import CASES

Progress = Callable[[int], None]


@dataclass(frozen=True)
class FolderCount:
    """One folder: how many mails the server lists, of how many the ledger knows under this UIDVALIDITY; how many wait
    to be read; how many that were read lie there no more (people moved or deleted them)."""

    folder: str
    uidvalidity: int
    listed: int
    known: int
    waiting: int
    gone: int


@dataclass(frozen=True)
class Report:
    """What was compared and what differs. away: why the mailbox could not be listed, "" if it was.

    sightings: rows of the ledger. outcomes: how many mails are in each state. unread: the first waiting mail of each
    folder.
    """

    office: str
    mailbox: str
    away: str = ""
    folders: tuple[FolderCount, ...] = ()
    sightings: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    cases: int = 0
    letters: int = 0
    differences: tuple[Difference, ...] = ()
    unread: Mapping[str, Waiting] = field(default_factory=dict)


def reconcile(
    house: House, office: Office, source: Source, now: datetime, progress: Progress = lambda _done: None
) -> Report:
    """Compare the books of an office. progress: is told of every mail and case compared at the first look."""
    first = _compare(house, office, source, now, progress)
    if not first.differences:
        return first
    found = {difference.key for difference in first.differences}
    again = _compare(house, office, source, now, lambda _done: None)
    return replace(again, differences=tuple(d for d in again.differences if d.key in found))


def size(house: House, office: Office) -> int:
    """How many mails and cases there are to compare."""
    with house.store.read() as unit:
        return unit.accounts.count_of_mails(office.mailbox) + len(_cases(unit, office))


def _compare(house: House, office: Office, source: Source, now: datetime, progress: Progress) -> Report:
    listings: dict[str, Listing] = {}
    away = ""
    try:
        # The server first: what is read between this and the reading of the store is then in the ledger already.
        for folder in source.folders():
            if (listing := source.listed(folder)) is not None:
                listings[folder] = listing
    except MailboxUnavailable as fault:
        away = str(fault)
    with house.store.read() as unit:
        report = Report(office.id, office.mailbox, away)
        report = _mailbox(unit, report, {} if away else listings, now)
        report = _mails(unit, report, now, progress)
        report = _letters(unit, office, report, now, progress)
        copies = tuple(_unknown_copies(house, unit, office, now))
    return replace(report, differences=(*report.differences, *copies))


def _mailbox(unit: Unit, report: Report, listings: Mapping[str, Listing], now: datetime) -> Report:
    box = report.mailbox
    ledger = unit.accounts.folders(box)
    since = {
        name: datetime.fromisoformat(at) for name, at in json.loads(unit.meta.get(f"missing:{box}") or "{}").items()
    }
    before = waiting_before(unit, box)
    counts, found, first = [], [differences.orphan(box, place) for place in unit.accounts.orphans(box)], {}
    for folder, listing in listings.items():
        known = unit.inbox.seen_uids(box, folder, listing.uidvalidity)
        missing = {uid for uid in listing.uids if f"{folder}/{uid}" in since} - known
        late = {uid for uid in missing if now - since[f"{folder}/{uid}"] >= MISSING_FOR}
        # What is missing for less than a day is asked for again at every look.
        judged = listing._replace(uids=listing.uids - (missing - late))
        noted = before.get(folder)
        found += differences.of_folder(box, folder, judged, known, late, noted, now)
        waiting = differences.unread(judged, known, late)
        counts.append(
            FolderCount(
                folder,
                listing.uidvalidity,
                len(listing.uids) + listing.unnumbered,
                len(listing.uids & known),
                len(waiting) + len(missing - late) + listing.unnumbered,
                len(known - listing.uids),
            )
        )
        if waiting:
            same = noted and (noted.uidvalidity, noted.uid) == (listing.uidvalidity, waiting[0])
            first[folder] = noted if noted and same else Waiting(listing.uidvalidity, waiting[0], now)
    return replace(
        report,
        folders=tuple(counts),
        sightings=sum(ledger.values()),
        differences=(*report.differences, *found),
        unread=first,
    )


def _mails(unit: Unit, report: Report, now: datetime, progress: Progress) -> Report:
    outcomes: Counter[str] = Counter()
    found: list[Difference] = []
    for chunk in unit.accounts.mails(report.mailbox):
        for mail in chunk:
            outcomes[mail.state] += 1
            found += differences.of_mail(report.mailbox, mail, now)
        progress(len(chunk))
    return replace(report, outcomes=dict(outcomes), differences=(*report.differences, *found))


def _cases(unit: Unit, office: Office) -> list[str]:
    return [case for case in unit.accounts.cases() if office.has(case) or case == office.stream]


def _letters(unit: Unit, office: Office, report: Report, now: datetime, progress: Progress) -> Report:
    cases = _cases(unit, office)
    known = {
        "unrendered": frozenset(unrendered.letters(unit)),
        "owed": frozenset(owed(unit)),
        "newest_home": unit.accounts.newest_home(office.mailbox),
    }
    found: list[Difference] = []
    letters = 0
    for at in range(0, len(cases), CASES):
        chunk = cases[at : at + CASES]
        accounts = unit.accounts.of_cases(chunk)
        letters += len(accounts.letters)
        found += differences.of_cases(accounts, **known, now=now)
        progress(len(chunk))
    return replace(report, cases=len(cases), letters=letters, differences=(*report.differences, *found))


def _unknown_copies(house: House, unit: Unit, office: Office, now: datetime) -> Iterator[Difference]:
    """Mails with our own loop header whose letter-id header only we can have written, about no letter we hold."""
    for identity in unit.accounts.of_reason(office.mailbox, OWN_LOOP, now - differences.COPIES_FOR):
        kept = unit.inbox.get(identity)
        try:
            letter = letter_named(parse(kept.octets).header(LETTER_HEADER), house.secret) if kept else ""
        except Unreadable:
            continue
        if letter and unit.outbox.get(letter) is None:
            yield differences.unknown_copy(office.mailbox, identity, letter)


def waiting_before(unit: Unit, mailbox: str) -> dict[str, Waiting]:
    """The first unread mail of each folder at the last nightly comparison."""
    said = json.loads(unit.meta.get(f"unread:{mailbox}") or "{}")
    return {name: Waiting(v, uid, datetime.fromisoformat(at)) for name, (v, uid, at) in said.items()}


def remember_waiting(unit: Unit, mailbox: str, waiting: Mapping[str, Waiting]) -> None:
    """Note them for the next one."""
    said = {name: [w.uidvalidity, w.uid, w.since.isoformat()] for name, w in waiting.items()}
    unit.meta.put(f"unread:{mailbox}", json.dumps(said))
