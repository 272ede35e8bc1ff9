"""Rules of the record: every commit of the log is entered, and any row changed, removed or cut off is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import false, select
from sqlalchemy.exc import DBAPIError

from mailflow.errors import Conflict
from mailflow.store import Due, Letter, Store, Unit, chain, schema
from mailflow.store.chain import Head, read_head
from tests.store.steps import only_postgres, only_sqlite, order, tamper

A, B = "CC-2027-0001", "CC-2027-0002"


def write(unit: Unit, case: str, cause: str, now: datetime, *said: str) -> None:
    """Append one line for each of the words, sealed as flow/sealing.py does."""
    last = unit.log.last(case)
    entries: list[tuple[str, str, dict[str, Any]]] = []
    for seq, words in enumerate(said, last + 1):
        kind = "said" if seq > 1 else "opened"
        entries.append((kind, "m", {"words": [{"$text": unit.texts.put(case, kind, words, seq)}]}))
    fields = {"actor": "", "happened_at": now, "recorded_at": now, "edition": "", "calendar_edition": ""}
    unit.log.append(case, last, entries, cause=cause, **fields)


@pytest.fixture
def full(store: Store, noon: datetime) -> Store:
    """Two cases in seven commits, one of them without a line."""
    for case, cause, said in (
        (A, "mail:1", ("one", "two\x00\ud800")),
        (B, "mail:2", ("three",)),
        (A, "mail:3", ()),
        (A, "mail:4", ("four",)),
        (B, "mail:5", ("five", "six")),
        (A, "mail:6", ("seven",)),
        (B, "mail:7", ("eight",)),
    ):
        with store.unit() as u:
            write(u, case, cause, noon, *said)
    return store


def flaws(store: Store) -> list[str]:
    """What is found, as sentences."""
    with store.read() as u:
        found = [flaw for flaw in u.evidence.of_record(u.chain.entries()) if flaw]
        for case in u.evidence.cases():
            found += u.evidence.of_case(case)
        return [str(flaw) for flaw in found]


def test_what_is_whole_has_no_flaw(full: Store) -> None:
    """Each cause has its entry, in the order of the commits, one chain over both cases."""
    assert flaws(full) == []
    with full.read() as u:
        entries = list(u.chain.entries())
        assert [(e.number, e.case, e.cause, e.seq) for e in entries] == [
            (1, A, "mail:1", 2),
            (2, B, "mail:2", 1),
            (3, A, "mail:3", 2),
            (4, A, "mail:4", 3),
            (5, B, "mail:5", 3),
            (6, A, "mail:6", 4),
            (7, B, "mail:7", 4),
        ]
        assert (u.chain.count(), u.chain.head()) == (7, Head(7, entries[-1].hash))


def test_what_is_rolled_back_is_not_entered(full: Store, noon: datetime) -> None:
    """The entry is made in the transaction of the lines: both or neither."""
    with pytest.raises(Conflict), full.unit() as u:
        write(u, A, "mail:8", noon, "nine")
        write(u, A, "mail:1", noon, "ten")
    with full.read() as u:
        assert u.chain.count() == 7
    assert flaws(full) == []


def test_a_commit_that_could_not_know_of_another_is_a_conflict(full: Store, noon: datetime, monkeypatch) -> None:
    """Where the newest entry is not seen, the loser decides again; nothing of it is kept."""
    monkeypatch.setattr(chain, "_LAST", select(schema.chain.c.number, schema.chain.c.hash).where(false()))
    with pytest.raises(Conflict, match="record first"), full.unit() as u:
        write(u, A, "mail:8", noon, "nine")
    monkeypatch.undo()
    with full.read() as u:
        assert not u.log.knows(A, "mail:8")
    assert flaws(full) == []


def test_several_appends_of_one_commit_are_entered_in_their_order(full: Store, noon: datetime) -> None:
    """A commit that writes to several cases makes an entry for each."""
    with full.unit() as u:
        write(u, A, "mail:8", noon, "nine")
        write(u, B, "mail:8", noon, "ten")
    with full.read() as u:
        assert [(e.number, e.case) for e in u.chain.entries()][-2:] == [(8, A), (9, B)]
    assert flaws(full) == []


LINES = "DELETE FROM log WHERE {}"
CAUSES = "DELETE FROM causes WHERE {}"
CHAIN = "DELETE FROM chain WHERE {}"
FIRST = "\"case\" = 'CC-2027-0001' AND seq = 1"
SECOND = "\"case\" = 'CC-2027-0001' AND seq = 2"
NEWEST = "\"case\" = 'CC-2027-0001' AND seq = 4"
WHOLE = "\"case\" = 'CC-2027-0002'"


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (
            ["UPDATE log SET actor = 'x' WHERE \"case\" = 'CC-2027-0001' AND seq = 2"],
            f"Case {A}, line 2: it is not what was written.",
        ),
        (
            ["UPDATE log SET data = '{}' WHERE \"case\" = 'CC-2027-0001' AND seq = 1"],
            f"Case {A}, line 1: it is not what was written.",
        ),
        ([LINES.format(SECOND)], f"Case {A}, line 2: line 2 is missing."),
        ([LINES.format(NEWEST)], f"Case {A}, line 4: line 4 is cut off."),
        ([LINES.format(NEWEST), CAUSES.format(NEWEST)], f"Case {A}, line 4: line 4 is cut off."),
        ([LINES.format(NEWEST), CAUSES.format(NEWEST)], f"Case {A}, line 4: what set it off is missing (mail:6)."),
        (
            [t.format(NEWEST) for t in (LINES, CAUSES, CHAIN)],
            "The record: entry 6 is missing.",
        ),
        (
            [LINES.format(WHOLE), CAUSES.format(WHOLE)],
            f"Case {B}: the whole case is missing; the record knows 4 lines of it.",
        ),
        ([CAUSES.format("cause = 'mail:3'")], f"Case {A}, line 2: what set it off is missing (mail:3)."),
        (["UPDATE causes SET seq = 1 WHERE cause = 'mail:3'"], "what set it off was changed (mail:3)."),
        (
            ["UPDATE causes SET cause = 'mail:9' WHERE cause = 'mail:3'"],
            "what set it off is not in the record (mail:9)",
        ),
        ([CHAIN.format("number = 7")], f"Case {B}, line 4: line 4 is not in the record"),
        ([CHAIN.format("number = 1")], "The record: entry 1 is missing."),
        (["UPDATE chain SET seq = 1 WHERE number = 3"], "entry 3 of the record is not what was written."),
        (["UPDATE chain SET hash = 'x' WHERE number = 3"], "entry 3 of the record is not what was written."),
        (["UPDATE texts SET text = 'altered' WHERE text = 'one'"], "words of line 1 are not what was written."),
        (["UPDATE texts SET text = 'altered' WHERE text = 'eight'"], f"Case {B}, line 4: words of line 4 are not"),
        (["DELETE FROM texts WHERE text = 'four'"], "words of line 3 are missing without having been erased."),
        (["UPDATE salts SET salt = 'x'"], "words of line 1 are not what was written."),
        (["DELETE FROM salts"], "words of line 1 are not what was written."),
        (
            ["INSERT INTO texts VALUES ('x', 'CC-2027-0001', 'said', 'forged')"],
            "words are kept that nothing names and that are not what was written.",
        ),
    ],
)
def test_each_row_changed_removed_or_cut_off_is_named(full: Store, url: str, statements: list[str], words: str) -> None:
    """Lines, causes, entries, words: whatever was done behind the triggers' back is said with its case and line."""
    tamper(url, *statements)
    assert [flaw for flaw in flaws(full) if words in flaw]


