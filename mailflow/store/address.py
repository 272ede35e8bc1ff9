"""The address of a database: what may be shown of it, and what PostgreSQL's own programs are told.

In: a URL as it stands in [store] url, perhaps with its password.
Out: the URL without the password; the words for pg_dump and pg_restore, and what they must find in their environment.
Fails: ValueError for what is no such URL; the words do not quote it.
Limits: nothing is looked up; whether anybody answers there is another question.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_HIDDEN = "***"


def _read(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # The library's words quote the URL, and with it a password.
        raise ValueError("this is no address of a database") from None


def shown(url: str) -> str:
    """The URL with *** for its password, and for any that stands among its options."""
    parsed = _read(url)
    hidden = {name: _HIDDEN if name.endswith("password") else said for name, said in parsed.query.items()}
    return parsed.set(query=hidden).render_as_string(hide_password=True).replace(quote(_HIDDEN), _HIDDEN)


def has_password(url: str) -> bool:
    """Whether a password stands in it, as part of the name or as an option."""
    parsed = _read(url)
    return bool(parsed.password) or "password" in parsed.query


def is_sqlite(url: str) -> bool:
    """Whether the database is a file of SQLite."""
    return _read(url).get_backend_name() == "sqlite"


def for_programs(url: str) -> tuple[str, Mapping[str, str]]:
    """(connection words without any password, environment that bears it) for the programs of PostgreSQL.

    What stands on a command line can be read by every user of the machine.
    """
    from psycopg.conninfo import make_conninfo

    parsed = _read(url)
    _, said = parsed.get_dialect()().create_connect_args(parsed)
    password = said.pop("password", None)
    environment = {"PGPASSWORD": str(password)} if password else {}
    return make_conninfo(**said), environment
