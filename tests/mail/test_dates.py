"""The Date header as programs write it: evidence only, but shown, so read as far as it is plain."""

from __future__ import annotations

import pytest

from mailflow.mail import dates


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 3 May 2027 10:00:00 +0100", "2027-05-03T09:00:00"),
        ("Mon, 3 May 2027 10.00.00 +0100", "2027-05-03T09:00:00"),
        ("Mon, 3 May 2027 10:00:00 +01:00", "2027-05-03T09:00:00"),
        ("Mon, 3 May 2027 10:00:00 GMT+01:00", "2027-05-03T09:00:00"),
        ("Mon,3 May 2027 10:00:00+0100", "2027-05-03T09:00:00"),
        ("3-May-2027 10:00:00 GMT", "2027-05-03T10:00:00"),
        ("3 May 27 10:00 GMT", "2027-05-03T10:00:00"),
        ("Mon May  3 10:00:00 2027", "2027-05-03T10:00:00"),
        ("2027-05-03 10:00:00 +0100", "2027-05-03T09:00:00"),
        ("2027-05-03T10:00:00Z", "2027-05-03T10:00:00"),
        ("May 3, 2027 10:00 AM", "2027-05-03T10:00:00"),
        ("Monday, 3rd May 2027 10:00 pm", "2027-05-03T22:00:00"),
        ("Mon, 3 May 2027 24:00:00 +0000", "2027-05-04T00:00:00"),
        ("Mon, 3 May 2027 10:00:00 (no zone)", "2027-05-03T10:00:00"),
        ("3 May 2027", "2027-05-03T00:00:00"),
        ("03/05/2027 10:00", None),
        ("Mon, 99 Foo 20270 99:99", None),
        ("31 Feb 2027 10:00", None),
        ("yesterday", None),
        ("", None),
        ("9" * 5_000, None),
    ],
)
def test_dates(value: str, expected: str | None):
    """Plain dates in any form are read, in UTC; those that could mean two days, or none, are not."""
    found = dates.read(value)
    assert (found and found.replace(tzinfo=None).isoformat()) == expected
