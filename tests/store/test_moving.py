"""Moving a store: every row and number arrives whatever the database sorts by, and nothing half-made stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from mailflow.errors import MailflowError
from mailflow.store import Store, moving, schema
from mailflow.store.tables import PASSING, InUse, Tables
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres
from tests.store.conftest import NOON

PLACE = {"mailbox": "box", "folder": "INBOX", "uidvalidity": 4_294_967_295}
HOSTILE = "\u00c4rger \x00 \ud800 'quote' \\N \U0001f4e7 %s :x \r\n\t"


@pytest.fixture
def url(tmp_path) -> str:
    """The source is a file; tests/flow/test_moved.py takes the way back, too."""
    return f"sqlite:///{tmp_path}/mailflow.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path) -> Iterator[Store]:
    """An empty store; PostgreSQL's compares texts by the customs of a language."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/target.db"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh(empty=True, how="ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-GB'")
    store = Store(url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def full(store: Store, letter: Callable[..., object]) -> Store:
    """A little in most tables: texts that sort otherwise in a language, hostile words, NULLs, octets, big numbers."""
    with store.unit() as unit:
        for n, name in enumerate(["a", "B", "_c", "\u00e4", "Z", "-d", "a b", "ab"]):
            unit.inbox.keep(name, bytes(range(256)) * 3, **PLACE, uid=2**32 - 1 - n, arrived_at=NOON, kept_at=NOON)
            unit.meta.put(name, HOSTILE)
        for case in ("CC-2027-0001", "office:council"):
            lines = [("note", "office", {"words": HOSTILE, "n": 1.5, "deep": [None, True]})]
            when = NOON + timedelta(microseconds=123456)
            again = {"actor": HOSTILE, "recorded_at": when, "edition": "e", "calendar_edition": "c"}
            unit.log.append(case, 0, lines, cause="note/1", happened_at=when, **again)
            unit.log.append(case, 1, [], cause="note/2", happened_at=when, **again)
        for n in range(3):
            unit.outbox.put(letter(f"L{n}", seq=n, party_mail=n == 0), [f"p{n}@x.example"])
    for _ in range(3):
        with store.unit() as unit:
            claimed = unit.outbox.claim(NOON, limit=1, lease_seconds=60)
            for one, envelopes in claimed:
                unit.outbox.settle(one.id, envelopes[0].recipient, "sent", "250 Ok", at=NOON)
    return store


def whole(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.read() as unit:
        return {name: list(unit.tables.rows(name)) for name in unit.tables.names}


def test_every_row_and_number_arrives(full: Store, target: Store, letter: Callable[..., object]) -> None:
    """Equal row by row, in one order; what the database numbers itself goes on above what it had given."""
    with full.unit() as unit:
        # The newest attempt is gone, and its number must not come again.
        unit.tables._work.write(text("DELETE FROM attempts WHERE id = (SELECT max(id) FROM attempts)"))
        before = unit.tables.numbers()
    told: list[tuple[int, int]] = []
    moved = moving.move(full, target, lambda done, total: told.append((done, total)))
    assert whole(target) == whole(full)
    assert moved.rows["inbox"] == 8 and moved.rows["log"] == 2 and moved.rows["chain"] == 4 and moved.cases == 2
    assert told[-1] == (2 * sum(moved.rows.values()),) * 2
    assert before["attempts"] == 3 and moved.rows["attempts"] == 2
    with target.unit() as unit:
        assert unit.tables.numbers() == before
        unit.outbox.put(letter("L9", seq=9), ["p9@x.example"])
    with target.unit() as unit:
        assert unit.outbox.claim(NOON, limit=1, lease_seconds=60)
        assert unit.tables.numbers()["attempts"] == 4


def test_a_copy_that_is_stopped_leaves_nothing_behind(full: Store, target: Store) -> None:
    """Stopped while copying or while comparing: the target is empty, and the next attempt goes through."""
    total = 2 * sum(len(rows) for rows in whole(full).values())
    for moment in (1, total - 1):

        def stop(done: int, _total: int, moment: int = moment) -> None:
            if done >= moment:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            moving.move(full, target, stop)
        assert not any(whole(target).values())
    moving.move(full, target)
    assert whole(target) == whole(full)


def test_a_target_that_holds_anything_is_refused(full: Store, target: Store) -> None:
    """Nothing is mixed: the tables that hold something are named, and stay as they are."""
    with target.unit() as unit:
        unit.meta.put("theirs", "1")
    with pytest.raises(MailflowError, match=r"not empty: there are rows in meta"):
        moving.move(full, target)
    assert [len(rows) for rows in whole(target).values() if rows] == [1]


SPOILERS = {
    "octets": lambda row: (*row[:-1], row[-1][:-1] + b"!"),
    "instant": lambda row: (*row[:3], row[3] + timedelta(microseconds=1), *row[4:]),
    "text": lambda row: (row[0], row[1].upper(), *row[2:]),
}


@pytest.mark.parametrize("what", [*SPOILERS, "missing"])
def test_a_row_that_does_not_come_back_as_it_was_ends_it(
    full: Store, target: Store, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One octet, a microsecond, a letter, a whole row: table and column are named, no words, and nothing stays."""
    put = Tables.put

    def spoilt(self: Tables, name: str, rows: list[tuple[object, ...]]) -> None:
        if name == "inbox":
            rows = rows[:-1] if what == "missing" else [SPOILERS[what](rows[0]), *rows[1:]]
        if what != "missing" or name != "sightings":
            put(self, name, rows)

    monkeypatch.setattr(Tables, "put", spoilt)
    with pytest.raises(MailflowError, match="of the table inbox") as told:
        moving.move(full, target)
    column = {"octets": "octets", "instant": "arrived_at", "text": "mailbox", "missing": "in one of the two only"}[what]
    assert column in str(told.value) and "rger" not in str(told.value)
    monkeypatch.undo()
    assert not any(whole(target).values())


def test_a_record_that_is_not_whole_is_not_moved(full: Store, target: Store) -> None:
    """A line that somebody changed before the move is no good beginning for another database."""
    with full.unit() as unit:
        for guard in ("no_update", "no_delete", "no_replace"):
            unit.tables._work.read(text(f"DROP TRIGGER log_{guard}"))
        unit.tables._work.write(text("UPDATE log SET actor = 'another' WHERE seq = 1"))
    with pytest.raises(MailflowError, match="The record is not whole"):
        moving.move(full, target)
    assert not any(whole(target).values())


@pytest.mark.postgres
def test_nothing_is_moved_under_a_daemon_on_postgresql(full: Store, postgres: Postgres) -> None:  # noqa: F811
    """A session of mailflow on either database ends it; an administrator's own session does not."""
    url = postgres.fresh()
    target, other = Store(url), Store(url)
    with other.read() as unit:
        unit.meta.get("x")
        with pytest.raises(InUse, match="Another mailflow works on the database: process"):
            moving.move(full, target)
    other.close()
    moving.move(full, target)
    target.close()


@pytest.mark.postgres
def test_a_database_of_another_encoding_is_refused(full: Store, postgres: Postgres) -> None:  # noqa: F811
    """What cannot hold every word is said before anything is copied."""
    store = Store(postgres.fresh(empty=True, how="ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"))
    store.migrate()
    with pytest.raises(MailflowError, match="encoding is LATIN1.*UTF8"):
        moving.move(full, store)
    store.close()


def test_every_table_is_moved() -> None:
    """No table of the schema is left out but the one that says who is at work at this moment."""
    assert {*Tables.names.fget(None), *PASSING} == set(schema.metadata.tables)  # type: ignore[attr-defined]
