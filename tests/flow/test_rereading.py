"""Old mail read by today's rules: what would be read differently is said, and nothing is changed by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.errors import Unreadable
from mailflow.flow import rereading
from mailflow.flow.rereading import Change
from mailflow.mail.correlate import Match
from mailflow.store import Store
from tests.flow.bench import JOAN, MAYA, Bench


@pytest.fixture
def bench(tmp_path):
    """A council office on a fresh store."""
    store = Store(f"sqlite:///{tmp_path}/mailflow.db")
    store.migrate()
    yield Bench(store)
    store.close()


def read(bench: Bench, identity: str) -> tuple[Change, ...]:
    """What would be read differently of a mail."""
    with bench.store.read() as unit:
        found = rereading.read_again(bench.house, unit, identity)
    assert found is not None
    return found.changes


def answered(bench: Bench) -> tuple[str, str]:
    """A concern with the provider, and the mail by which the provider has answered."""
    ref = bench.with_provider()
    return ref, bench.mail("2027-02-10 09:00", JOAN, f"Re: [{ref}]", "We accept that calls were missed.")


def test_the_same_rules_read_the_same(bench):
    """Nothing has changed, so nothing would be read differently: of no mail of a whole case."""
    bench.closed()
    with bench.store.read() as unit:
        for identity in unit.inbox.identities():
            found = rereading.read_again(bench.house, unit, identity)
            assert found is not None and found.changes == ()


def test_another_kind_sender_and_text_are_named(bench, monkeypatch):
    """Kind, sender and the digest of the new text, as recorded and as read today."""
    _, identity = answered(bench)
    real = rereading.read_mail

    def today(office, kept):
        mail = real(office, kept)
        kind, reply = replace(mail.kind, name="auto_reply"), replace(mail.reply, new="Other words.")
        return replace(mail, kind=kind, reply=reply, sender="x@y.example")

    monkeypatch.setattr(rereading, "read_mail", today)
    changes = {change.what: change for change in read(bench, identity)}
    assert set(changes) == {"kind", "sender", "new text"}
    assert (changes["kind"].then, changes["kind"].now) == ("human", "auto_reply")
    assert (changes["sender"].then, changes["sender"].now) == (JOAN, "x@y.example")


def test_another_case_is_named_or_none_any_more(bench, monkeypatch):
    """A mail that would be placed elsewhere, and one that would not be placed at all."""
    ref, identity = answered(bench)
    other = "CC-2027-0009"
    monkeypatch.setattr(rereading, "match_of", lambda *_: Match(other, "subject", "", (), ""))
    assert read(bench, identity) == (Change("case", ref, other),)
    monkeypatch.setattr(rereading, "match_of", lambda *_: Match("", "none", "", (), ""))
    assert read(bench, identity) == (Change("case", ref, "none"),)


def test_what_an_officer_answered_is_no_difference(bench):
    """A held mail that an officer gave to a case was read as it is read today: as naming none."""
    ref = bench.with_provider()
    identity = bench.mail("2027-02-10 09:00", JOAN, "Your letter", "We accept that calls were missed.")
    (tag,) = bench.open_questions()
    bench.mail("2027-02-10 10:00", MAYA, f"Re: [{tag}]", f"Belongs to {ref}")
    assert bench.kept(identity).case == ref
    assert read(bench, identity) == ()


def test_a_mail_that_an_officer_gave_to_another_case_than_it_names_is_no_difference(bench):
    """What the sorting itself read counts, not where an officer has put the mail afterwards."""
    ref, other = bench.with_provider(), bench.concern("2027-02-09 09:00", "sam.reed@council.example", "Elm Care Ltd")
    identity = bench.mail("2027-02-10 09:00", "pat@elsewhere.example", f"Re: [{other}]", "We accept that.")
    (tag,) = bench.open_questions()
    bench.mail("2027-02-10 10:00", MAYA, f"Re: [{tag}]", f"Belongs to {ref}")
    assert bench.kept(identity).case == ref
    assert read(bench, identity) == ()


def test_what_can_be_read_no_more_and_what_can_now_is_said(bench, monkeypatch):
    """A mail that only yesterday's, or only today's parser reads."""
    _, identity = answered(bench)

    def cannot(office, kept):
        raise Unreadable("no")

    with monkeypatch.context() as patched:
        patched.setattr(rereading, "read_mail", cannot)
        assert read(bench, identity) == (Change("kind", "human", "unreadable"),)
        octets = bench.kept(identity).octets.replace(b"accept", b"accepted")
        patched.setattr("mailflow.flow.sort.read_mail", cannot)
        quarantined = bench.raw("2027-02-11 09:00", octets)
    assert bench.kept(quarantined).state == "quarantined"
    assert read(bench, quarantined) == (Change("kind", "unreadable", "human"),)


def test_reading_again_changes_nothing(bench):
    """A reading of the store cannot write; and what was erased is passed over."""
    ref, identity = answered(bench)
    before = bench.kept(identity)
    read(bench, identity)
    assert bench.kept(identity) == before
    with bench.store.unit() as unit:
        unit.inbox.forget(ref)
        assert rereading.read_again(bench.house, unit, identity) is None
