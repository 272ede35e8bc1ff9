"""The books as they stand: what ledger, inbox, log and outbox say of each mail and letter, a chunk at a time.

In: a mailbox, or a chunk of cases.
Out: plain facts for the comparison in flow/reconcile.py, without the octets of any mail or letter.
Fails: never of its own accord.
Limits: only reads. Memory holds one chunk and the UIDs of one folder, however many mails there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select

from mailflow.store import schema
from mailflow.store.work import Room

CHUNK = 1000
CASES = 100
DIGEST = 64  # characters of an identity


@dataclass(frozen=True)
class Place:
    """Where a mail was seen."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True)
class MailAccount:
    """One mail: its state and why; how often and (once) where the ledger saw it.

    known: the log knows its case; filed: it stands on that case's file; asked: a question about it is open.
    """

    identity: str
    state: str
    reason: str
    case: str
    kept_at: datetime
    sightings: int
    place: Place | None
    known: bool
    filed: bool
    asked: bool


@dataclass(frozen=True)
class EnvelopeAccount:
    """One recipient of a letter: its state and when it left or may have left."""

    state: str
    home: bool
    left_at: datetime | None


@dataclass(frozen=True)
class LetterAccount:
    """One letter of the outbox. first_try, last_try: numbers of its attempts, 0 before the first; lease_until: of the
    attempt that is open; asked: whether a person was asked about it as one in doubt."""

    id: str
    case: str
    template: str
    party: str
    leave_at: datetime
    home_at: datetime | None
    envelopes: tuple[EnvelopeAccount, ...]
    last_try: int
    lease_until: datetime | None
    asked: bool


@dataclass(frozen=True)
class CaseAccounts:
    """A chunk of cases. told: what the log says of each letter, in order (case, kind, data); strays: (case, identity)
    of mails that the log names as a cause and the inbox does not hold."""

    told: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    letters: tuple[LetterAccount, ...] = ()
    strays: tuple[tuple[str, str], ...] = field(default=())


_i, _s, _c, _h = schema.inbox.c, schema.sightings.c, schema.correspondence.c, schema.held.c
_l, _e, _a, _log, _k = (t.c for t in (schema.letters, schema.envelopes, schema.attempts, schema.log, schema.causes))
_mailbox, _of_cases = bindparam("mailbox"), bindparam("cases", expanding=True)
_FOLDERS = (
    select(_s.folder, _s.uidvalidity, func.count().label("n"))
    .where(_s.mailbox == _mailbox)
    .group_by(_s.folder, _s.uidvalidity)
)
_ORPHANS = (
    select(_s.folder, _s.uidvalidity, _s.uid)
    .where(_s.mailbox == _mailbox, ~exists().where(_i.identity == _s.identity))
    .order_by(_s.folder, _s.uidvalidity, _s.uid)
    .limit(CHUNK)
)
_MAIL_COUNT = select(func.count()).select_from(schema.inbox).where(_i.mailbox == _mailbox)
_filed = exists().where(_c.case == _i.case, _c.identity == _i.identity, _c.direction == "in")
_known = exists().where(_k.case == _i.case)
_asked = exists().where(_h.identity == _i.identity, _h.open)
_MAILS = (
    select(
        _i.identity,
        _i.state,
        _i.reason,
        _i.case,
        _i.first_kept_at,
        _known.label("known"),
        _filed.label("filed"),
        _asked.label("asked"),
    )
    .where(_i.mailbox == _mailbox, _i.identity > bindparam("after"))
    .order_by(_i.identity)
    .limit(CHUNK)
)
_PLACES = (
    select(_s.identity, _s.folder, _s.uidvalidity, _s.uid)
    .where(_s.identity > bindparam("after"), _s.identity <= bindparam("last"))
    .order_by(_s.identity)
)
_CASES = select(_k.case).distinct().order_by(_k.case)
_LETTER_CASES = select(_l.case).distinct()
_stray = and_(
    _k.case.in_(_of_cases),
    _k.cause.like("mail:%"),
    # The words of a mail that has opened a case are a cause of their own, "mail:<identity>/words".
    ~exists().where(_i.identity.in_((func.substr(_k.cause, 6), func.substr(_k.cause, 6, DIGEST)))),
)
_STRAYS = select(_k.case, _k.cause).where(_stray).order_by(_k.case, _k.seq)
_TOLD = (
    select(_log.case, _log.kind, _log.data)
    .where(_log.case.in_(_of_cases), _log.kind.in_(("letter", "letter_withdrawn", "settled")))
    .order_by(_log.case, _log.seq)
)
_question = exists().where(_h.identity == _l.id, _h.open)
_LETTERS = (
    select(_l.id, _l.case, _l.template, _l.party, _l.leave_at, _l.home_at, _question.label("asked"))
    .where(_l.case.in_(_of_cases))
    .order_by(_l.case, _l.id)
)
_ENVELOPES = (
    select(_e.letter, _e.state, _e.home, _e.left_at)
    .join(schema.letters, _l.id == _e.letter)
    .where(_l.case.in_(_of_cases))
    .order_by(_e.letter, _e.recipient)
)
_ATTEMPTS = (
    select(
        _a.letter,
        func.max(_a.id).label("last"),
        func.max(_a.lease_until).filter(_a.ended_at.is_(None)).label("lease_until"),
    )
    .join(schema.letters, _l.id == _a.letter)
    .where(_l.case.in_(_of_cases))
    .group_by(_a.letter)
)
_firsts = (
    select(func.min(_a.id).label("first"))
    .join(schema.letters, _l.id == _a.letter)
    .where(_l.mail_from == _mailbox, _l.home_at.is_not(None))
    .group_by(_a.letter)
    .subquery()
)
_NEWEST_HOME = select(func.max(_firsts.c.first))
_OF_REASON = (
    select(_i.identity)
    .where(_i.mailbox == _mailbox, _i.reason == bindparam("reason"), _i.first_kept_at >= bindparam("since"))
    .order_by(_i.identity)
)


