"""Fixtures that start real servers, or skip in words that say what to install (with CI set, a skip is a failure)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import dovecot as dovecot_rig
from tests.servers import postgres as postgres_rig
from tests.servers import realmail

COUNCIL = "concerns@council.example"
PROVIDER = "ann@provider.example"
USERS = {COUNCIL: "council-secret", PROVIDER: "provider-secret", "concerns@nhs.example": "nhs-secret"}
ALIASES = {"bounces@council.example": COUNCIL}
REFUSE = {"never@provider.example": "550 5.1.1 no such mailbox", "slow@provider.example": "451 4.7.1 try later"}
BOUNCE_LATER = ("gone@provider.example",)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[dovecot_rig.Dovecot]:
    """One Dovecot for the session (one per worker); use marker `dovecot`."""
    if dovecot_rig.lacking():
        pytest.skip(dovecot_rig.lacking())
    with dovecot_rig.Dovecot(USERS) as server:
        yield server


@pytest.fixture(scope="session")
def real_mail() -> Iterator[realmail.RealMail]:
    """One Postfix and Dovecot for the session; use markers `dovecot` and `postfix`."""
    if realmail.lacking():
        pytest.skip(realmail.lacking())
    with realmail.RealMail(USERS, aliases=ALIASES, refuse=REFUSE, bounce_later=BOUNCE_LATER) as server:
        yield server


@pytest.fixture(scope="session")
def postgres(one_postgres: postgres_rig.Postgres) -> postgres_rig.Postgres:
    """The PostgreSQL of this worker (tests/conftest.py), which fears no power cut; use marker `postgres`."""
    return one_postgres


@pytest.fixture
def postgres_url(postgres: postgres_rig.Postgres) -> Iterator[str]:
    """The address of a fresh database with today's schema, for one test; use marker `postgres`."""
    url = postgres.fresh()
    yield url
    postgres.drop(url)
