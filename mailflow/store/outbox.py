"""The outbox: final letters, one envelope per recipient, and the courier's claims on them.

In: letters decided by a case; phases and verdicts from the courier; copies that came home.
Out: letters to carry, in the order of their case; letters in doubt; counts.
Fails: errors.Conflict when a courier goes on with a letter whose claim has been taken from it.
Limits: what a server did after the final dot without a reply is unknown here: "in doubt" until evidence comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from mailflow.errors import Conflict
from mailflow.store import outbox_sql as sql
from mailflow.store.work import Room

# The state table of an envelope (docs: README): from which states a state may be reached.
FROM_STATES: Mapping[str, tuple[str, ...]] = {
    "sent": ("claimed", "in_doubt"),
    "deferred": ("claimed", "in_doubt", "deferred"),
    "refused": ("claimed", "in_doubt", "deferred"),
    "in_doubt": ("claimed",),
    "served": ("sent",),
    "bounced": ("claimed", "sent", "served", "in_doubt", "waiting", "deferred"),  # the last two: of an earlier try
    "withdrawn": ("waiting", "deferred", "in_doubt"),
    "waiting": ("claimed", "in_doubt", "deferred", "refused"),
}

HOME = "its copy came home"
# Up to here the final dot has not been sent, so the server cannot have taken the letter (RFC 5321 section 4.1.1.4).
BEFORE_THE_DOT = frozenset({"claimed", "connected", "mail", "rcpt", "data"})

MOST_ASKED = 500  # letters in one question; both databases take more


@dataclass(frozen=True)
class Letter:
    """A letter whose octets are final; it may leave at `leave_at`; of two due ones the smaller priority goes first."""

    id: str
    case: str
    machine: str
    template: str
    party: str
    message_id: str
    octets: bytes
    mail_from: str
    leave_at: datetime
    why: str
    party_mail: bool
    priority: int
    seq: int
    recorded_at: datetime


@dataclass(frozen=True)
class Envelope:
    """One recipient of a letter: waiting, claimed, sent, served, deferred, refused, in_doubt, bounced or withdrawn.

    `next_at` is when a waiting or deferred envelope may be claimed; `home` marks the shared mailbox's own copy;
    `left_at` is when it first left, or may have left.
    """

    letter: str
    recipient: str
    state: str
    attempts: int
    next_at: datetime | None
    verdict: str
    home: bool
    left_at: datetime | None = None


@dataclass(frozen=True)
class Attempt:
    """One try at carrying a letter; an open one (no `ended_at`) is the claim, good until `lease_until`."""

    id: int
    letter: str
    started_at: datetime
    lease_until: datetime
    phase: str
    ended_at: datetime | None
    words: str
    holder: str | None = None


Bundle = tuple[Letter, list[Envelope]]


class Outbox(Room):
    """The outbox of this transaction."""

    __slots__ = ()

    def put(self, letter: Letter, recipients: Sequence[str], home: str = "") -> bool:
        """Put a letter in, waiting; False when the same fact has already put this template to this party (G3).

        Several recipients are envelopes of one SMTP transaction; `home` is the shared mailbox, one more of them.
        """
        row = asdict(letter)
        key = {name: row[name] for name in ("case", "machine", "template", "party", "seq")}
        if self._work.read(sql.TWIN, key).first() is not None:
            return False
        if self._work.write(sql.PUT, {**row, "home_at": None}) == 0:
            return False
        names: dict[str, str] = {}
        for name in (*recipients, *([home] if home else [])):
            names.setdefault(name.lower(), name)  # Ann@ and ann@ are one mailbox wherever mail is used
        blank = {"letter": letter.id, "state": "waiting", "attempts": 0, "next_at": letter.leave_at, "left_at": None}
        rows = [
            {**blank, "recipient": name, "verdict": "", "home": name == home and name not in recipients}
            for name in names.values()
        ]
        if not rows:
            raise ValueError(f"letter {letter.id} has no recipient")
        self._work.write(sql.PUT_ENVELOPE, rows)
        return True

    def claim(
        self, now: datetime, *, limit: int = 1, lease_seconds: float, per_case_order: bool = True, holder: str = ""
    ) -> list[Bundle]:
        """Claim due letters and record the attempt (phase "claimed"); each comes with the envelopes to carry now.

        A letter waits while an earlier one (leave_at, recorded_at, seq) of its case to the same party is waiting,
        claimed, deferred or in doubt, and while it is in doubt itself: what is left of it would bring a copy home that
        proves nothing. Commit before dialling. After `lease_seconds` anybody may `recover` the claim;
        that of a `holder`, a daemon among several, once that daemon is not alive any more (leases.py).
        """
        found = sql.CLAIM_IN_ORDER if per_case_order else sql.CLAIM
        ids = list(self._work.read(found, {"now": now, "limit": limit}).scalars())
        lease = now + timedelta(seconds=lease_seconds)
        claimed = []
        for letter_id in ids:
            if self._work.write(sql.TAKE, {"l": letter_id, "now": now}) == 0:
                continue
            attempt = {"letter": letter_id, "started_at": now, "lease_until": lease, "phase": "claimed", "words": ""}
            self._work.write(sql.ATTEMPT, {**attempt, "ended_at": None, "holder": holder or None})
            letter, envelopes = self._bundle(letter_id)
            claimed.append((letter, [e for e in envelopes if e.state == "claimed"]))
        return claimed

    def phase(self, letter_id: str, phase: str, holder: str = "") -> None:
        """Record how far the attempt has come: connected, mail, rcpt, data, dot, reply. Commit "dot" before it is sent.

        Raises Conflict when the claim is no longer held (its lease ran out and it was recovered): hang up at once.
        """
        if self._work.write(sql.PHASE, {"l": letter_id, "p": phase, "h": holder}) == 0:
            raise Conflict(f"letter {letter_id} is no longer claimed by this courier")

    def anothers(self, letter_id: str, holder: str) -> bool:
        """Whether somebody other than this holder has claimed the letter and carries it now."""
        return self._work.read(sql.ANOTHERS, {"l": letter_id, "h": holder}).first() is not None

    def settle(
        self,
        letter_id: str,
        recipient: str,
        state: str,
        verdict: str,
        next_at: datetime | None = None,
        *,
        at: datetime,
    ) -> bool:
        """Move one envelope on; False when the state table forbids it (settled already, or never claimed).

        deferred and waiting need `next_at`, which defaults to `at`. When no envelope of the letter is claimed any more,
        its attempt has ended.
        """
        due = (next_at or at) if state in ("deferred", "waiting") else None
        values = {"l": letter_id, "r": recipient, "s": state, "v": verdict, "n": due, "allowed": FROM_STATES[state]}
        left = at if state in ("sent", "in_doubt") else None
        moved = self._work.write(sql.SETTLE, {**values, "left": left}) > 0
        if moved:
            self._close(letter_id, at)
        return moved

    def recover(self, now: datetime, *, everyone: bool = False, holder: str = "") -> list[tuple[str, str]]:
        """Settle claims whose lease ran out, or all of them (`everyone`, at the start of a lone daemon).

        holder: who asks, among several daemons, and carries nothing now: its own open claims are left over, too (the
        answer to a commit was lost); nobody else would take them from a daemon that lives.

        Before the final dot nothing can have left: back to waiting. After it: in doubt, or sent when the letter's copy
        has already come home. Returns (letter id, new state).
        """
        shared = self._work.connection.dialect.name == "postgresql"
        if everyone:
            rows = self._work.read(sql.OPEN_ATTEMPTS).all()
        elif shared:
            rows = self._work.read(sql.STALE_ATTEMPTS_OF_THE_DEAD, {"now": now, "h": holder}).all()
        else:
            rows = self._work.read(sql.STALE_ATTEMPTS, {"now": now}).all()
        outcome = []
        for row in rows:
            claimed = [e for e in self._envelopes(row.letter) if e.state == "claimed"]
            if row.phase in BEFORE_THE_DOT:
                state, verdict = "waiting", f"interrupted before the end of the mail ({row.phase})"
            else:
                state, verdict = "in_doubt", "interrupted after the end of the mail, no reply known"
            proved = self._proved(row.letter, row.mail_from, claimed, row.home_at) if state == "in_doubt" else []
            for envelope in claimed:
                if envelope in proved:
                    self.settle(row.letter, envelope.recipient, "sent", HOME, at=now)
                else:
                    self.settle(row.letter, envelope.recipient, state, verdict, at=now)
            state = "sent" if proved == claimed else state
            if not claimed:
                self._close(row.letter, now)
            outcome.append((row.letter, state))
        return outcome

    def withdraw(self, letter_id: str) -> bool:
        """Take a letter back: one conditional update against the courier's claim; False unless it `waits`."""
        return self._work.write(sql.WITHDRAW, {"l": letter_id}) > 0

    def waits(self, letter_id: str) -> bool:
        """Whether a letter may still be taken back: it waits, or was put off, and none of it is claimed, in doubt or
        with a recipient."""
        return self._work.read(sql.STILL_HERE, {"l": letter_id}).first() is not None

    def gone(self, letter_ids: Sequence[str]) -> list[str]:
        """Those of these letters that were put in and do not wait (see `waits`)."""
        return list(self._work.read(sql.NOT_HERE, {"l": list(letter_ids)}).scalars()) if letter_ids else []

    def withdraw_waiting(
        self, case: str, machine: str | None = None, templates: Sequence[str] | None = None
    ) -> list[str]:
        """Take back the letters of a case that wait (of one machine, of these templates, if given); their ids."""
        rows = self._work.read(sql.WAITING_OF_CASE, {"c": case}).all()
        wanted = [
            row.id
            for row in rows
            if (machine is None or row.machine == machine) and (templates is None or row.template in templates)
        ]
        return [letter_id for letter_id in wanted if self.withdraw(letter_id)]

    def set_leave(self, letter_id: str, leave_at: datetime) -> bool:
        """Change when a letter that `waits` may leave (again); False when it does not wait any more."""
        moved = self._work.write(sql.SET_LEAVE_ENVELOPES, {"l": letter_id, "n": leave_at}) > 0
        if moved:
            self._work.write(sql.SET_LEAVE, {"l": letter_id, "n": leave_at})
        return moved

    def get(self, letter_id: str) -> Bundle | None:
        """A letter with all its envelopes, or None."""
        bundles = self._bundles(sql.GET, {"l": letter_id})
        return bundles[0] if bundles else None

    def by_message_id(self, message_id: str) -> Letter | None:
        """The letter that carries this Message-ID, or None."""
        row = self._work.read(sql.BY_MESSAGE_ID, {"mid": message_id}).mappings().first()
        return Letter(**row) if row else None

    def of_case(self, case: str) -> list[Bundle]:
        """The letters of a case with their envelopes, in the order in which they leave."""
        return self._bundles(sql.OF_CASE, {"c": case})

    def in_doubt(self) -> list[Bundle]:
        """Letters with an envelope in doubt, oldest first."""
        return self._bundles(sql.WITH_STATE, {"s": "in_doubt"})

    def with_state(self, state: str) -> list[Bundle]:
        """Letters with an envelope in this state, oldest first."""
        return self._bundles(sql.WITH_STATE, {"s": state})

    def late(self, before: datetime) -> list[str]:
        """The ids of letters that could have left by `before` and are still under way to somebody, oldest first."""
        return list(self._work.read(sql.LATE, {"before": before}).scalars())

    def next_leave(self) -> datetime | None:
        """When the next letter that nothing holds back may be claimed; None when there is none."""
        return self._work.read(sql.NEXT_LEAVE).scalar()

    def came_home(self, letter_id: str, at: datetime) -> bool:
        """The letter's own copy was found in the shared mailbox, so it left: envelopes in doubt become sent.

        True when that settled a doubt; the first instant is kept. It settles none if our mailbox was not among those
        whom the server took the letter for.
        """
        if self._work.write(sql.CAME_HOME, {"l": letter_id, "at": at}) == 0:
            return False
        found = self.proved(letter_id, at)
        for envelope in found:
            self.settle(letter_id, envelope.recipient, "sent", HOME, at=at)
        return bool(found)

    def proved(self, letter_id: str, at: datetime | None) -> list[Envelope]:
        """The envelopes in doubt that a copy which came home at `at` (None: none did) shows to have left."""
        letter, envelopes = self._bundle(letter_id)
        doubtful = [e for e in envelopes if e.state == "in_doubt"]
        return self._proved(letter_id, letter.mail_from, doubtful, at)

    def _proved(self, letter_id: str, mail_from: str, open_ones: list[Envelope], at: datetime | None) -> list[Envelope]:
        """Those of the last attempt's open envelopes that travelled wherever the copy may stem from.

        A copy proves something only if it travelled with them. INTERNALDATE is told in whole seconds and by the mail
        server's clock, so the only attempt's copy may seem older than the attempt.
        """
        ours = [e for e in open_ones if _is_ours(mail_from, e)]
        if at is None or not ours:
            return []
        tries = [a.started_at for a in self.attempts(letter_id) if a.phase not in BEFORE_THE_DOT]
        if len(tries) < 2:
            return open_ones
        first = min((e.left_at for e in ours if e.left_at is not None and e.left_at < tries[-1]), default=None)
        if first is not None:  # it may stem from an earlier attempt: who was not in that one may have nothing
            return [e for e in open_ones if e.left_at is not None and e.left_at <= first]
        return open_ones if at >= tries[-1].replace(microsecond=0) else []

    def left_before(self, letter_id: str, words: str, at: datetime) -> bool:
        """A letter that waits left already, before this database was restored; False when none of it waits."""
        return self._work.write(sql.LEFT_BEFORE, {"l": letter_id, "v": words, "left": at}) > 0

    def home_at(self, letter_id: str) -> datetime | None:
        """When the letter's own copy came home, or None."""
        return self._work.read(sql.HOME_AT, {"l": letter_id}).scalar()

    def later_home(self, letter_id: str) -> bool:
        """Whether a letter of the same mailbox, first tried after this one's last attempt, has come home: copies do
        arrive there."""
        return self._work.read(sql.LATER_HOME, {"l": letter_id}).first() is not None

    def all_states(self) -> dict[str, int]:
        """How many envelopes are in each state."""
        return {row.state: row.n for row in self._work.read(sql.STATES)}

    def attempts(self, letter_id: str) -> list[Attempt]:
        """Every try at carrying a letter, oldest first."""
        return [Attempt(**row) for row in self._work.read(sql.ATTEMPTS, {"l": letter_id}).mappings()]

    def forget(self, case: str) -> int:
        """Erase the octets of a case's letters that have no envelope left to carry; returns how many."""
        return self._work.write(sql.FORGET, {"c": case})

    def _close(self, letter_id: str, at: datetime) -> None:
        """End the open attempt when no envelope of the letter is claimed any more."""
        envelopes = self._envelopes(letter_id)
        if not any(e.state == "claimed" for e in envelopes):
            words = "; ".join(f"{e.recipient}: {e.state} {e.verdict}".rstrip() for e in envelopes)
            self._work.write(sql.END_ATTEMPT, {"l": letter_id, "at": at, "w": words})

    def _envelopes(self, letter_id: str) -> list[Envelope]:
        return [Envelope(**row) for row in self._work.read(sql.ENVELOPES, {"l": [letter_id]}).mappings()]

    def _bundle(self, letter_id: str) -> Bundle:
        return self._bundles(sql.GET, {"l": letter_id})[0]

    def _bundles(self, statement: Any, params: Mapping[str, Any]) -> list[Bundle]:
        found = [Letter(**row) for row in self._work.read(statement, params).mappings()]
        envelopes: dict[str, list[Envelope]] = {letter.id: [] for letter in found}
        for start in range(0, len(found), MOST_ASKED):
            asked = {"l": [letter.id for letter in found[start : start + MOST_ASKED]]}
            for row in self._work.read(sql.ENVELOPES, asked).mappings():
                envelopes[row["letter"]].append(Envelope(**row))
        return [(letter, envelopes[letter.id]) for letter in found]


def _is_ours(mail_from: str, envelope: Envelope) -> bool:
    """Whether an envelope goes to the shared mailbox: its own copy, or a report that is to be read there."""
    return envelope.home or envelope.recipient.lower() == mail_from.lower()
