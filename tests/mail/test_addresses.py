"""Mailboxes as people's programs write them: lists are read leniently, a sender only where no other could be meant."""

from __future__ import annotations

import pytest

from mailflow.mail import addresses


def found(name: str, value: str) -> list[tuple[str, str]]:
    return [(each.name, each.email) for each in addresses.read({name: value})[0][name]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x.example; b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        ("Jane <a@x.example>; Bob <b@x.example>;", [("Jane", "a@x.example"), ("Bob", "b@x.example")]),
        ("undisclosed-recipients:;", []),
        ("Team: a@x.example, b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ('"a, b" <a@x.example>, c@x.example', [("a, b", "a@x.example"), ("", "c@x.example")]),
        ("a@x.example,,b@x.example,", [("", "a@x.example"), ("", "b@x.example")]),
        ("a@x.example (Jane, of Care)", [("Jane, of Care", "a@x.example")]),
        ("=?utf-8?Q?J=C3=BCrgen=2C_X?= <a@x.example>", [("J\u00fcrgen, X", "a@x.example")]),
        ("", []),
        ("<>", []),
    ],
)
def test_lists(value: str, expected: list[tuple[str, str]]):
    """Lists with semicolons, groups, commas in names, and nobody at all."""
    assert found("to", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("boss@council.example <a@x.example>", "a@x.example"),
        ('"boss@council.example" <a@x.example>', "a@x.example"),
        ("a@x.example (boss@council.example)", "a@x.example"),
        ("Jane a@x.example", "a@x.example"),
        ("Jane <a@x.example", "a@x.example"),
        ("a@x.example (Jane) on behalf of X", "a@x.example"),
        ("a@x.example boss@council.example", None),
        ("a@b@x.example", None),
        ("Jane <a@x.example> <boss@council.example>", None),
    ],
)
def test_senders(value: str, expected: str | None):
    """What is in brackets is the sender, not what a name pretends; where two could be meant it is nobody."""
    emails = [email for _, email in found("from", value)]
    assert emails == ([expected] if expected else [])


def test_a_broken_header_is_said_to_be_unclear():
    """The reader hears that an address was pieced together."""
    assert "from header unclear" in addresses.read({"from": "Jane <a@x.example"})[1]
    assert addresses.read({"from": "Jane <a@x.example>"})[1] == []