class Accounts(Room):
    """The books of this transaction."""

    __slots__ = ()

    def folders(self, mailbox: str) -> dict[tuple[str, int], int]:
        """How many mails the ledger saw in each (folder, UIDVALIDITY) of a mailbox."""
        return {(r.folder, r.uidvalidity): r.n for r in self._work.read(_FOLDERS, {"mailbox": mailbox})}

    def orphans(self, mailbox: str) -> list[Place]:
        """Places in the ledger whose mail the inbox does not hold; the first thousand."""
        return [Place(r.folder, r.uidvalidity, r.uid) for r in self._work.read(_ORPHANS, {"mailbox": mailbox})]

    def count_of_mails(self, mailbox: str) -> int:
        """How many different mails a mailbox has brought."""
        return self._work.read(_MAIL_COUNT, {"mailbox": mailbox}).scalar() or 0

    def mails(self, mailbox: str) -> Iterator[list[MailAccount]]:
        """Every mail of a mailbox, in chunks."""
        after = ""
        while rows := self._work.read(_MAILS, {"mailbox": mailbox, "after": after}).all():
            places: defaultdict[str, list[Place]] = defaultdict(list)
            for r in self._work.read(_PLACES, {"after": after, "last": rows[-1].identity}):
                places[r.identity].append(Place(r.folder, r.uidvalidity, r.uid))
            yield [
                MailAccount(
                    r.identity,
                    r.state,
                    r.reason,
                    r.case,
                    r.first_kept_at,
                    len(places[r.identity]),
                    next(iter(places[r.identity]), None),
                    bool(r.known),
                    bool(r.filed),
                    bool(r.asked),
                )
                for r in rows
            ]
            after = rows[-1].identity

    def cases(self) -> list[str]:
        """Every case and office stream that log and outbox name."""
        found = set(self._work.read(_CASES).scalars())
        found.update(self._work.read(_LETTER_CASES).scalars())
        return sorted(found)

    def of_cases(self, cases: Sequence[str]) -> CaseAccounts:
        """What log and outbox say of these cases, CASES of them at most."""
        wanted = {"cases": list(cases)}
        envelopes: defaultdict[str, list[EnvelopeAccount]] = defaultdict(list)
        for r in self._work.read(_ENVELOPES, wanted):
            envelopes[r.letter].append(EnvelopeAccount(r.state, r.home, r.left_at))
        tries = {r.letter: (r.last, r.lease_until) for r in self._work.read(_ATTEMPTS, wanted)}
        letters = [
            LetterAccount(
                r.id,
                r.case,
                r.template,
                r.party,
                r.leave_at,
                r.home_at,
                tuple(envelopes[r.id]),
                *tries.get(r.id, (0, None)),
                bool(r.asked),
            )
            for r in self._work.read(_LETTERS, wanted)
        ]
        told = tuple((r.case, r.kind, r.data) for r in self._work.read(_TOLD, wanted))
        strays = tuple((r.case, r.cause.removeprefix("mail:")) for r in self._work.read(_STRAYS, wanted))
        return CaseAccounts(told, tuple(letters), strays)

    def newest_home(self, mailbox: str) -> int:
        """The number of the first attempt of the last begun letter of a mailbox whose copy came home; 0 for none."""
        return self._work.read(_NEWEST_HOME, {"mailbox": mailbox}).scalar() or 0

    def of_reason(self, mailbox: str, reason: str, since: datetime) -> list[str]:
        """The mails of a mailbox, kept since then, that are settled for this reason."""
        return list(self._work.read(_OF_REASON, {"mailbox": mailbox, "reason": reason, "since": since}).scalars())
