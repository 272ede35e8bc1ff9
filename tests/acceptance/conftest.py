"""On which mail servers the scenarios run."""

from __future__ import annotations

import pytest

from tests.servers import realmail


@pytest.fixture(
    params=["embedded", pytest.param("real", marks=[pytest.mark.dovecot, pytest.mark.postfix])],
)
def real(request: pytest.FixtureRequest) -> bool:
    """Once on the embedded servers, once on Dovecot and Postfix where they are installed."""
    if request.param == "real" and realmail.lacking():
        pytest.skip(realmail.lacking())
    return request.param == "real"


@pytest.fixture(autouse=True)
def _daemons(forked_daemons: None) -> None:
    """Each scenario has a daemon of its own."""