@only_sqlite
def test_any_one_row_removed_is_found(full: Store, url: str, tmp_path: Path) -> None:
    """There is no row of log, causes, chain or texts whose loss goes unnoticed."""
    path = Path(url.removeprefix("sqlite:///"))
    full.close()
    for table in ("log", "causes", "chain", "texts"):
        with closing(sqlite3.connect(path)) as raw:
            ids = [row[0] for row in raw.execute(f"SELECT rowid FROM {table}")]
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert len(ids) >= 7
        for rowid in ids:
            copy = tmp_path / f"{table}{rowid}.db"
            copy.write_bytes(path.read_bytes())
            tamper(f"sqlite:///{copy}", f"DELETE FROM {table} WHERE rowid = {rowid}")
            cut = Store(f"sqlite:///{copy}")
            assert flaws(cut), (table, rowid)
            cut.close()


@only_sqlite
def test_a_case_rewritten_with_good_hashes_is_found(full: Store, url: str, noon: datetime, tmp_path: Path) -> None:
    """Who makes the chain of a case anew, so that it looks whole by itself, meets the record."""
    forged = Store(f"sqlite:///{tmp_path}/forged.db")
    forged.migrate()
    with forged.unit() as u:
        write(u, B, "mail:2", noon, "three")
        write(u, B, "mail:5", noon, "other", "words")
        write(u, B, "mail:7", noon, "eight")
    forged.close()
    tamper(url, LINES.format(WHOLE))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
        raw.execute("ATTACH ? AS forged", (f"{tmp_path}/forged.db",))
        raw.execute("INSERT INTO log SELECT * FROM forged.log")
        raw.commit()
    with full.read() as u:
        assert u.log.verify(B) == ""
    assert f"Case {B}, line 1: it is not the line that entry 2 of the record knows." in flaws(full)


