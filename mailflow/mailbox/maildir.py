"""A shared mailbox that lies on this machine as a Maildir, as Postfix, Dovecot and others deliver it.

In: the Maildir (Maildir++: its folders Sent and Junk are the directories .Sent and .Junk inside it).
Out: each file in new/ and cur/ as `Raw`; it arrived when the name that delivery gave it says.
Fails: errors.MailboxUnavailable when the Maildir is not there, cannot be read, or its list of UIDs cannot be written.
Limits: writes one file, mailflow-uidlist beside new/ and cur/; moves, renames, marks and deletes no mail; tmp/ is never
  read; looks for news by polling.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from mailflow.errors import MailboxUnavailable
from mailflow.mailbox.source import Listing, Raw
from mailflow.mailbox.uidlist import numbered, numbers
from mailflow.mailbox.wakeup import Bell

INDEX = "mailflow-uidlist"  # Dovecot keeps its dovecot-uidlist in the same place
_LOOK_EVERY = 0.5
# https://cr.yp.to/proto/maildir.html: seconds of the delivery, then what makes it unique, M and microseconds among it.
_DELIVERED = re.compile(rb"([0-9]{1,12})\.(?:[^,:]*?M([0-9]{1,6})(?=[A-Z.]))?")
_SLACK = 3600  # seconds by which two clocks may differ
_JUST_NOW = 2.0


@dataclass(frozen=True)
class _File:
    """One mail: the path it has now, and when it was delivered."""

    path: bytes
    delivered: float


class MaildirSource:
    """A `mailbox.source.Source` over a Maildir.

    A mail is known by the base of its file name, the part before ":" and its flags, which stays when a mail program
    moves it from new/ to cur/ or marks it. max_octets: larger mails are read only up to here and marked truncated.
    """

    def __init__(
        self,
        directory: Path,
        *,
        name: str = "",
        inbox: str = "INBOX",
        sent: str = "Sent",
        junk: str = "Junk",
        max_octets: int = 50_000_000,
    ) -> None:
        self.name = name or directory.name
        self.notes: list[str] = []
        self._root, self._inbox, self._wanted = directory, inbox, (sent, junk)
        self._max_octets = max_octets
        self._missing: dict[str, frozenset[int]] = {}
        self._looked: frozenset[str] | None = None
        self._noted: set[str] = set()
        self._bell = Bell()
        self._left = False

    @property
    def missing(self) -> Mapping[str, frozenset[int]]:
        """UIDs whose files could be seen but not read at the last look."""
        return dict(self._missing)

    def folders(self) -> tuple[str, ...]:
        """Inbox first, then Sent and Junk as far as they exist."""
        found = [self._inbox]
        for wanted in self._wanted:
            if wanted and wanted not in found:
                if _is_maildir(self._place(wanted)):
                    found.append(wanted)
                else:
                    self._note(f"The Maildir {self._root} has no folder {wanted!r}; it is not read.")
        return tuple(found)

    def fetch_after(self, folder: str, known: Callable[[int], set[int]], limit: int) -> Iterator[Raw]:
        """Mails the ledger does not know, in the order in which they were first seen, earliest delivery first."""
        place = self._place(folder)
        if folder != self._inbox and not _is_maildir(place):
            self._missing.pop(folder, None)
            return
        files = self._files(place)
        in_order = sorted(files, key=lambda base: (files[base].delivered, base))
        uidvalidity, bases = self._numbers(place, lambda index: numbered(index, in_order))
        if folder == self._inbox:
            self._looked = frozenset(files)
        seen, missing, given = known(uidvalidity), set(), 0
        self._missing[folder] = frozenset()
        for uid, base in enumerate(bases, start=1):
            if uid in seen or base not in files:
                continue
            if given >= limit:
                return
            if self._left:
                raise MailboxUnavailable(f"The Maildir {place} is being left.")
            try:
                octets = self._read(place, base, files[base])
            except OSError:
                missing.add(uid)
                self._missing[folder] = frozenset(missing)
                continue
            if octets is None:
                continue  # taken away by somebody, as a mail may be deleted from a mailbox
            given += 1
            truncated = len(octets) > self._max_octets
            arrived = datetime.fromtimestamp(files[base].delivered, UTC)
            yield Raw(folder, uidvalidity, uid, arrived, octets[: self._max_octets], truncated)

    def listed(self, folder: str) -> Listing | None:
        """The mails that have a UID and how many have none yet; the list of UIDs is read, not written."""
        place = self._place(folder)
        if folder != self._inbox and not _is_maildir(place):
            return None
        uidvalidity, bases = self._numbers(place, numbers)
        files = self._files(place)
        uids = frozenset(uid for uid, base in enumerate(bases, start=1) if base in files)
        return Listing(uidvalidity, uids, len(files) - len(uids))

    def _numbers(self, place: Path, ask: Callable[[Path], tuple[int, list[str]]]) -> tuple[int, list[str]]:
        try:
            return ask(place / INDEX)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is damaged"
            raise MailboxUnavailable(f"The list {place / INDEX} cannot be used: {why}.") from error

    def _read(self, place: Path, base: str, file: _File) -> bytes | None:
        """The octets; None if the mail is gone. One that was moved or marked meanwhile is looked for once more."""
        for again in (False, True):
            moved = self._files(place).get(base) if again else file
            if moved is None:
                return None
            try:
                # What the listing saw as a file may have been exchanged for a link or a pipe since.
                handle = os.open(moved.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            with os.fdopen(handle, "rb") as mail:
                status = os.fstat(handle)
                # Room is taken for as much as is asked for, so no more is asked for than the file holds.
                size = min(status.st_size, self._max_octets) + 1
                return mail.read(size) if stat.S_ISREG(status.st_mode) else None
        return None

    def confirm(self, folder: str, uids: Iterable[int]) -> None:
        """Nothing: new/ to cur/ is the act of a person's mail program, which shows by it what is unread."""

    def wait(self, seconds: float) -> None:
        """Look at the inbox twice a second; returns when its mails differ from the last look."""
        deadline = time.monotonic() + seconds
        place, stamps, since = self._place(self._inbox), None, 0.0
        while (left := deadline - time.monotonic()) > 0:
            if (now := _stamps(place)) != stamps:
                stamps, since = now, time.monotonic()
            # The time of a directory has the grain of a clock tick: unchanged proves nothing until a while has passed.
            if time.monotonic() - since < _JUST_NOW:
                if self._looked is not None and self._looked != frozenset(self._files(place)):
                    return
            self._bell.listen(min(left, _LOOK_EVERY))
            if self._bell.rung:
                return

    def wake(self) -> None:
        """End a `wait` at once (any thread)."""
        self._bell.ring()

    def hurry(self) -> None:
        """End a `wait` at once, and give no further mail (any thread): with many waiting a look takes a while."""
        self._left = True
        self._bell.ring()

    def close(self) -> None:
        """Nothing is held open."""

    def _place(self, folder: str) -> Path:
        # Maildir++: the folder A/B is the directory .A.B beside new/ and cur/; a slash never leads out of the Maildir.
        return self._root if folder == "INBOX" else self._root / f".{folder.replace('/', '.')}"

    def _files(self, place: Path) -> dict[str, _File]:
        """Every finished mail by its base, percent-encoded, so that any octets of a name fit a line of the list."""
        found: dict[str, _File] = {}
        # new/ first: a mail that is moved while we look is then seen twice rather than not at all.
        for part in ("new", "cur"):
            try:
                with os.scandir(os.fsencode(place / part)) as entries:
                    for entry in entries:
                        if entry.name.startswith(b".") or not entry.is_file(follow_symlinks=False):
                            continue
                        base = entry.name.partition(b":")[0]
                        try:
                            found[quote(base, safe="")] = _File(entry.path, _delivered(base, entry.stat()))
                        except FileNotFoundError:
                            continue
            except OSError as error:
                what = f"The Maildir {place} cannot be read: {part}/: {error.strerror}."
                raise MailboxUnavailable(what) from error
        return found

    def _note(self, sentence: str) -> None:
        if sentence not in self._noted:
            self._noted.add(sentence)
            self.notes.append(sentence)


def _delivered(base: bytes, status: os.stat_result) -> float:
    """The seconds in the name; the file's own time where the name gives none, or one later than the file's making."""
    if found := _DELIVERED.match(base):
        at = int(found[1]) + int(found[2] or 0) / 1_000_000
        if 0 < at <= status.st_ctime + _SLACK:
            return at
    return status.st_mtime


def _is_maildir(place: Path) -> bool:
    return (place / "new").is_dir() and (place / "cur").is_dir()


def _stamps(place: Path) -> tuple[float, float] | None:
    try:
        return (place / "new").stat().st_mtime, (place / "cur").stat().st_mtime
    except OSError:
        return None
