"""What the kill tests share: servers that are kept, daemons that are forked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mailflow.demo.stage import Stage
from mailflow.procedure import reading
from tests.crash.manners import Service
from tests.crash.played import Played, performed
from tests.crash.rig import Rig, Servers
from tests.preloaded import Nursery, reading_shipped_once
from tests.servers import realmail
from tests.servers.personality import PERSONALITIES


@pytest.fixture(scope="module", autouse=True)
def _procedures() -> Iterator[None]:
    """Whoever looks at an office from here reads its procedure, too: once for all offices."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "read", reading_shipped_once())
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """One Dovecot and one Postfix for all offices that are killed."""
    if realmail.lacking():
        pytest.skip(realmail.lacking())
    with Servers() as lent:
        yield lent


@pytest.fixture(params=PERSONALITIES)
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """The manners under which a test runs: plain, exchange, gmail."""
    with ExitStack() as stack:
        yield Service(stack, request.param)


@pytest.fixture(scope="session")
def undisturbed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """What everybody has in their mailbox when nothing goes wrong, on a plain server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "begin", staticmethod(nursery.begin))
        return performed(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture
def killed_daemons(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their daemons are forked, so that a kill costs a fraction of a second."""
    monkeypatch.setattr(Rig, "begin", staticmethod(nursery.begin))
