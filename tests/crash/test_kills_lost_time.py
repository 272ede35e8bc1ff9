"""SIGKILL while a restored office catches up: it ends as one that was not disturbed, wherever copies of letters lie."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from mailflow.flow import restored
from mailflow.loops.intake import Intake
from mailflow.mailbox.source import Raw
from tests.crash.forked import dies
from tests.crash.test_kills_rare import as_it_is, begun, everything, opened, until  # noqa: F401 (begun is a fixture)
from tests.flow.bench import JOAN, MAYA, at
from tests.flow.test_collect import Source
from tests.servers.personality import INBOX, JUNK, NOWHERE, PERSONALITIES, Personality

Mails = list[tuple[datetime, bytes]]  # when they came, and what
LATER = at("2027-02-11 09:00")
# Each of these is killed so often; a mail whose sorting died four times would be given up.
LOST_TIME = Counter(
    {
        f"commit.{purpose}.{side}": times
        for purpose, times in {"keep": 1, "collected": 1, "catch_up": 3, "sort": 2, "deadline": 1, "daily": 1}.items()
        for side in ("before", "after")
    }
)


@pytest.fixture(scope="module")
def lost(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mails, Mails]:  # noqa: F811
    """A database of the evening of 1 February 2027, restored ten days later; the mails and the letters since then."""
    folder, since = tmp_path_factory.mktemp("lost"), at("2027-02-01 18:00")
    path, going = folder / "restored.db", folder / "lost.db"
    shutil.copy(begun, going)
    with opened(going, until("2027-02-01 18:00")) as bench:
        then = len(bench.left)
    shutil.copy(going, path)
    with opened(going, as_it_is, since) as bench:
        ref = bench.ref()
        bench.mail("2027-02-02 09:00", MAYA, f"Re: [{ref}]", "Note: called the provider")
        bench.concern("2027-02-03 09:30", "second.person@family.example", "Oakfield Care Ltd in the north")
        bench.mail("2027-02-10 09:00", JOAN, f"Re: [{ref}]", "We accept that calls were missed.")
        bench.mail("2027-02-10 11:00", MAYA, f"Re: [{ref}]", "Accepted")
        bench.to(LATER)
        with bench.store.read() as unit:
            came = [kept for state in ("done", "held", "quarantined") for kept in unit.inbox.by_state(state)]
            mails = [(kept.arrived_at, kept.octets) for kept in came]
            letters = [(letter.at, unit.outbox.get(letter.id)[0].octets) for letter in bench.left[then:]]
    with opened(path, as_it_is, LATER) as bench, bench.store.unit() as unit:
        unit.meta.put(restored.KEY, restored.note(since, LATER))
    return path, mails, letters


@pytest.mark.parametrize("traits", PERSONALITIES.values(), ids=lambda one: one.name)
def test_killed_while_the_lost_time_is_lived_through_again(
    lost: tuple[Path, Mails, Mails],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    traits: Personality,
) -> None:
    """Dead at every few commits of it, the restored office ends with the rows of one that caught up undisturbed,
    wherever the service has put the copies of its letters."""
    path, mails, letters = lost
    lying = {INBOX: mails, "Sent": [], JUNK: []}
    for folder in {traits.own_copy, *(["Sent"] if traits.sent_copy else [])} - {NOWHERE}:
        lying[folder] = sorted((*lying[folder], *letters), key=lambda mail: mail[0])
    box = Source()
    box.boxes = {
        folder: [Raw(folder, 1, 5000 + n, when, octets) for n, (when, octets) in enumerate(some)]
        for folder, some in lying.items()
    }
    killed, quiet = tmp_path / "killed.db", tmp_path / "quiet.db"
    for copy in (killed, quiet):
        shutil.copy(path, copy)
    monkeypatch.setattr(secrets, "token_hex", lambda size=32: "5a" * size)  # the salt of a new case

    def catching_up(path: Path) -> None:
        with opened(path, as_it_is, LATER) as bench:
            intake = Intake(bench.house, bench.office, box, threading.Lock(), lambda: box)
            while restored.catching_up(bench.house):
                intake.collect(LATER)
                intake.sort(LATER)

    catching_up(quiet)
    left = Counter(LOST_TIME)

    def nth(point: str) -> int:
        return 3 * left[point] if "catch_up" in point else 1

    while died := dies(",".join(f"{point}:{nth(point)}" for point in left), lambda: catching_up(killed)):
        left -= Counter([died])
    catching_up(killed)
    assert list(left) == []
    assert everything(killed) == everything(quiet)
