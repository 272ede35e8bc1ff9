"""What a source of mail is: the port behind which IMAP servers and Maildirs stand.

In: the ledger's answer which UIDs of a folder are known already.
Out: `Raw`, the octets of one mail and the instant the server took it in.
Fails: errors.MailboxUnavailable from any call; the caller backs off and asks again.
Limits: a source belongs to one thread (only `wake` and `hurry` may be called from another).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True)
class Raw:
    """One mail as found: where it lies, when the server took it in (INTERNALDATE, aware UTC), its octets.

    `truncated` says that the mail is larger than the source's limit and `octets` are only its beginning (case 23 of
    the nastiest mails: it is refused with a reason, but sender and subject must be readable for that).
    """

    folder: str
    uidvalidity: int
    uid: int
    arrived_at: datetime
    octets: bytes
    truncated: bool = False


class Listing(NamedTuple):
    """What a folder holds now. unnumbered: mails that have no UID yet, because nobody has read them."""

    uidvalidity: int
    uids: frozenset[int]
    unnumbered: int = 0


class Source(Protocol):
    """A mailbox that can be read; every implementation passes tests/contracts/test_source.py.

    `name` names the mailbox in the ledger. `missing` holds, per folder, the UIDs that were listed at the last look
    but could not be had; they are asked for again at the next look. `notes` collects sentences worth one log line
    each (a folder that does not exist); the caller reads and clears it.
    """

    name: str
    notes: list[str]

    @property
    def missing(self) -> Mapping[str, frozenset[int]]: ...

    def folders(self) -> tuple[str, ...]:
        """The folders to read, the inbox first; configured folders that do not exist are left out and noted once."""
        ...

    def fetch_after(self, folder: str, known: Callable[[int], set[int]], limit: int) -> Iterator[Raw]:
        """Up to `limit` mails that the ledger does not know, oldest UID first.

        `known` is asked once with the folder's UIDVALIDITY and answers the UIDs in the ledger (RFC 3501 section
        2.3.1.1: a UID means something only together with its UIDVALIDITY).
        """
        ...

    def listed(self, folder: str) -> Listing | None:
        """What a folder holds now, None if it is not there; nothing is fetched and nothing written."""
        ...

    def confirm(self, folder: str, uids: Iterable[int]) -> None:
        """Tell the server that these are kept (after the commit); does nothing unless a processed folder is set."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when there may be news, when `wake` is called, or after `seconds`; only ever a hint."""
        ...

    def wake(self) -> None:
        """End a running or the next `wait` at once; may be called from any thread."""
        ...

    def hurry(self) -> None:
        """Break off a call that waits for the server, which then raises; from any thread, before the last `close`."""
        ...

    def close(self) -> None:
        """Leave the server; a later call connects again."""
        ...
