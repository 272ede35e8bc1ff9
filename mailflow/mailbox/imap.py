"""A shared mailbox read over IMAP, built for the poorest server.

In: host, login, folders; the ledger's known UIDs.
Out: mails in UID order as `Raw`; a hint of news by IDLE.
Fails: errors.MailboxUnavailable (no connection, login refused, dead socket, nonsense answers);
  errors.ConfigurationError when made without TLS towards another machine.
Limits: one thread; flags are neither read nor set; IDLE is only a hint, the caller must poll as well;
  a mail that keeps breaking the connection is left aside for many looks and named in `missing`.
"""

from __future__ import annotations

import imaplib
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError

from mailflow.errors import ConfigurationError, Fault, MailboxUnavailable
from mailflow.failpoints import around
from mailflow.mailbox.batches import BATCH_OCTETS, Batches, by_weight
from mailflow.mailbox.imap_answers import about_the_account, names, says_gone
from mailflow.mailbox.imap_connection import TROUBLE, Connection
from mailflow.mailbox.source import Listing, Raw
from mailflow.mailbox.wakeup import Bell

_T = TypeVar("_T")
SEARCH_WINDOW = 50_000  # imaplib refuses lines over 1,000,000 bytes; a UID takes at most 11 of them
IDLE_SECONDS = 9 * 60  # RFC 2177: renew before 29 minutes; middle boxes forget sooner
_SPECIAL = {"sent": b"\\Sent", "junk": b"\\Junk"}  # RFC 6154


