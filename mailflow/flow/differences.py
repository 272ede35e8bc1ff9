"""The comparison of the books, over facts alone: what mailbox, ledger, inbox, log and outbox say of the same thing.

In: listings, accounts of mails, cases and letters, a `now`.
Out: differences, each one sentence that names the thing, and what to do about it.
Fails: never.
Limits: what people do with mail that has been read (moving, deleting) is no difference; nor is what still waits its
  turn. A letter's missing home copy is named for COPIES_FOR only: later nobody could find out more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailflow.flow.doubt import fate, tag_of
from mailflow.flow.returning import OWN_COPY
from mailflow.flow.unsent import LEAST
from mailflow.mailbox.source import Listing
from mailflow.procedure import by_post
from mailflow.store import Envelope
from mailflow.store.accounts import CaseAccounts, LetterAccount, MailAccount, Place

STATES = ("kept", "done", "held", "quarantined")
LATE = "late"
# Sorting takes moments; what is not sorted by then stands still.
SORTED_WITHIN = timedelta(hours=1)
# A mail that was there at one nightly comparison and is still unread at the next.
READ_WITHIN = timedelta(hours=12)
# The courier settles claims whose lease ran out whenever it looks for work.
LEASE_GRACE = timedelta(minutes=30)
# Doubts of the office's own mails wait a day for evidence before anybody is asked (doubt.py).
DOUBT_WITHIN = timedelta(days=2)
HOME_WITHIN = timedelta(days=1)
COPIES_FOR = timedelta(days=30)
# Mails of a case that never stand on its file, by the beginning of their reason: copies of our own letters, officers'
# answers about other mails, what was set aside or refused.
UNFILED = (
    OWN_COPY,
    "an answer about ",
    "refused, not confirmed ",
    "an officer said: not for us",
    "set aside by ",
    "the same words as a mail that was set aside",
)
_ASK_OR_RELEASE = "Look at it with: mailflow quarantine list, mailflow held list"
_REPORT = "This is a fault of the program or of the store: keep a backup, and report it with this sentence."
_UNDER_WAY = ("waiting", "claimed", "deferred", "in_doubt")


@dataclass(frozen=True)
class Difference:
    """One difference. kind and id tell it from every other; what: the sentence; do: what to do about it."""

    kind: str
    id: str
    what: str
    do: str
    mailbox: str = ""
    folder: str = ""
    uidvalidity: int = 0
    uid: int = 0
    case: str = ""
    letter: str = ""
    mail: str = ""

    @property
    def key(self) -> str:
        """What makes it the same difference as that of another night."""
        return f"{self.kind}: {self.id}: {self.what}"


@dataclass(frozen=True)
class Waiting:
    """The first mail of a folder that waited to be read at an earlier comparison, and since when."""

    uidvalidity: int
    uid: int
    since: datetime


# -- mailbox and ledger -------------------------------------------------------------------------------------------


def unread(listing: Listing, known: Collection[int], missing: Collection[int]) -> list[int]:
    """The UIDs that wait for their turn: above all that were read, so they came after the last look."""
    highest = max(known, default=0)
    return sorted(uid for uid in listing.uids.difference(known, missing) if uid > highest)


def of_folder(
    mailbox: str,
    folder: str,
    listing: Listing,
    known: Collection[int],
    missing: Collection[int],
    before: Waiting | None,
    now: datetime,
) -> Iterator[Difference]:
    """A folder as the server lists it, against the ledger. missing: listed, but not given for a day or more."""
    waiting = set(unread(listing, known, missing))
    place = {"mailbox": mailbox, "folder": folder, "uidvalidity": listing.uidvalidity}
    for uid in sorted(listing.uids.difference(known, waiting)):
        name = f"UID {uid} in {folder} of {mailbox} (UIDVALIDITY {listing.uidvalidity})"
        if uid in missing:
            what, kind = f"The server lists the mail {name} but does not give it.", "not given"
            do = "Open it in the mailbox and forward it to the mailbox."
        else:
            what, kind = f"The mail {name} has not been read, though later ones have.", "not read"
            do = "Open it in the mailbox and forward it to the mailbox; then report this sentence."
        yield Difference(kind, f"{folder}/{listing.uidvalidity}/{uid}", what, do, uid=uid, **place)
    first = min(waiting, default=0)
    stands = before is not None and (before.uidvalidity, before.uid) == (listing.uidvalidity, first)
    if before is not None and stands and now - before.since >= READ_WITHIN:
        since = f"{before.since:%Y-%m-%d %H:%M} UTC"
        what = f"The mail UID {first} in {folder} of {mailbox} has waited to be read since {since}."
        do = 'See whether the daemon runs and what its log says of this mailbox ("intake").'
        yield Difference("not read", f"{folder}/{listing.uidvalidity}/{first}", what, do, uid=first, **place)


def orphan(mailbox: str, place: Place) -> Difference:
    """The ledger says that a mail was read, and nothing is kept of it."""
    name = f"UID {place.uid} in {place.folder} of {mailbox} (UIDVALIDITY {place.uidvalidity})"
    what = f"The ledger says that the mail {name} was read, but the inbox does not hold it."
    of = {"mailbox": mailbox, "folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid}
    return Difference("no mail", f"{place.folder}/{place.uidvalidity}/{place.uid}", what, _REPORT, **of)


# -- inbox and log ------------------------------------------------------------------------------------------------


def of_mail(mailbox: str, mail: MailAccount, now: datetime) -> Iterator[Difference]:
    """One mail of the inbox: it has exactly one outcome, and what it became can be seen."""
    of: dict[str, object] = {"mailbox": mailbox, "case": mail.case, "mail": mail.identity}
    name = f"The mail {mail.identity[:16]} in {mailbox}"
    if mail.place:
        of |= {"folder": mail.place.folder, "uidvalidity": mail.place.uidvalidity, "uid": mail.place.uid}
        name = f"The mail {mail.identity[:16]} (UID {mail.place.uid} in {mail.place.folder} of {mailbox})"

    def said(kind: str, what: str, do: str) -> Difference:
        return Difference(kind, mail.identity, f"{name} {what}", do, **of)  # type: ignore[arg-type]

    if not mail.sightings:
        yield said("no place", "is kept, but the ledger does not say where it was seen.", _REPORT)
    if mail.state not in STATES:
        yield said("no outcome", f'is in the state "{mail.state}", which is none.', _REPORT)
    elif mail.state == "kept":
        if now - mail.kept_at >= SORTED_WITHIN:
            since = f"since {mail.kept_at:%Y-%m-%d %H:%M} UTC"
            do = 'See whether the daemon runs and what its log says ("mail.failed").'
            yield said("not sorted", f"has been kept {since} and is not sorted yet.", do)
    elif not mail.reason:
        yield said("no reason", f"is {mail.state}, but nothing says why.", _REPORT)
    if mail.state == "held" and not mail.asked:
        yield said("not asked", "is held, but no question about it is open.", f"{_ASK_OR_RELEASE}; then report this.")
    if mail.state == "done" and mail.case and not mail.case.startswith("office:"):
        if not mail.known:
            yield said("no case", f"is said to belong to {mail.case}, which the log does not know.", _REPORT)
        elif not mail.filed and not mail.reason.startswith(UNFILED):
            yield said("not filed", f"belongs to {mail.case} but does not stand on its file.", _REPORT)


# -- log and outbox -----------------------------------------------------------------------------------------------


def of_cases(
    accounts: CaseAccounts,
    *,
    unrendered: Collection[str],
    owed: Collection[str],
    newest_home: int,
    now: datetime,
) -> Iterator[Difference]:
    """A chunk of cases: the log against the inbox and the outbox.

    unrendered: letters that wait for their template. owed: letters whose case hears of them later. newest_home: see
    Accounts.newest_home.
    """
    for case, identity in accounts.strays:
        what = f"An event of {case} was caused by the mail {identity[:16]}, which the inbox does not hold."
        yield Difference("no mail", f"{case}/{identity}", what, _REPORT, case=case, mail=identity)
    told = dict(_told(accounts))
    for letter in accounts.letters:
        status = told.pop(letter.id, None)
        of = _Letter(letter)
        if status is None:
            what = "stands in the outbox, but the log does not know it."
            yield of.said("not decided", what, "Do not let it leave: mailflow show says what the case decided.")
        else:
            yield from _fates(of, status[0], letter.id in owed)
        yield from _carried(of, now)
        yield from _came_home(of, newest_home, now)
    for letter_id, (status, case) in told.items():
        if letter_id not in unrendered and status != "withdrawn":
            what = f"The log of {case} says that the letter {letter_id} was {status}, but the outbox does not hold it."
            yield Difference("no letter", letter_id, what, _REPORT, case=case, letter=letter_id)


def _told(accounts: CaseAccounts) -> Iterable[tuple[str, tuple[str, str]]]:
    """Each letter that goes by the outbox: its last status by the log, and its case."""
    status: dict[str, tuple[str, str]] = {}
    for case, kind, data in accounts.told:
        letter = str(data.get("letter", ""))
        if kind == "letter":
            if data.get("status", "decided") == "decided" and data.get("post") != by_post.ONLY:
                status[letter] = ("decided", case)
        elif letter in status:
            status[letter] = ("withdrawn" if kind == "letter_withdrawn" else str(data.get("result", "")), case)
    return status.items()


class _Letter:
    """A letter with its envelopes to the party, and the beginning of each sentence about it."""

    def __init__(self, letter: LetterAccount) -> None:
        self.letter = letter
        self.party = [e for e in letter.envelopes if not e.home]
        self.states = {e.state for e in self.party}
        self.name = f"The letter {letter.id} ({letter.template}, to {letter.party or 'nobody'})"
        # The same question as the courier's: what the case is to be told of this letter.
        self.fate = fate(Envelope(letter.id, "", e.state, 0, None, "", e.home) for e in letter.envelopes)[0]

    def said(self, kind: str, what: str, do: str) -> Difference:
        """A difference about it."""
        ids = {"case": self.letter.case, "letter": self.letter.id}
        return Difference(kind, self.letter.id, f"{self.name} {what}", do, **ids)


def _fates(of: _Letter, status: str, is_owed: bool) -> Iterator[Difference]:
    if not of.letter.envelopes:
        yield of.said("no envelope", "has no recipient in the outbox.", _REPORT)
        return
    if status == "withdrawn":
        if of.states & {*_UNDER_WAY, "sent", "served", "bounced"}:
            do = "If it has left, tell the recipient; if it has not, stop the courier before it does. Report this."
            yield of.said("taken back", f"was taken back, but the outbox says {_words(of.states)}.", do)
    elif status == "sent" and not of.states & {"sent", "served", "bounced"}:
        what = f"was sent by the log, but the outbox says {_words(of.states)}."
        yield of.said("not sent", what, "Ask the recipient whether it came, and report this.")
    elif status == "bounced" and of.fate == "sent":
        yield of.said("not bounced", f"came back by the log, but the outbox says {_words(of.states)}.", _REPORT)
    elif status == "decided" and not of.letter.case.startswith("office:"):
        if of.states == {"withdrawn"} and not is_owed:
            yield of.said("taken back", "was taken out of the outbox, but its case still counts on it.", _REPORT)
        elif of.fate and not is_owed:
            what = f"is {of.fate} by the outbox, but its case has not been told."
            yield of.said("not told", what, _REPORT)


def _words(states: Collection[str]) -> str:
    return " and ".join(sorted(state.replace("_", " ") for state in states)) or "nothing"


def _carried(of: _Letter, now: datetime) -> Iterator[Difference]:
    """Claims, doubts and lateness."""
    letter = of.letter
    claimed = any(e.state == "claimed" for e in letter.envelopes)
    restart = "Restart the daemon: its courier settles what was interrupted."
    if claimed and letter.lease_until is None:
        yield of.said("claimed", "is claimed by a courier, but no attempt at it is running.", _REPORT)
    elif letter.lease_until is not None and (not claimed or now - letter.lease_until >= LEASE_GRACE):
        what = "has an attempt that was never ended" if claimed else "has a running attempt that carries nobody"
        yield of.said("claimed", f"{what}.", restart)
    if "in_doubt" in of.states:
        if not letter.asked and now - letter.leave_at >= DOUBT_WITHIN:
            do = f"Ask the recipient; then: mailflow held settle or release {tag_of(letter.id)}. Report this."
            yield of.said("in doubt", "may or may not have left, and nobody has been asked.", do)
    elif of.states & set(_UNDER_WAY) and now - letter.leave_at >= LEAST:
        what = f"was to leave at {letter.leave_at:%Y-%m-%d %H:%M} UTC and is still {_words(of.states)}."
        yield of.said(LATE, what, "mailflow show says what keeps it; see whether the mail server takes mail.")


def _came_home(of: _Letter, newest_home: int, now: datetime) -> Iterator[Difference]:
    """A letter that left without its copy coming home, though the copy of one first tried later did."""
    letter = of.letter
    left = [e.left_at for e in letter.envelopes if e.home and e.state == "sent" and e.left_at]
    if letter.home_at is not None or not left or letter.last_try >= newest_home:
        return
    if HOME_WITHIN <= now - left[0] < COPIES_FOR:
        at = f"{left[0]:%Y-%m-%d %H:%M} UTC"
        what = f"left at {at}, but its copy never came home, though copies of later letters did."
        do = "Look for the copy in all folders of the mailbox; if it is nowhere, ask the recipient whether it came."
        yield of.said("no copy", what, do)


def unknown_copy(mailbox: str, identity: str, letter_id: str) -> Difference:
    """A letter of ours came home that the outbox does not hold: as after an older backup was put back."""
    what = f"A copy of the letter {letter_id} came home to {mailbox}, but the outbox does not know that letter."
    do = "Was an older backup put back? See what its case says of that letter before anything is sent again."
    case = letter_id.partition("/")[0]
    return Difference("unknown copy", letter_id, what, do, mailbox=mailbox, case=case, letter=letter_id, mail=identity)
