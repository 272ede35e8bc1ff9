"""What is shown and handed on of a database's address: everything but the password."""

from __future__ import annotations

import pytest

from mailflow.errors import ConfigurationError
from mailflow.store import address
from mailflow.wiring import store_at

URL = "postgresql+psycopg://mail%40flow:p%40ss%3Aword@db.council.example:5433/mail%20flow?sslmode=verify-full&connect_timeout=5"


def test_a_password_is_neither_shown_nor_put_on_a_command_line() -> None:
    """It goes into the environment; user, host, port, name and options are handed on as they are meant."""
    assert "ss" not in address.shown(URL).partition("@db")[0].replace("mailflow", "").replace("postgresql", "")
    words, secret = address.for_programs(URL)
    assert secret == {"PGPASSWORD": "p@ss:word"} and "p@ss" not in words
    said = ("host=db.council.example", "port=5433", "user=mail@flow", "dbname='mail flow'", "sslmode=verify-full")
    assert all(one in words for one in said)
    assert address.for_programs("postgresql+psycopg:///mailflow?host=/run/postgresql")[1] == {}


def test_a_password_among_the_options_is_not_shown_either() -> None:
    """The manifest of a backup names the address; the certificate's password is a password, too."""
    told = address.shown("postgresql+psycopg://u@h/d?password=geheim&sslpassword=secret&sslmode=verify-full")
    assert "geheim" not in told and "secret" not in told
    assert told == "postgresql+psycopg://u@h/d?password=***&sslmode=verify-full&sslpassword=***"


def test_an_address_that_cannot_be_read_is_not_quoted() -> None:
    """A password with @ and : in it, written as it is, takes the place of the port: nothing of it is repeated."""
    with pytest.raises(ConfigurationError) as told:
        store_at("postgresql+psycopg://mailflow:s3@cret:word@dbhost:5432/mailflow")
    assert "no address" in str(told.value) and "word" not in str(told.value) and "cret" not in str(told.value)


def test_a_password_is_found_wherever_it_stands() -> None:
    """Before the host or among the options; an address without one is none."""
    assert address.has_password(URL)
    assert address.has_password("postgresql://u@h/d?password=x")
    assert not address.has_password("postgresql+psycopg://u@h/d") and not address.has_password("sqlite:////a/b.db")


def test_what_is_no_address_is_not_repeated() -> None:
    """It may be a password that somebody typed in the wrong place."""
    with pytest.raises(ValueError, match="no address of a database") as told:
        address.shown("hunter2")
    assert "hunter2" not in str(told.value)