def test_what_is_cut_off_with_its_entries_is_missed_by_what_followed_from_it(
    full: Store, url: str, noon: datetime, letter: Any
) -> None:
    """Lines, causes and entries gone together: the letter and the clock that the lines decided are still there."""
    with full.unit() as u:
        u.agenda.put(Due(A, "m", "T1", "fire", noon, 4, ""))
        made: Letter = replace(letter("L1"), case=A, seq=4)
        u.outbox.put(made, ["a@provider.example"])
        u.views.put(B, "p", "END", {})
    newest = "(\"case\" = 'CC-2027-0001' AND seq = 4) OR \"case\" = 'CC-2027-0002'"
    tamper(url, *(t.format(newest) for t in (LINES, CAUSES)), CHAIN.format("number IN (2, 5, 6, 7)"))
    found = flaws(full)
    assert f"Case {A}, line 4: it was cut off; a clock runs that was set by it." in found
    assert f"Case {A}, line 4: it was cut off; a letter was decided by it." in found
    assert f"Case {B}: the whole case is missing; only how it looked is still there." in found


def test_words_erased_on_purpose_are_no_flaw(full: Store, noon: datetime) -> None:
    """Erasing takes the words and the secret; what is said afterwards is proved again."""
    with full.unit() as u:
        assert u.texts.erase(A) == 4
    assert flaws(full) == []
    with full.unit() as u:
        write(u, A, "mail:8", noon, "after")
        assert u.evidence.erased(A) == 4
    assert flaws(full) == []


def test_words_removed_after_an_erasure_are_still_missed(full: Store, url: str, noon: datetime) -> None:
    """An erasure is no cover for what was said after it."""
    with full.unit() as u:
        u.texts.erase(A)
        write(u, A, "mail:8", noon, "after")
    tamper(url, "DELETE FROM texts WHERE text = 'after'")
    assert flaws(full) == [f"Case {A}, line 5: words of line 5 are missing without having been erased."]


@pytest.mark.parametrize("statement", ["UPDATE chain SET seq = 9", "DELETE FROM chain"])
def test_the_database_refuses_to_change_the_record(full: Store, url: str, statement: str) -> None:
    """Triggers refuse UPDATE and DELETE to any program that opens the database."""
    with pytest.raises(DBAPIError, match="never"):
        order(url, statement)


@only_sqlite
@pytest.mark.parametrize("row", ["*", '99, "case", cause, seq, head, hash'])
def test_the_database_refuses_to_replace_the_record(full: Store, url: str, row: str) -> None:
    """SQLite's REPLACE deletes without asking the trigger for deletions: it has one of its own."""
    with pytest.raises(DBAPIError, match="never"):
        order(url, f"INSERT OR REPLACE INTO chain SELECT {row} FROM chain")


@only_postgres
def test_the_database_refuses_to_empty_the_record(full: Store, url: str) -> None:
    """PostgreSQL's TRUNCATE is refused as well."""
    for table in ("chain", "log", "causes"):
        with pytest.raises(DBAPIError, match="never"):
            order(url, f"TRUNCATE {table}")


@only_sqlite
def test_a_database_of_the_first_schema_gets_its_record(full: Store, url: str) -> None:
    """The step to the second schema enters what was logged before, and the chain goes on from there."""
    tamper(url, "UPDATE alembic_version SET version_num = '0001'")
    order(url, "DROP TABLE chain")
    order(url, "DROP TABLE leases")
    order(url, "ALTER TABLE attempts DROP COLUMN holder")
    order(url, "DROP INDEX ix_inbox_state_order")
    order(url, "DROP INDEX ix_inbox_sender_state_arrived_at")
    order(url, "CREATE INDEX ix_inbox_state_arrived_at ON inbox (state, arrived_at)")
    full.migrate()
    assert flaws(full) == []
    with full.read() as u:
        assert {e.cause for e in u.chain.entries()} == {f"mail:{n}" for n in range(1, 8)}
    with full.unit() as u:
        write(u, A, "mail:8", u.log.read(A)[0].recorded_at, "on")
    assert flaws(full) == []


@pytest.mark.parametrize(
    "mangle",
    [
        lambda words: f"Record up to {words}. Keep this mail: it is a witness.",
        lambda words: words.replace(" ", "\r\n> ", 4),
        lambda words: words.upper().replace(",", "."),
        lambda words: words.replace(" ", "").replace("entry", "entry "),
    ],
)
def test_a_head_is_read_however_a_mail_wraps_it(mangle: Any) -> None:
    """Lines broken, quoted, without spaces, in capitals: the number and the digits are what count."""
    head = Head(18204, "7f3a91c2" * 8)
    assert str(head).startswith("entry 18,204: 7f3a 91c2 7f3a")
    assert read_head(mangle(str(head))) == Head(18204, head.hash[:32])


@pytest.mark.parametrize("words", ["", "entry 5", "entry 5: 7f3a 91c2", "7f3a 91c2 " * 4, "entry x: " + "7f3a " * 8])
def test_words_without_a_whole_head_are_none(words: str) -> None:
    """Too few digits prove nothing."""
    assert read_head(words) is None
