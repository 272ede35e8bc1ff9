"""The same after a restore on PostgreSQL: the dump comes back, the lost time is lived through again, none twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow.flow import restored
from mailflow.store import Store, dumping, moving
from tests.flow.bench import JOAN, MAYA, Bench, at
from tests.flow.carried_over import faults, gone_on
from tests.flow.test_restored import BEFORE, LATER, Disaster, carried, of_cases
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]


class OnPostgres(Disaster):
    """The office of a disaster, saved by pg_dump and put back into another, empty database."""

    def __init__(self, server: Postgres, folder: Path, lost: Bench) -> None:
        self.server, self.opened, self.lost = server, [lost.store], lost
        self.dump = folder / "mailflow.dump"
        self.url = lost.store._engine.url.render_as_string(hide_password=False)
        dumping.dump(lost.store, self.url, os.environ, self.dump, lambda done, total: None)
        assert lost.now is not None
        self.since, self._left_then, self._saved = lost.now, len(lost.left), self.dump

    def _begin(self, saved: Path) -> Bench:
        url = self.server.fresh(empty=True)
        store = Store(url)
        self.opened.append(store)
        dumping.put_back(store, url, os.environ, saved, restored.KEY, restored.note(self.since, at(LATER)))
        return Bench(store)


@pytest.fixture
def disaster(waiting: Bench, postgres: Postgres, tmp_path: Path) -> Iterator[OnPostgres]:  # noqa: F811
    """Saved on the evening of 1 February, a concern being with the provider; ten days of work follow."""
    url = postgres.fresh(empty=True)
    store = Store(url)
    store.migrate()
    moving.move(waiting.store, store)
    office = gone_on(waiting, store)
    office.to(BEFORE)
    found = OnPostgres(postgres, tmp_path, office)
    office.concern("2027-02-03 09:30", "second.person@family.example", "Oakfield Care Ltd in the north")
    office.mail("2027-02-10 09:00", JOAN, f"Re: [{office.refs()[0]}]", "We accept that calls were missed.")
    office.mail("2027-02-10 11:00", MAYA, f"Re: [{office.refs()[0]}]", "Accepted")
    office.to(LATER)
    yield found
    for one in found.opened:
        one.close()


def test_what_has_left_is_not_sent_again_and_all_stands_as_before(disaster: OnPostgres):
    """Letters, references, stages and clocks equal those of the office that was never lost; the record is whole."""
    lost = disaster.lost
    assert len(of_cases(lost.left)) > 6
    office = disaster.restore(at(LATER))
    assert carried(office) == []
    assert office.refs() == lost.refs()
    for ref in lost.refs():
        assert office.standing(ref) == lost.standing(ref)
    office.nothing_lost()
    # A copy of a letter has an identity that the disaster has made up.
    assert [fault for fault in faults(office) if not fault.startswith("Mail copy of")] == []
