"""The power goes at the worst moments, and with it everything not synced: no letter leaves twice, no mail is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mailflow.demo.stage import StageFailed
from mailflow.flow import files
from mailflow.mailbox import uidlist
from tests.crash.counting import Count, count
from tests.crash.days import OFFICE, Days
from tests.crash.lossy import Shadow, lose_power
from tests.crash.manners import Service
from tests.crash.points import share
from tests.crash.rig import Each, Lent, Rig, Servers

# After each commit that something outside relies on, and around what cannot be taken back.
POWER_CUTS = tuple(
    """commit.keep.after commit.try.after commit.sort.before commit.sort.after commit.claim.after commit.dot.after
    smtp.dot.before smtp.dot.after smtp.reply.after commit.settle.before commit.settle.after commit.tell_case.after
    commit.doubt.after commit.read_through.after commit.daily.after commit.clock.after file.write.after
    file.rename.before file.rename.after commit.file.after""".split()
)


def _lived(
    servers: Servers, folder: Path, each: Each, power: str, longest: int, wires: Callable[[Lent], None]
) -> tuple[Rig, Days, Count]:
    rig = each.rig = Rig(folder / "office", servers, each, power=power, wires=wires, **OFFICE)
    with rig:
        days = Days(rig)
        for _over in days.lived():
            each(0)
            if not each.left or days.passed >= longest:
                break
        days.come_to_rest()
        return rig, days, count(days)


@pytest.mark.dovecot
@pytest.mark.postfix
@pytest.mark.usefixtures("killed_daemons")
def test_power_cuts_lose_nothing_and_send_nothing_twice(servers: Servers, tmp_path: Path, service: Service) -> None:
    """Killed at each of these points, everything unsynced forgotten, started again: both sides agree."""
    points = share(service.name, POWER_CUTS)
    each = Each(points)
    rig, days, found = _lived(servers, tmp_path, each, "", 3, service)
    print(f"{len(rig.deaths)} power cuts; {found}; asked about: {days.asked}; in doubt: {rig.doubts()}")
    assert found.differences == []
    assert sorted(rig.deaths) == sorted(points)


@pytest.mark.dovecot
@pytest.mark.postfix
@pytest.mark.usefixtures("killed_daemons")
@pytest.mark.parametrize("synchronous", ["OFF", "NORMAL"])
def test_a_weaker_setting_of_sqlite_is_noticed(servers: Servers, tmp_path: Path, synchronous: str) -> None:
    """The proof above is one: with PRAGMA synchronous below FULL the same power cut makes both sides differ.

    This tries the count, not the daemon, so plain servers are enough.
    """
    each = Each(("commit.settle.after",))
    try:
        _rig, _days, found = _lived(servers, tmp_path, each, synchronous, 1, lambda _lent: None)
    except (StageFailed, AssertionError, LookupError) as fault:
        print(f"{synchronous}: nobody can even go on: {fault}")
        return
    print(f"{synchronous}: {found.differences[:3]}")
    assert found.differences != []


# -- files of our own --------------------------------------------------------------------------------------------------


@pytest.fixture
def shadow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is safe on the disk of tmp_path/office."""
    monkeypatch.setattr(os, "fsync", os.fsync)  # put back what Shadow changes
    (tmp_path / "office").mkdir()
    kept = tmp_path / "kept"
    kept.mkdir()
    Shadow(tmp_path / "office", str(kept))._watch_python()
    return kept


def test_a_report_that_counts_as_written_survives_a_power_cut(tmp_path: Path, shadow: Path) -> None:
    """Its octets, its name and the names of its new folders are on the disk before the store says that it is there."""
    root = tmp_path / "office" / "reports"
    root.mkdir()
    target = root / "2027" / "CC-2027-0001" / "report.html"
    files._write(target, b"closed", root)
    lose_power(tmp_path / "office", shadow)
    assert target.read_bytes() == b"closed"


def test_numbers_given_to_mails_survive_a_power_cut(tmp_path: Path, shadow: Path) -> None:
    """RFC 3501 section 2.3.1.1: a UID that was given out is never given to another mail."""
    path = tmp_path / "office" / "reports" / "uids"
    path.parent.mkdir()
    first = uidlist.numbered(path, ["a", "b"])
    lose_power(tmp_path / "office", shadow)
    assert uidlist.numbered(path, ["b", "c"])[0] == first[0]
    assert uidlist.numbers(path)[1] == ["a", "b", "c"]
