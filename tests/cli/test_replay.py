"""mailflow replay --diff: a line for each kept mail that would be read differently today."""

from __future__ import annotations

import json

import pytest

from mailflow.flow import rereading
from tests.cli.installation import Installation
from tests.flow.digests import at

OCTETS = (
    b"From: Pat <pat@elsewhere.example>\r\nTo: contract.concerns@council.example\r\nSubject: our answer\r\n"
    b"Message-ID: <a@elsewhere.example>\r\nDate: Tue, 02 Mar 2027 09:00:00 +0000\r\n\r\nWe accept what you wrote.\r\n"
)


@pytest.fixture
def house(tmp_path):
    """An installation with one mail that was recorded as an automatic one, and one that waits."""
    there = Installation(tmp_path)
    came = at("2027-03-02 09:00")
    with there.store.unit() as unit:
        for uid, identity in enumerate(("i1", "i2")):
            where = {"mailbox": there.desk.office.mailbox, "folder": "INBOX", "uidvalidity": 1, "uid": uid}
            unit.inbox.keep(identity, OCTETS, **where, arrived_at=came, kept_at=came)
        unit.inbox.settle(
            "i1", "done", "filed", kind="auto_reply", sender="pat@elsewhere.example", text_digest="f" * 64
        )
    yield there
    there.store.close()


def test_a_line_for_each_mail_that_differs(house):
    """Exit 1; which mail, when it came, what was recorded and what is read; no word of the mail."""
    result = house.run("replay", "--diff")
    assert result.exit_code == 1, result.output
    assert "i1  2027-03-02  -  kind: auto_reply -> human; new text: ffffffffffffffff -> " in result.output
    assert "1 mails read again: 1 would be read differently. 1 were never sorted" in result.output
    assert "accept" not in result.output


def test_as_json_one_object_a_line(house):
    """What differs, then and now; the summary goes to standard error."""
    result = house.run("replay", "--diff", "--json")
    (line,) = result.stdout.splitlines()
    told = json.loads(line)
    assert told["id"] == "i1" and told["changes"]["kind"] == {"then": "auto_reply", "now": "human"}


def test_without_diff_it_says_what_it_does(house):
    """Nobody's mail is sorted a second time by a slip of the hand."""
    result = house.run("replay")
    assert result.exit_code == 2 and "Say --diff" in result.output


def test_it_can_be_stopped(house, monkeypatch):
    """Ctrl-C: exit 130, and how many were read until then."""

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(rereading, "read_again", interrupted)
    result = house.run("replay", "--diff")
    assert result.exit_code == 130 and "0 mails read again, then stopped" in result.output
