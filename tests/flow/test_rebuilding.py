"""Invariant 6: views, agenda and states of mails follow from log and octets, whatever walk led there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from random import Random

import pytest

from bench import rebuild
from bench.house import ROOT, office
from mailflow.documents.letters import Letters
from mailflow.flow import rebuilding, remind, rereading, verifying
from mailflow.flow.ports import House
from mailflow.store import Store
from tests.flow import insurer_bench
from tests.flow.bench import JOAN, MAYA, OLIVE, PRIYA, TOM, VICTOR, Bench, at

CASES, STEPS = 120, 50
PLACE = {"mailbox": "contract.concerns@council.example", "folder": "INBOX", "uidvalidity": 9, "uid": 9}


@pytest.fixture
def store(tmp_path):
    """A fresh store."""
    fresh = Store(f"sqlite:///{tmp_path}/mailflow.db")
    fresh.migrate()
    yield fresh
    fresh.close()


def differences(bench: Bench) -> list[str]:
    """Everything of this office that is stored otherwise than it follows."""
    with bench.store.read() as unit:
        found = [
            d for ref in rebuilding.cases(bench.house, unit) for d in rebuilding.rebuild_case(bench.house, unit, ref)
        ]
        for identity in unit.inbox.identities():
            one = rebuilding.rebuild_mail(bench.house, unit, identity)
            assert one is not None, "a mail was settled without a line of its own"
            found += one
    return [str(d) for d in found]


def flaws(bench: Bench) -> list[str]:
    """What is wrong with the record."""
    with bench.store.read() as unit:
        return [str(f) for found in verifying.prove(unit, bench.house.offices.values()) for f in found]


def test_many_played_cases_of_both_procedures_are_rebuilt_equal(store: Store) -> None:
    """Cases played at random from opening to end, holds, undo, children and second lives included; seed 7."""
    both = (office(), rebuild.insurer())
    house = House(store, {one.id: one for one in both}, Letters([ROOT / "templates"]), b"x" * 48)
    assert sum(1 for _ in rebuild.play(house, CASES, seed=7, each=60)) == CASES
    assert [str(d) for found in rebuild.differences(house) for d in found] == []
    assert rebuild.flaws(house) == []


def people(bench: Bench) -> tuple[list[str], list[str]]:
    """Officers, and everybody else who writes."""
    if bench.office.id == "insurer":
        inside = [insurer_bench.AROHA, insurer_bench.MARAMA, insurer_bench.BRIAN, insurer_bench.SIONE]
        return inside, [insurer_bench.SHAH, insurer_bench.REID, insurer_bench.LEE, "pat@elsewhere.example"]
    return [MAYA, TOM, PRIYA], [JOAN, VICTOR, OLIVE, "pat@elsewhere.example"]


@pytest.mark.parametrize(("which", "seed"), [("council", 1), ("insurer", 3)])
def test_a_walk_of_real_mails_is_rebuilt_equal(store: Store, which: str, seed: int) -> None:
    """People write at random: words, replies, absences, strangers, copies, answers about held mails, silence."""
    dice = Random(seed)
    bench = Bench(store, **(insurer_bench.changes() if which == "insurer" else {}))
    said = sorted({form for verb in bench.office.procedure.verbs.values() for form in verb.say if "{" not in form})
    inside, outside = people(bench)
    when = at("2027-02-01 09:00")
    for _ in range(STEPS):
        when += timedelta(minutes=dice.choice([1, 7, 50, 400, 3000, 12000]))
        stamp, refs = when.strftime("%Y-%m-%d %H:%M"), bench.refs()
        subject = f"Re: [{dice.choice(refs)}]" if refs and dice.random() < 0.8 else "Missed calls at Oakfield Care Ltd"
        kind = dice.random()
        if kind < 0.45:
            words = "Provider is Oakfield Care Ltd\nEligible" if dice.random() < 0.2 else dice.choice(said)
            bench.mail(stamp, dice.choice(inside), subject, words)
        elif kind < 0.75:
            bench.mail(
                stamp, dice.choice(outside), subject, dice.choice(["We accept that.", "We dispute it, as on page 2."])
            )
        elif kind < 0.85:
            bench.mail(stamp, dice.choice(outside), subject, "I am away.", headers=[("Auto-Submitted", "auto-replied")])
        elif kind < 0.95 and (tags := bench.open_questions()):
            answer = dice.choice(["Ignore", f"Belongs to {dice.choice(refs)}" if refs else "Ignore"])
            bench.mail(stamp, dice.choice(inside), f"Re: [{dice.choice(tags)}]", answer)
        else:
            bench.to(when)
    assert len(bench.refs()) > 1 and len(bench.left) > 30
    assert differences(bench) == []
    assert flaws(bench) == []
    with bench.store.read() as unit:
        again = [rereading.read_again(bench.house, unit, identity) for identity in unit.inbox.identities()]
    assert [(reading.mail.case, reading.changes) for reading in again if reading and reading.changes] == []


def test_a_chaser_put_off_to_another_day_is_rebuilt_where_it_stands(store: Store, monkeypatch) -> None:
    """G10: the agenda's row of a reminder that waits a day follows from the log, like every other."""
    bench = Bench(store)
    ref = bench.with_provider()
    monkeypatch.setattr(remind, "_chased_today", lambda office, procedure, case, due, now: now < at("2027-02-16 00:00"))
    bench.to("2027-02-15 17:00")
    with bench.store.read() as unit:
        put_off = [line for line in unit.log.read(ref) if line.kind == "put_off"]
        rows = {due.due_at for due in unit.agenda.of(ref)}
    assert put_off and at("2027-02-16 16:00") in rows
    assert differences(bench) == []
    chased = len(bench.letters(to=JOAN))
    bench.to("2027-02-16 17:00")
    assert len(bench.letters(to=JOAN)) == chased + 1
    assert differences(bench) == []


