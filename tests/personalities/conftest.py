"""Each scenario runs under every personality of tests/servers/personality.py, on one pair of real servers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailflow import wiring
from tests import installation
from tests.personalities.world import PEOPLE, Ground, World
from tests.servers import realmail
from tests.servers.manners import Manners
from tests.servers.personality import PERSONALITIES, Personality


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Servers, a house and an empty database, made once."""
    if realmail.lacking():
        pytest.skip(realmail.lacking())
    folder = tmp_path_factory.mktemp("ground")
    found = wiring.install(installation.write(folder))
    store = wiring.open_store(found.settings)
    house = wiring.open_house(found, store)
    store.close()
    with realmail.RealMail(installation.people() | dict.fromkeys(PEOPLE, "secret")) as mail:
        yield Ground(mail, house, folder / "mailflow.sqlite3")


@pytest.fixture(params=PERSONALITIES)
def personality(request: pytest.FixtureRequest) -> Personality:
    """plain, exchange, gmail."""
    return PERSONALITIES[request.param]


@pytest.fixture
def worlds(ground: Ground, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes a world with the manners of a personality; everybody's mailbox is empty."""
    made: list[tuple[World, Manners]] = []

    def make(personality: Personality, **changes: object) -> World:
        for place in (ground.mail.dovecot.directory / "mail").iterdir():
            shutil.rmtree(place)
        manners = Manners(personality, ground.mail.imap_port, ground.mail.smtp_port, ground.mail.users)
        manners.__enter__()
        made.append((World(ground, manners, tmp_path, **changes), manners))
        return made[-1][0]

    yield make
    for world, manners in made:
        world.stop()
        manners.__exit__()


@pytest.fixture
def world(worlds: Callable[..., World], personality: Personality) -> World:
    """A council on the morning of Monday 1 February 2027, under each personality."""
    return worlds(personality)
