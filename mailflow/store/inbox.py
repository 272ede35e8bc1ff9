"""The inbox: every mail's octets by identity, where it was seen, and how far it has been dealt with.

In: octets and sightings (mailbox, folder, UIDVALIDITY, UID); later the result of sorting.
Out: mails by state, case, sender or Message-ID; the instant up to which a mailbox is read and sorted.
Fails: never of its own accord; a transition that the state table does not know changes nothing and answers False.
Limits: `waiting_from` knows a sender only where `keep` or `settle` was told one; a kept mail of unknown sender counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailflow.store import correspondence
from mailflow.store import inbox_sql as sql
from mailflow.store.correspondence import Correspondence
from mailflow.store.work import Room


@dataclass(frozen=True)
class Kept:
    """A mail as it was kept; state: kept, done, held or quarantined."""

    identity: str
    octets: bytes
    mailbox: str
    folder: str
    arrived_at: datetime
    state: str
    reason: str
    tries: int
    case: str
    first_kept_at: datetime
    kind: str
    sender: str
    text_digest: str = ""


# The state table of a message (docs: README): from which states a state may be reached.
FROM_STATES: Mapping[str, tuple[str, ...]] = {
    "done": ("kept", "held", "quarantined", "done"),
    "held": ("kept", "quarantined", "held"),
    "quarantined": ("kept", "held", "quarantined"),
    "kept": ("held", "quarantined", "kept"),
}

# RFC 5322 section 2.1.1: no line, so no honest Message-ID, is longer than this; a longer one is cut, not refused.
_LONGEST_MESSAGE_ID = 998


class Inbox(Room):
    """The inbox of this transaction."""

    __slots__ = ()

    def keep(
        self,
        identity: str,
        octets: bytes,
        *,
        mailbox: str,
        folder: str,
        uidvalidity: int,
        uid: int,
        arrived_at: datetime,
        kept_at: datetime,
        sender: str = "",
    ) -> bool:
        """Keep a mail and note where it was seen; True when its identity is new. The octets kept first stay."""
        sender = sender.lower()
        row: dict[str, Any] = {
            "identity": identity,
            "octets": octets,
            "mailbox": mailbox,
            "folder": folder,
            "arrived_at": arrived_at,
            "first_kept_at": kept_at,
            "state": "kept",
            "reason": "",
            "tries": 0,
            "case": "",
            "kind": "",
            "sender": sender,
            "sender_domain": _domain(sender),
            "text_digest": "",
        }
        new = self._work.write(sql.KEEP, row) > 0
        sighting = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity, "uid": uid, "identity": identity}
        self._work.write(sql.SIGHT, sighting)
        return new

    def seen_uids(self, mailbox: str, folder: str, uidvalidity: int) -> set[int]:
        """The UIDs of one folder in one UIDVALIDITY that are already in the ledger."""
        place = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity}
        return set(self._work.read(sql.UIDS, place).scalars())

    def next_kept(self, limit: int = 1, mailboxes: Collection[str] | None = None) -> list[Kept]:
        """Mails still to be sorted, oldest arrival first; of these mailboxes, if they are named."""
        if mailboxes is None:
            return self._kept(sql.NEXT, {"state": "kept", "limit": limit})
        return self._kept(sql.NEXT_OF, {"state": "kept", "limit": limit, "mailboxes": sorted(mailboxes)})

    def waits(self, mailbox: str) -> bool:
        """Whether a mail of this mailbox is still to be sorted."""
        return self._work.read(sql.WAITS, {"mailbox": mailbox}).first() is not None

    def kept_from(self, mailbox: str, sender: str) -> list[str]:
        """Identities of a mailbox's mails of this sender that are still to be sorted, oldest arrival first."""
        return list(self._work.read(sql.KEPT_FROM, {"mailbox": mailbox, "sender": sender.lower()}).scalars())

    def get(self, identity: str) -> Kept | None:
        """One mail, or None."""
        return next(iter(self._kept(sql.GET, {"identity": identity})), None)

    def by_state(self, state: str) -> list[Kept]:
        """All mails in a state, oldest arrival first."""
        return self._kept(sql.BY_STATE, {"state": state})

    def by_case(self, case: str) -> list[Kept]:
        """All mails of a case, oldest arrival first."""
        return self._kept(sql.BY_CASE, {"c": case})

    def settle(
        self,
        identity: str,
        state: str,
        reason: str = "",
        case: str = "",
        kind: str = "",
        sender: str = "",
        text_digest: str = "",
    ) -> bool:
        """Move a mail to a state; False when the state table forbids it.

        A blank case, kind, sender or text digest leaves what is known; the reason is always the new one.
        """
        known = {"c": case, "k": kind, "who": sender.lower(), "domain": _domain(sender.lower()), "digest": text_digest}
        where = {"i": identity, "allowed": FROM_STATES[state]}
        return self._work.write(sql.SETTLE, {**where, **known, "s": state, "r": reason}) > 0

    def identities(self) -> list[str]:
        """Every mail that was ever kept, oldest arrival first."""
        return list(self._work.read(sql.IDENTITIES).scalars())

    def rewrite(self, mail: Kept) -> None:
        """Put a mail into the state that was derived for it (a rebuild); its octets and place stay as they are."""
        sender = mail.sender.lower()
        read = {"k": mail.kind, "who": sender, "domain": _domain(sender), "digest": mail.text_digest}
        self._work.write(sql.REWRITE, {"i": mail.identity, "s": mail.state, "r": mail.reason, "c": mail.case, **read})

    def tried(self, identity: str) -> int:
        """Count one more try at sorting this mail; returns the new count. Commit it before the try (poison mail)."""
        return self._work.write_returning(sql.TRIED, {"i": identity}) or 0

    def waiting_from(self, mailbox: str, addresses: set[str], domains: set[str]) -> list[str]:
        """Identities of mails of these senders to a mailbox that nobody has dealt with: kept, held, quarantined (G9).

        A kept mail whose sender is not known yet counts too: it may be theirs.
        """
        wanted = {
            "mailbox": mailbox,
            "addresses": sorted(a.lower() for a in addresses if a),
            "domains": sorted(d.lower() for d in domains if d),
        }
        return list(self._work.read(sql.WAITING, wanted).scalars())

    def copies(self, sender: str, case: str, text_digest: str, since: datetime, but: str = "") -> bool:
        """Whether the same sender's same text is already filed on the case since `since` (G3), `but` apart."""
        wanted = {"sender": sender.lower(), "c": case, "digest": text_digest, "since": since, "but": but}
        return bool(text_digest) and self._work.read(sql.COPIES, wanted).first() is not None

    def came(
        self,
        mailbox: str,
        since: datetime,
        until: datetime,
        *,
        kind: str,
        but: Collection[str] = (),
        **of: str,
    ) -> int:
        """How many sorted mails of a kind arrived in a mailbox after `since` and up to `until`, not from `but`.

        of: values of columns that restrict it: sender, sender_domain, case, reason.
        """
        wanted = {"mailbox": mailbox, "since": since, "until": until, "kind": kind, "but": sorted(but) or [""]}
        return self._work.read(sql.came(of), wanted).scalar() or 0

    def alike(self, mailbox: str, sender: str, identity: str) -> list[str]:
        """The held mails of a sender that have the words and files of this one."""
        return list(self._work.read(sql.ALIKE, {"mailbox": mailbox, "sender": sender, "i": identity}).scalars())

    def set_read_through(self, mailbox: str, instant: datetime) -> None:
        """Everything that arrived in this mailbox up to `instant` is kept and sorted (G9)."""
        self._work.write(sql.SET_READ_THROUGH, {"mailbox": mailbox, "read_through": instant})

    def read_through(self, mailbox: str) -> datetime | None:
        """The instant up to which a mailbox is read and sorted; None when it never was."""
        return self._work.read(sql.GET_READ_THROUGH, {"mailbox": mailbox}).scalar()

    def read_through_all(self) -> dict[str, datetime]:
        """The same for every mailbox ever read."""
        return {row.mailbox: row.read_through for row in self._work.read(sql.ALL_READ_THROUGH)}

    def remember_message_id(self, message_id: str, identity: str, case: str) -> None:
        """Note which mail, and which case, carries a Message-ID; said again with another case, the new case counts."""
        if message_id:
            key = message_id[:_LONGEST_MESSAGE_ID]
            self._work.write(sql.REMEMBER, {"message_id": key, "identity": identity, "case": case})

    def by_message_id(self, message_id: str) -> list[str]:
        """The identities of the mails that carry this Message-ID; several when it was used twice."""
        rows = self._work.read(sql.BY_MESSAGE_ID, {"mid": message_id[:_LONGEST_MESSAGE_ID]})
        return [row.identity for row in rows]

    def case_of_message_id(self, message_id: str, prefix: str = "") -> str:
        """The one case (of the office with this prefix, if given) that this Message-ID belongs to.

        Empty when unknown or when it names several.
        """
        rows = self._work.read(sql.BY_MESSAGE_ID, {"mid": message_id[:_LONGEST_MESSAGE_ID]})
        cases = {row.case for row in rows if row.case and row.case.startswith(f"{prefix}-" if prefix else "")}
        return cases.pop() if len(cases) == 1 else ""

    def add_sorted(
        self,
        identity: str,
        *,
        case: str,
        party: str,
        at: datetime,
        subject: str,
        text_id: str,
        kind: str,
        direction: str,
        correspondent: str,
        attachments: Iterable[Mapping[str, Any]] = (),
    ) -> bool:
        """Put a mail (identity) or a letter (id) on a case's file; False when it is there already."""
        row = {
            "identity": identity,
            "case": case,
            "party": party,
            "at": at,
            "subject": subject,
            "text_id": text_id,
            "kind": kind,
            "direction": direction,
            "correspondent": correspondent,
        }
        return correspondence.add(self._work, row, attachments)

    def correspondence(self, case: str) -> list[Correspondence]:
        """Every mail on a case's file, in and out, in the order of their instants."""
        return correspondence.of(self._work, case)

    def forget(self, case: str) -> int:
        """Erase the octets of a case's settled mails and the words in its correspondence; returns how many mails.

        Identity, ledger and state stay, so that a mail fetched again is still known.
        """
        correspondence.forget(self._work, case)
        return self._work.write(sql.FORGET, {"c": case})

    def _kept(self, statement: Any, params: Mapping[str, Any]) -> list[Kept]:
        return [Kept(**row) for row in self._work.read(statement, params).mappings()]


def _domain(address: str) -> str:
    return address.rpartition("@")[2] if "@" in address else ""