SPOILT = (
    ("UPDATE views SET state = 'END'", "its view says otherwise than its log: state."),
    ("UPDATE views SET summary = replace(summary, 'Oakfield', 'Elsewhere')", "its log: fields, party."),
    ("DELETE FROM view_fields WHERE field = 'stage'", "it would be found by other words than its view has."),
    ("DELETE FROM agenda", "runs and is not in the agenda."),
    ("UPDATE agenda SET due_at = '2030-01-01 00:00:00.000000'", "is in the agenda for 2030-01-01"),
    ("INSERT INTO agenda VALUES ('CC-2027-9999', 'm', 'T', 'fire', '2027-01-01', 1, '')", "the log does not know"),
    ("INSERT INTO views VALUES ('CC-2027-9999', 'p', '', 1, '{}')", "a view is stored of a case that the log does"),
    ("UPDATE inbox SET state = 'held'", "its state is stored otherwise than it follows."),
    ("UPDATE inbox SET reason = 'another'", "the reason of its state is stored otherwise"),
    ("UPDATE inbox SET \"case\" = ''", "its case is stored otherwise"),
    ("UPDATE inbox SET kind = 'bounce'", "its kind is stored otherwise"),
    ("UPDATE inbox SET sender = 'x@y.example'", "its sender is stored otherwise"),
    ("UPDATE inbox SET text_digest = 'x'", "the digest of its text is stored otherwise"),
)


def test_each_difference_is_named_and_mended(store: Store, tmp_path) -> None:
    """What is stored wrongly is said, and with `write` it is afterwards as it follows."""
    bench = Bench(store)
    bench.with_provider()
    assert differences(bench) == []
    for statement, words in SPOILT:
        with closing(sqlite3.connect(tmp_path / "mailflow.db")) as raw:
            assert raw.execute(statement).rowcount
            raw.commit()
        assert [line for line in differences(bench) if words in line], statement
        with bench.store.unit() as unit:
            for ref in rebuilding.cases(bench.house, unit):
                rebuilding.rebuild_case(bench.house, unit, ref, write=True)
            for identity in unit.inbox.identities():
                rebuilding.rebuild_mail(bench.house, unit, identity, write=True)
        assert differences(bench) == [], statement


def test_octets_that_are_no_longer_the_mails_own_are_named(store: Store, tmp_path) -> None:
    """The identity of a mail is the digest of what it says: another text under it is no such mail."""
    bench = Bench(store)
    bench.with_provider()
    with closing(sqlite3.connect(tmp_path / "mailflow.db")) as raw:
        raw.execute("UPDATE inbox SET octets = CAST(replace(CAST(octets AS TEXT), 'missed', 'forged') AS BLOB)")
        raw.commit()
    assert any("its octets are not those of the mail that was kept." in line for line in differences(bench))


def test_erased_octets_and_a_mail_from_before_are_no_difference(store: Store) -> None:
    """What was erased on purpose cannot be read again; what was settled without a line is told apart."""
    bench = Bench(store)
    bench.closed()
    with bench.store.unit() as unit:
        unit.texts.erase(bench.ref())
        unit.inbox.forget(bench.ref())
    assert [line for line in differences(bench) if line.startswith("Mail")] == []
    identity = bench.mail("2027-03-01 09:00", "pat@elsewhere.example", "Hello", "Hello.")
    with bench.store.unit() as unit:
        unit.inbox.settle(identity, "kept", "")
        unit.inbox.keep("old", b"From: a@b.example\r\n\r\nx", **PLACE, arrived_at=bench.now, kept_at=bench.now)
        unit.inbox.settle("old", "done", "long ago")
        assert rebuilding.rebuild_mail(bench.house, unit, "old") is None
