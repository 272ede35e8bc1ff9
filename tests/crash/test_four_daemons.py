"""Four daemons on one PostgreSQL, killed and started again: one office's work is done once, whoever does it."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

from tests.crash.counting import count
from tests.crash.days import OFFICE, Days
from tests.crash.manners import Service
from tests.crash.points import EVERY_DAY
from tests.crash.rig import Rig, Servers, _Daemon
from tests.servers.fixtures import postgres, postgres_url  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres

pytestmark = [
    pytest.mark.dovecot,
    pytest.mark.postfix,
    pytest.mark.postgres,
    pytest.mark.usefixtures("killed_daemons"),
]
SEED, KILLS, MONDAY = 20270201, 4, 5


class Drawn:
    """Plans drawn by a seed: each daemon is to die at the first of some points, until there were enough deaths."""

    def __init__(self, seed: int, kills: int) -> None:
        self.dice, self.kills = random.Random(seed), kills
        self.deaths: list[str] = []

    def __call__(self, _daemon: int) -> str:
        if len(self.deaths) >= self.kills:
            return ""
        return ",".join(f"{point}:{self.dice.randint(1, 5)}" for point in self.dice.sample(EVERY_DAY, 25))


class Several(Rig):
    """A dead daemon's leases run out at once by the database's clock, as if the half minute had passed."""

    server: Postgres

    def _died(self, daemon: _Daemon) -> None:
        assert daemon.process is not None
        pid = daemon.process.pid
        super()._died(daemon)
        lapsed = "UPDATE leases SET until = clock_timestamp() - interval '1 second'"
        self.server.order(f"{lapsed} WHERE split_part(holder, '/', 2) = '{pid}'", self.url.rpartition("/")[2])


def test_four_daemons_that_die_do_an_offices_work_once(
    servers: Servers,
    tmp_path: Path,
    postgres: Postgres,  # noqa: F811
    postgres_url: str,  # noqa: F811
    service: Service,
) -> None:
    """An office's day with four daemons: both sides agree on mails and letters, the record is one chain."""
    plans = Drawn(SEED, KILLS)
    rig = Several(tmp_path, servers, plans, url=postgres_url, daemons=4, wires=service, **OFFICE)
    rig.server, rig.url, plans.deaths = postgres, postgres_url, rig.deaths
    with rig:
        days = Days(rig)
        for step in islice(days.steps(), MONDAY):
            step()
        days.attend()
        days.quiet()
        found = count(days)
        print(f"seed {SEED}: {len(rig.deaths)} kills {rig.deaths}; {found}; asked about: {days.asked}")
        assert found.differences == []
        assert found.mails >= 8 and found.letters >= 5
        assert len(rig.deaths) >= KILLS
        assert set(days.asked) <= set(rig.doubts())