class ImapSource:
    """A `mailbox.source.Source` over IMAP.

    password: called at every connect (for auth="xoauth2" it answers an access token).
    tls: "tls" (implicit), "starttls" or "none"; "none" is accepted only towards loopback.
    sent, junk: folder names, "" not to read them. Where the server has no such folder, the one that it marks for this
      use is read (RFC 6154) and goes by the name given here.
    processed_folder: where `confirm` moves mails; "" leaves everything where officers expect it.
    max_octets: larger mails are fetched only up to here and marked truncated.
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: Callable[[], str],
        *,
        tls: str = "tls",
        inbox: str = "INBOX",
        sent: str = "Sent",
        junk: str = "Junk",
        timeout: float = 30,
        name: str = "",
        auth: str = "password",
        processed_folder: str = "",
        max_octets: int = 50_000_000,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        if tls not in ("tls", "starttls", "none"):
            fault = Fault("mailbox", 0, f"tls = {tls!r} is unknown.", "Use tls, starttls or none.")
            raise ConfigurationError([fault])
        if tls == "none" and not _is_loopback(host):
            fault = Fault(
                "mailbox", 0, f"The password would cross the network to {host} in the clear.", "Use tls or starttls."
            )
            raise ConfigurationError([fault])
        self.name = name or user
        self.notes: list[str] = []
        self._host = host
        self._connection = Connection(
            host, port, user, password, tls=tls, timeout=timeout, auth=auth, ssl_context=ssl_context
        )
        self._inbox, self._wanted = inbox, (sent, junk)
        self._processed, self._max_octets = processed_folder, max_octets
        self._selected: tuple[str, bool, int] | None = None
        self._missing: dict[str, frozenset[int]] = {}
        self._called: dict[str, str] = {}  # what the server calls a folder that has another name here
        self._looked: tuple[int, int] | None = None
        self._batches = Batches()
        self._noted: set[str] = set()
        self._idle_failures = 0
        self._bell = Bell()

    @property
    def missing(self) -> Mapping[str, frozenset[int]]:
        """UIDs listed at the last look of a folder whose octets could not be had; asked for again next time."""
        return dict(self._missing)

    # -- reading ------------------------------------------------------------------------------------

    def folders(self) -> tuple[str, ...]:
        """Inbox first, then Sent and Junk as far as they exist on the server now."""
        found = [self._inbox]
        for use, wanted in zip(_SPECIAL, self._wanted, strict=True):
            if not wanted:
                continue
            folder = self._do(lambda client, u=use, w=wanted: self._resolve(client, u, w), "list its folders")
            taken = {self._called.get(name, name) for name in found}
            if not folder:
                self._note(f"The mailbox {self.name} has no folder {wanted!r} for {use} mail; it is not read.")
            elif folder not in taken and wanted not in found:
                found.append(wanted)
                self._called[wanted] = folder
        return tuple(found)

    def fetch_after(self, folder: str, known: Callable[[int], set[int]], limit: int) -> Iterator[Raw]:
        """Mails that `known` does not hold, up to `limit`; a missing folder other than the inbox yields nothing."""
        found = self.listed(folder)
        if found is None:
            return
        uidvalidity, listed, _ = found
        batches, aside = self._batches.plan(folder, uidvalidity, listed - known(uidvalidity) if listed else listed)
        missing = set(aside)
        self._missing[folder] = frozenset(missing)
        given = 0
        for batch in batches:
            if given >= limit:
                return
            wanted = batch[: limit - given]
            got: set[int] = set()
            for raw in self._fetch(folder, uidvalidity, wanted):
                got.add(raw.uid)
                given += 1
                yield raw
            # Exchange may list a UID and give nothing for it: that is no proof that it does not exist.
            missing |= set(wanted) - got
            self._missing[folder] = frozenset(missing)

    def listed(self, folder: str) -> Listing | None:
        """UIDVALIDITY and all UIDs of a folder, or None if it is not there."""
        try:
            status = self._run(lambda client: self._select(client, folder))
        except TROUBLE as error:
            if folder == self._inbox or not _refused(error) or self._still_there(folder, error):
                raise self._unavailable(f"open the folder {folder!r}", error) from error
            self._note(f"The mailbox {self.name} does not open the folder {folder!r}; it is not read.")
            self._missing.pop(folder, None)
            return None
        exists = int(status.get(b"EXISTS", 0))
        if folder == self._inbox:
            self._looked = _position(status)
        uids: set[int] = set()
        if exists <= SEARCH_WINDOW:
            if exists:
                uids.update(self._do(lambda client: around("imap.search", client.search, "ALL"), "search"))
        else:
            for start in range(1, exists + 1, SEARCH_WINDOW):
                window = f"{start}:{min(exists, start + SEARCH_WINDOW - 1)}"
                uids.update(self._do(lambda client, w=window: around("imap.search", client.search, [w]), "search"))
        return Listing(int(status.get(b"UIDVALIDITY", 0)), frozenset(uids))

    def _fetch(self, folder: str, uidvalidity: int, uids: list[int]) -> Iterator[Raw]:
        answers = self._ask(folder, uidvalidity, uids, [b"RFC822.SIZE"])
        # RFC822.SIZE is an estimate only on Exchange; good enough to bound memory.
        sizes = {uid: int(answers.get(uid, {}).get(b"RFC822.SIZE") or 0) for uid in uids}
        for group in by_weight(uids, sizes, min(BATCH_OCTETS, self._max_octets)):
            too_large = len(group) == 1 and sizes[group[0]] > self._max_octets
            yield from self._raws(folder, uidvalidity, group, cut=too_large)

    def _raws(self, folder: str, uidvalidity: int, uids: list[int], cut: bool = False) -> Iterator[Raw]:
        # BODY.PEEK never sets \Seen (RFC 3501 section 6.4.5), and the folder is opened by EXAMINE besides.
        part = f"BODY.PEEK[]<0.{self._max_octets}>".encode() if cut else b"BODY.PEEK[]"
        for uid, answer in sorted(self._ask(folder, uidvalidity, uids, [b"INTERNALDATE", part]).items()):
            arrived = answer.get(b"INTERNALDATE")
            octets = answer.get(b"BODY[]<0>" if cut else b"BODY[]")
            if octets is None or uid not in uids:
                continue
            if not isinstance(arrived, datetime) or arrived.tzinfo is None:
                # No arrival is invented: clocks hang on it. It stays in `missing`, where reconcile shows it.
                self._note(f"The mailbox {self.name} gives no readable arrival time for UID {uid} in {folder!r}.")
                continue
            yield Raw(folder, uidvalidity, uid, arrived.astimezone(UTC), bytes(octets), truncated=cut)

    def _ask(self, folder: str, uidvalidity: int, uids: list[int], items: list[bytes]) -> dict:
        """FETCH with the poison rule: what breaks a batch is asked for alone, what breaks alone is given up."""

        def fetch(client: IMAPClient) -> dict:
            if self._selected != (folder, True, uidvalidity):
                self._select(client, folder)
            if self._selected != (folder, True, uidvalidity):
                return {}  # the folder was made again meanwhile: these UIDs mean nothing any more
            return around("imap.fetch", client.fetch, uids, items)

        try:
            return self._run(fetch)
        except TROUBLE as error:
            if about_the_account(error):
                raise self._unavailable("fetch mail", error) from error
            if _refused(error) or isinstance(error, ProtocolError):
                # NO, BAD or nonsense: one mail is at fault, not the mailbox.
                alone = [] if len(uids) == 1 else uids
                return {k: v for uid in alone for k, v in self._ask(folder, uidvalidity, [uid], items).items()}
            self._batches.broke(folder, uidvalidity, uids)
            raise self._unavailable("fetch mail", error) from error

    def confirm(self, folder: str, uids: Iterable[int]) -> None:
        """Move kept mails to the processed folder if one is configured and the server has MOVE (RFC 6851)."""
        ids = sorted(set(uids))
        if not self._processed or not ids or folder != self._inbox:
            return

        def move(client: IMAPClient) -> None:
            if not client.has_capability("MOVE"):
                # COPY and EXPUNGE could lose what somebody else marked deleted: the mail stays instead.
                self._note(f"The mailbox {self.name} cannot move mail; it stays in {folder!r}.")
                return
            if not client.folder_exists(self._processed):
                client.create_folder(self._processed)
            self._select(client, folder, readonly=False)
            around("imap.move", client.move, ids, self._processed)

        self._do(move, f"move mail to {self._processed!r}")

    # -- waiting ------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """IDLE on the inbox (RFC 2177) where the server can; otherwise plain waiting."""
        deadline = time.monotonic() + seconds
        if self._connection.away:
            # The last look failed. When to try again is the caller's to say: a wait must not knock at the door.
            self._bell.listen(seconds)
            return
        client = self._connection.get()
        if not client.has_capability("IDLE"):
            self._bell.listen(seconds)
            return
        try:
            while (left := deadline - time.monotonic()) > 0:
                position = _position(self._select(client, self._inbox))
                if self._looked is not None and position != self._looked:
                    return  # it came between the last look and this IDLE
                if self._idle(client, min(left, IDLE_SECONDS)):
                    return
        except TROUBLE:
            # A dead connection, or news cut into two packets: nobody knows which, so the caller looks at once. When it
            # happens again and again a growing pause keeps the caller from spinning.
            self._drop()
            self._idle_failures += 1
            pause = min(60.0, 0.5 * 2**self._idle_failures) if self._idle_failures > 1 else 0.0
            if not self._connection.left:
                self._bell.listen(min(pause, deadline - time.monotonic()))

    def _idle(self, client: IMAPClient, seconds: float) -> bool:
        """One IDLE; True at news or a ring, False when time ran out; raises when the connection is not sound."""
        deadline = time.monotonic() + seconds
        around("imap.idle", client.idle)
        news = False
        while not news and (left := deadline - time.monotonic()) > 0:
            readable = self._bell.listen(left, client.socket().fileno())
            news = self._bell.rung
            if not readable:
                break
            answers = client.idle_check(timeout=0)
            if not answers or any(answer[0] == b"BYE" for answer in answers):
                # Readable and nothing to read: the socket is dead (idle_check would answer [] for ever).
                raise ConnectionError("IDLE ended")
            news |= any(len(answer) > 1 and answer[1] in (b"EXISTS", b"RECENT") for answer in answers)
        client.idle_done()
        self._idle_failures = 0
        return news

    def wake(self) -> None:
        """End a `wait` at once (any thread)."""
        self._bell.ring()

    # -- connection ---------------------------------------------------------------------------------

    def _select(self, client: IMAPClient, folder: str, readonly: bool = True) -> dict:
        self._selected = None
        status = around("imap.select", client.select_folder, self._called.get(folder, folder), readonly=readonly)
        self._selected = (folder, readonly, int(status.get(b"UIDVALIDITY", 0)))
        return status

    def _run(self, step: Callable[[IMAPClient], _T]) -> _T:
        """One exchange; a connection kept since the last poll may have died meanwhile, so it is tried once anew."""
        for _ in range(2):
            kept = self._connection.client is not None
            client = self._connection.get()
            try:
                return step(client)
            except TROUBLE as error:
                if _refused(error):
                    raise
                self._drop()
                if not kept:
                    raise
        raise ConnectionError("the connection was lost twice")

    def _do(self, step: Callable[[IMAPClient], _T], what: str) -> _T:
        try:
            return self._run(step)
        except TROUBLE as error:
            raise self._unavailable(what, error) from error

    def _unavailable(self, what: str, error: BaseException) -> MailboxUnavailable:
        # A session that is refused once may be refused for ever (Microsoft 365): the next look has one of its own.
        self._drop()
        kind = "did not answer in time" if isinstance(error, TimeoutError) else f"could not {what}"
        return MailboxUnavailable(f"The mailbox {self.name} on {self._host} {kind} ({type(error).__name__}).")

    def _resolve(self, client: IMAPClient, use: str, wanted: str) -> str:
        if wanted in names(around("imap.list", client.list_folders, pattern=wanted)):
            return wanted
        found = around("imap.special", client.find_special_folder, _SPECIAL[use]) or ""
        if found:
            self._note(f"The mailbox {self.name} has no folder {wanted!r}; its {use} mail is read in {found!r}.")
        return found

    def _still_there(self, folder: str, error: BaseException) -> bool:
        """Whether a folder that was refused exists all the same: then what lies in it is not known, and not nothing."""
        if says_gone(error):
            return False
        called = self._called.get(folder, folder)
        return about_the_account(error) or called in names(
            self._do(lambda client: around("imap.list", client.list_folders, pattern=called), "list its folders")
        )

    def _note(self, sentence: str) -> None:
        if sentence not in self._noted:
            self._noted.add(sentence)
            self.notes.append(sentence)

    def _drop(self) -> None:
        self._selected = None
        self._connection.drop()

    def hurry(self) -> None:
        """Break off what is being done with the server, and begin nothing new (any thread)."""
        self._connection.hurry()
        self._bell.ring()

    def close(self) -> None:
        """Log out politely; a dead connection is simply dropped."""
        self._selected = None
        self._connection.close()


def _refused(error: BaseException) -> bool:
    """Whether the server answered NO or BAD and the connection is still good."""
    return isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort | ProtocolError)


def _position(status: Mapping[bytes, object]) -> tuple[int, int]:
    return int(status.get(b"UIDVALIDITY", 0) or 0), int(status.get(b"UIDNEXT", 0) or status.get(b"EXISTS", 0) or 0)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
