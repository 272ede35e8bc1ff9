"""Rules of the small rooms: agenda, texts, views, codes, numbers, files, held, meta."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailflow.store import Due, Store


def test_agenda_has_one_row_per_timer(store: Store, noon: datetime) -> None:
    """Setting a timer again moves it; what is due comes oldest first; the boundary instant is due."""
    first = Due("c", "m", "T4", "warn", noon + timedelta(hours=2), 3, "provider")
    with store.unit() as u:
        assert u.agenda.next_due() is None
        u.agenda.put(first)
        u.agenda.put(replace(first, due_at=noon, set_seq=4))
        u.agenda.put(replace(first, timer="T3", due_at=noon - timedelta(days=1)))
        u.agenda.put(replace(first, case="d", due_at=noon + timedelta(microseconds=1)))
        assert [(d.case, d.timer, d.set_seq) for d in u.agenda.due(noon)] == [("c", "T3", 3), ("c", "T4", 4)]
        assert u.agenda.next_due() == noon - timedelta(days=1)
        assert u.agenda.next_due(after=noon) == noon + timedelta(microseconds=1)
        assert len(u.agenda.all()) == 3 and len(u.agenda.of("c")) == 2
        assert u.agenda.drop("c", "m", "T3") and not u.agenda.drop("c", "m", "T3")
        assert u.agenda.clear("c") == 1


def test_texts_are_erased_and_cannot_be_guessed(store: Store, url: str) -> None:
    """The id is stable while the text lives; after erasure neither text nor salt is anywhere in SQLite's file."""
    with store.unit() as u:
        one = u.texts.put("c", "mail", "I am ill\x00 \ud800", 1)
        assert u.texts.put("c", "mail", "I am ill\x00 \ud800", 1) == one
        assert u.texts.put("c", "mail", "I am ill\x00 \ud800", 2) != one
        assert u.texts.put("d", "mail", "I am ill\x00 \ud800", 1) != one
        assert u.texts.get(one) == "I am ill\ufffd \ufffd"
    with store.unit() as u:
        assert u.texts.erase("c") == 2
        assert u.texts.get(one) is None
        assert u.texts.put("c", "mail", "I am ill\x00 \ud800", 1) != one
        u.texts.erase("c")
        u.texts.erase("d")
    store.close()
    if url.startswith("sqlite"):
        assert b"I am ill" not in Path(url.removeprefix("sqlite:///")).read_bytes()


def test_views_are_found_by_their_fields(store: Store) -> None:
    """A summary is found by the value of a field, in any case of letters, or by one value of a list; old values go."""
    with store.unit() as u:
        u.views.put("c1", "concern", "WPR", {"referrer": "Jo@x.example", "parties": ["a", "b"], "n": 3, "note": ""})
        u.views.put("c2", "issue", "END", {"live": False, "referrer": "al@x.example", "state": "ignored"})
        assert [v["case"] for v in u.views.find("referrer", "jo@X.example")] == ["c1"]
        assert [v["case"] for v in u.views.find("parties", "b")] == ["c1"]
        assert [v["case"] for v in u.views.find("n", 3)] == ["c1"]
        assert u.views.find("note", "") == []
        u.views.put("PP-2", "concern", "WPR", {})
        assert [v["case"] for v in u.views.list()] == ["PP-2", "c1", "c2"]
        assert [v["case"] for v in u.views.list(live_only=True)] == ["PP-2", "c1"]
        assert [v["case"] for v in u.views.list("PP")] == ["PP-2"]
        u.views.put("c1", "concern", "RSP", {"referrer": "new@x.example"})
        assert u.views.find("referrer", "jo@x.example") == []
        view = u.views.get("c1")
        assert view == {
            "case": "c1",
            "procedure": "concern",
            "state": "RSP",
            "live": True,
            "referrer": "new@x.example",
        }
        u.views.drop("c1")
        assert u.views.get("c1") is None and u.views.find("referrer", "new@x.example") == []


def test_numbers_have_no_gap_and_no_double(store: Store) -> None:
    """Threads that ask together get different numbers; a rolled back unit gives its number back."""
    got: list[int] = []

    def ask() -> None:
        for _ in range(10):
            with store.unit() as u:
                got.append(u.numbers.next("CC", 2027))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 31))
    with pytest.raises(KeyError), store.unit() as u:
        assert u.numbers.next("CC", 2027) == 31
        raise KeyError
    with store.unit() as u:
        assert u.numbers.next("CC", 2027) == 31
        assert u.numbers.next("CC", 2028) == 1
        assert u.numbers.next("IN", 2027) == 1


def test_a_code_works_once(store: Store, noon: datetime) -> None:
    """G8: a used code is used up; an unknown one is nothing; given out again it is not fresh again."""
    with store.unit() as u:
        assert u.codes.get("d") is None and not u.codes.use("d", noon)
        u.codes.put("d", "c", "m", "accept", "Jo@council.example", "RSP/7", noon)
        code = u.codes.get("d")
        assert code is not None and code.address == "jo@council.example" and code.used_at is None
        assert u.codes.use("d", noon) and not u.codes.use("d", noon)
        u.codes.put("d", "c", "m", "accept", "jo@council.example", "RSP/7", noon)
        assert not u.codes.use("d", noon)


def test_files_wait_until_written(store: Store) -> None:
    """A file asked for by a fact is asked for once, and waits until it is on the disk."""
    with store.unit() as u:
        assert u.files.put("c", "report.html", b"x", 4)
        assert not u.files.put("c", "report.html", b"y", 4)
        assert u.files.put("c", "report.html", b"z", 9)
        waiting = u.files.waiting()
        assert [row.octets for row in waiting] == [b"x", b"z"]
        assert u.files.done(waiting[0].id) and not u.files.done(waiting[0].id)
        assert [row.seq for row in u.files.waiting()] == [9]
        assert [row.written for row in u.files.of("c")] == [True, False]


def test_a_question_is_open_until_closed(store: Store, noon: datetime) -> None:
    """A held mail is found by its tag and by its identity; a tag is never used for a second question."""
    with store.unit() as u:
        assert u.held.open("Q1", "a", "who?", {"case": "c"}, noon)
        assert not u.held.open("Q1", "b", "who?", {}, noon)
        assert u.held.open("Q2", "b", "who?", {}, noon - timedelta(hours=1))
        assert [row.tag for row in u.held.all_open()] == ["Q2", "Q1"]
        assert u.held.close("Q1", "From provider") and not u.held.close("Q1", "again")
        closed = u.held.by_tag("Q1")
        assert closed is not None and closed.how == "From provider" and not closed.open
        assert closed.suggestion == {"case": "c"}
        u.held.open("Q3", "a", "again", {}, noon)
        newest = u.held.by_identity("a")
        assert newest is not None and newest.tag == "Q3"
        assert u.held.by_tag("Q9") is None


def test_meta_holds_small_facts(store: Store) -> None:
    """A key has one value, the newest."""
    with store.unit() as u:
        u.meta.put("away", "1")
        u.meta.put("away", "2")
        assert u.meta.get("away") == "2"
        assert u.meta.drop("away") and not u.meta.drop("away")
        assert u.meta.get("away") is None
