"""A folder of .eml files as a mailbox, for tests and for operators who have mail on disk.

In: a directory; its .eml files are the inbox, those in its sub-directories Sent and Junk those folders.
Out: each file as `Raw`; it arrived when the file was last modified.
Fails: errors.MailboxUnavailable when the directory cannot be read or its index cannot be written.
Limits: writers must write under a name beginning with a dot and rename; a file changed in place is not read again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from mailflow.errors import MailboxUnavailable
from mailflow.mailbox.source import Raw
from mailflow.mailbox.uidlist import numbered
from mailflow.mailbox.wakeup import Bell

INDEX = ".mailflow-index"  # first line: UIDVALIDITY; then one file name per line, its line number is its UID
_LOOK_EVERY = 0.5


class SpoolSource:
    """A `mailbox.source.Source` over files.

    processed_folder: sub-directory to which `confirm` moves files of the inbox; "" leaves them.
    """

    def __init__(self, directory: Path, *, name: str = "", processed_folder: str = "") -> None:
        self.name = name or directory.name
        self.notes: list[str] = []
        self._root, self._processed = directory, processed_folder
        self._missing: dict[str, frozenset[int]] = {}
        self._looked: frozenset[str] | None = None
        self._bell = Bell()

    @property
    def missing(self) -> Mapping[str, frozenset[int]]:
        """UIDs whose files could be seen but not read at the last look."""
        return dict(self._missing)

    def folders(self) -> tuple[str, ...]:
        """INBOX, and Sent and Junk if such sub-directories exist."""
        return ("INBOX", *(folder for folder in ("Sent", "Junk") if (self._root / folder).is_dir()))

    def fetch_after(self, folder: str, known: Callable[[int], set[int]], limit: int) -> Iterator[Raw]:
        """Files the ledger does not know, in the order in which they were first seen."""
        place = self._place(folder)
        if folder != "INBOX" and not place.is_dir():
            return
        try:
            uidvalidity, names = self._index(place)
        except OSError as error:
            raise MailboxUnavailable(f"The spool folder {place} cannot be used: {error.strerror}.") from error
        seen = known(uidvalidity)
        missing: set[int] = set()
        given = 0
        for uid, name in enumerate(names, start=1):
            if uid in seen or given >= limit:
                continue
            try:
                octets = (place / name).read_bytes()
                arrived = datetime.fromtimestamp((place / name).stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # taken away by somebody, as a mail may be deleted from a mailbox
            except OSError:
                missing.add(uid)
                self._missing[folder] = frozenset(missing)
                continue
            given += 1
            yield Raw(folder, uidvalidity, uid, arrived, octets)
        self._missing[folder] = frozenset(missing)

    def confirm(self, folder: str, uids: Iterable[int]) -> None:
        """Move files of the inbox to the processed folder, if one is set."""
        if not self._processed or folder != "INBOX":
            return
        try:
            _, names = self._index(self._root)
            target = self._root / self._processed
            target.mkdir(exist_ok=True)
            for uid in uids:
                name = names[uid - 1]
                if (self._root / name).exists():
                    os.replace(self._root / name, target / name)
        except OSError as error:
            raise MailboxUnavailable(f"The spool folder {self._root} cannot be used: {error.strerror}.") from error

    def wait(self, seconds: float) -> None:
        """Look at the directory twice a second; returns when its files differ from the last look."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._looked is not None and self._looked != frozenset(_files(self._root)):
                return
            self._bell.listen(min(left, _LOOK_EVERY))
            if self._bell.rung:
                return

    def wake(self) -> None:
        """End a `wait` at once (any thread)."""
        self._bell.ring()

    def close(self) -> None:
        """Nothing is held open."""

    def _place(self, folder: str) -> Path:
        return self._root if folder == "INBOX" else self._root / folder

    def _index(self, place: Path) -> tuple[int, list[str]]:
        """UIDVALIDITY and every name ever seen."""
        present = _files(place)
        found = numbered(place / INDEX, sorted(present))
        if place == self._root:
            self._looked = frozenset(present)
        return found


def _files(place: Path) -> set[str]:
    try:
        with os.scandir(place) as entries:
            names = {e.name for e in entries if e.name.endswith(".eml") and not e.name.startswith(".") and e.is_file()}
    except OSError as error:
        raise MailboxUnavailable(f"The spool folder {place} cannot be read: {error.strerror}.") from error
    return {name for name in names if "\n" not in name and "\r" not in name}
