"""A disk that is really full: what cannot be written is not there in part, is said, and works when there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow.errors import StoreUnavailable
from mailflow.store import Store

NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
MAIL = b"From: a@mail.example\r\n\r\n" + b"x" * 200_000


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB in memory."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a file system of its own needs root and the right to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _keep(store: Store, n: int) -> None:
    with store.unit() as unit:
        unit.inbox.keep(
            f"mail {n}", MAIL, mailbox="box", folder="INBOX", uidvalidity=1, uid=n, arrived_at=NOON, kept_at=NOON
        )


def _known(store: Store) -> set[int]:
    with store.read() as unit:
        return unit.inbox.seen_uids("box", "INBOX", 1)


def test_a_disk_that_fills_up_loses_nothing_and_works_again(small: Path):
    """Each commit is there whole or not at all; reading goes on; with room again the same mail is kept."""
    store = Store(f"sqlite:///{small}/mailflow.db")
    store.migrate()
    kept = 0
    with pytest.raises(StoreUnavailable, match="full|disk"):
        for n in range(1, 40):
            _keep(store, n)
            kept = n
    assert kept >= 2 and _known(store) == set(range(1, kept + 1))
    with pytest.raises(StoreUnavailable):
        _keep(store, kept + 1)
    subprocess.run(["mount", "-o", "remount,size=12m", str(small)], check=True)
    _keep(store, kept + 1)
    assert _known(store) == set(range(1, kept + 2))
    with store.read() as unit:
        assert all(mail.octets == MAIL for mail in unit.inbox.by_state("kept"))
    store.close()
