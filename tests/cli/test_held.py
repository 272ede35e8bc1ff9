"""mailflow held and quarantine: what waits for an answer, and the operator's answers."""

from __future__ import annotations

import pytest

from tests.cli.installation import Installation
from tests.flow.digests import at

OCTETS = (
    b"From: Pat <pat@elsewhere.example>\r\nTo: contract.concerns@council.example\r\nSubject: our answer\r\n"
    b"Message-ID: <a@elsewhere.example>\r\nDate: Tue, 02 Mar 2027 09:00:00 +0000\r\n\r\nWe accept what you wrote.\r\n"
)
TAG = "CCH-2027-0001-AA"


@pytest.fixture
def house(tmp_path):
    """An installation whose store holds one mail that nobody could place."""
    there = Installation(tmp_path)
    yield there
    there.store.close()


def hold(house: Installation, case: str = "", state: str = "held") -> None:
    """A mail of 2 March, held or quarantined."""
    came = at("2027-03-02 09:00")
    where = {"mailbox": house.desk.office.mailbox, "folder": "INBOX", "uidvalidity": 1, "uid": 1}
    with house.store.unit() as unit:
        unit.inbox.keep("i1", OCTETS, **where, arrived_at=came, kept_at=came)
        unit.inbox.settle("i1", state, "nobody knows the sender", sender="pat@elsewhere.example")
        if state == "held":
            unit.held.open(TAG, "i1", "nobody knows the sender", {"case": case}, came)


def state(house: Installation) -> str:
    """What the inbox says of the mail."""
    with house.store.read() as unit:
        kept = unit.inbox.get("i1")
        assert kept is not None
        return kept.state


def test_nothing_held(house):
    """An empty list is a sentence."""
    assert house.run("held", "list").output == "Nothing is held.\n"
    assert house.run("quarantine", "list").output == "Nothing is in quarantine.\n"


def test_what_is_held_is_listed_with_its_reason(house):
    """Tag, reason and suggestion; no words of the mail."""
    hold(house, "CC-2027-0001-AS")
    (row,) = house.told("held", "list")
    assert (row["tag"], row["reason"], row["suggested"]) == (TAG, "nobody knows the sender", "CC-2027-0001-AS")
    assert "accept what you wrote" not in house.run("held", "list").output


def test_the_list_says_since_when_and_who_was_asked_last(house):
    """A question that has been put again tells to whom."""
    hold(house)
    asked = {"times": 2, "at": "2027-03-04T09:00:00+00:00", "to": ["tom.hale@council.example"]}
    with house.store.unit() as unit:
        assert unit.held.note(TAG, {"asked": asked})
    (row,) = house.told("held", "list")
    assert row["asked_last"] == "tom.hale@council.example" and row["asked_at"].startswith("2027-03-02")
    shown = house.run("held", "list").output
    assert "Asked last" in shown and "tom.hale@council.example" in shown and "2027-03-02" in shown


def test_an_assigned_mail_counts_from_its_own_date(house):
    """It becomes the party's event with its original arrival date (G2)."""
    ref = house.desk.to_sent()
    hold(house)
    result = house.run("held", "assign", TAG, ref, "--role", "provider")
    assert result.exit_code == 0, result.output
    main = house.desk.case(ref).machines["concern"]
    assert (main.state, main.since) == ("RSP", at("2027-03-02 09:00"))
    assert state(house) == "done" and house.told("held", "list") == []


def test_a_role_that_is_not_there_is_named(house):
    """The message lists the parties; the mail stays held."""
    ref = house.desk.to_sent()
    hold(house)
    result = house.run("held", "assign", TAG, ref, "--role", "plumber")
    assert result.exit_code == 1 and "provider" in result.output and state(house) == "held"


def test_a_released_mail_is_sorted_again(house):
    """Back to where it was before anybody was asked."""
    hold(house)
    assert house.run("held", "release", TAG).exit_code == 0
    assert state(house) == "kept"


def test_a_mail_set_aside_stays_on_file(house):
    """Not for us: done, and never deleted."""
    hold(house)
    assert house.run("held", "settle", TAG).exit_code == 0
    assert state(house) == "done"


def test_an_answer_counts_once(house):
    """A tag that has been answered is not open any more."""
    hold(house)
    house.run("held", "settle", TAG)
    result = house.run("held", "release", TAG)
    assert result.exit_code == 1 and "Nothing is held under" in result.output and state(house) == "done"


def test_a_quarantined_mail_is_tried_again(house):
    """The beginning of its id is enough; one that is not there is an error."""
    hold(house, state="quarantined")
    assert [row["id"] for row in house.told("quarantine", "list")] == ["i1"]
    assert house.run("quarantine", "retry", "zz").exit_code == 1
    assert house.run("quarantine", "retry", "i").exit_code == 0
    assert state(house) == "kept"
