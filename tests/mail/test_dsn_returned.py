"""The letter that a report returns: its fields, and where it begins in a report without parts."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn_returned import LETTER_HEADER, fields, report_only


def test_the_fields_of_a_block():
    """Folded lines belong to the field above, the first of a name counts, what is folded under a second one is lost."""
    block = (
        "To: a@x.example,\n\tb@x.example\n c@x.example\nSubject : one\nTO: d@x.example\n e@x.example\nno field\n more"
    )
    assert fields(block) == {"to": "a@x.example, b@x.example c@x.example", "subject": "one"}
    assert fields(" folded under nothing\nX:\n y") == {"x": " y"}


@pytest.mark.parametrize(
    "block",
    [["Received: x"], ["Return-Path: <x>"], [f"{LETTER_HEADER}: one"], ["Foo: x", f"{LETTER_HEADER}: one"]]
    + [["From: a", "To: b", f"{name}: c"] for name in (
        "Received", "Return-Path", "Message-ID", "MIME-Version", "X-Mailer", "DKIM-Signature",
    )]
    + [["From: a", "To: b", "Subject: c", f"{name}: d"] for name in ("Date", "Cc", "Reply-To", "Content-Type")]
    + [["From: a", " folded", "To: b", "\tfolded", "Message-ID: c"]],
)  # fmt: skip
def test_where_a_letter_begins_by_its_headers(block: list[str]):
    """At one header line that only letters have in front, or at three and more that stand together."""
    letter = "\n".join([*block, "", "Dear Sam"])
    assert report_only(f"It failed.\n{letter}") == ("It failed.", letter)
    assert report_only(letter)[1] != letter


@pytest.mark.parametrize(
    "block",
    [["From: a", "To: b", "Subject: c"], ["Foo: a", "Bar: b", "Message-ID: c"], ["From: a", "x", "Message-ID: b"]],
)  # fmt: skip
def test_lines_that_are_no_letter(block: list[str]):
    """Three lines that a report writes itself begin no letter."""
    text = "\n".join(["It failed.", *block, "", "Dear Sam"])
    assert report_only(text) == (text, "")
