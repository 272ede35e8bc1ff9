"""Mails that belong to no case are logged, put once per key, and marked for what they are."""

from __future__ import annotations

import email
from email.policy import default

import pytest

from mailflow.flow.office_mail import letter_for, put_office_letter, tell_administrator
from mailflow.store import Store
from tests.flow.digests import INES, Desk, at

NOW = at("2027-03-01 08:00")


@pytest.fixture
def desk(tmp_path):
    """The council's office on a fresh store."""
    store = Store(f"sqlite:///{tmp_path}/mailflow.db")
    store.migrate()
    yield Desk(store)
    store.close()


def _put(desk: Desk, key: str = "weekly/2027-02-28/x", **given: object) -> str:
    context = {"groups": [{"title": "Overdue", "rows": []}]}
    with desk.house.store.unit() as unit:
        return put_office_letter(desk.house, unit, desk.office, "M55", [INES], context, key=key, now=NOW, **given)


def _read(desk: Desk):
    return email.message_from_bytes(desk.octets("M55", INES), policy=default)


def test_a_key_is_put_once(desk):
    """However often a digest is asked for, it leaves once (G3), under one letter id."""
    assert _put(desk) == _put(desk)
    assert desk.letters("M55") == [INES]


def test_two_keys_are_two_mails(desk):
    """Another day is another mail."""
    assert _put(desk, "daily/a") != _put(desk, "daily/b")
    assert len(desk.letters("M55")) == 2


def test_it_is_logged_on_the_offices_stream(desk):
    """Everything that goes out is an immutable line (G14), with the key as its cause."""
    letter = _put(desk)
    with desk.house.store.read() as unit:
        (line,) = unit.log.read(desk.office.stream)
        assert (line.kind, line.machine, line.cause) == ("letter", "office", "weekly/2027-02-28/x")
        assert line.data["letter"] == letter and line.data["to"] == [INES]
        assert unit.log.verify(desk.office.stream) == ""


def test_it_says_that_a_machine_wrote_it(desk):
    """Auto-Submitted keeps absence notes and other machines away (RFC 3834); the mailbox gets its own copy."""
    _put(desk)
    mail = _read(desk)
    assert mail["Auto-Submitted"] == "auto-generated" and mail["X-Mailflow-Loop"] == desk.office.address
    assert mail["To"] == f"Ines Whitlock <{INES}>" and mail["List-Unsubscribe"] is None
    with desk.house.store.read() as unit:
        _, envelopes = unit.outbox.of_case(desk.office.stream)[0]
    assert {(e.recipient, e.home) for e in envelopes} == {(INES, False), (desk.office.address, True)}


def test_only_what_can_be_ended_says_how(desk):
    """List-Unsubscribe (RFC 2369) is a mail with the word that ends the subscription."""
    _put(desk, unsubscribe="Weekly off")
    assert _read(desk)["List-Unsubscribe"] == f"<mailto:{desk.office.address}?subject=Weekly%20off>"


def test_the_administrator_hears_once(desk):
    """A report on our own health names facts, and is not repeated for the same key (M60)."""
    with desk.house.store.unit() as unit:
        for _ in range(2):
            tell_administrator(
                desk.house, unit, desk.office, key="away/x", facts=[("Mailbox", "cannot be read")], now=NOW
            )
    template = letter_for(desk.office, "health")
    assert desk.letters(template) == [desk.office.administrator]
    assert b"cannot be read" in desk.octets(template, desk.office.administrator)


def test_without_an_address_nothing_is_pretended(desk):
    """A mail to nobody is a mistake of the caller, not a letter."""
    with pytest.raises(ValueError, match="no address"), desk.house.store.unit() as unit:
        put_office_letter(desk.house, unit, desk.office, "M55", [], {}, key="k", now=NOW)
