"""What the kill tests share: servers that are kept, daemons that are forked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.rig import Rig, Servers
from tests.preloaded import Nursery
from tests.servers import realmail


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """One Dovecot and one Postfix for all offices that are killed."""
    if realmail.lacking():
        pytest.skip(realmail.lacking())
    with Servers() as lent:
        yield lent


@pytest.fixture
def killed_daemons(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their daemons are forked, so that a kill costs a fraction of a second."""
    monkeypatch.setattr(Rig, "begin", staticmethod(nursery.begin))
