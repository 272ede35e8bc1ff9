"""Addresses in delivery reports: what servers and gateways write around them is taken off."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn_address import addresses, typed, unrouted


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; Jane@Example.ORG", "jane@example.org"),
        ("RFC822;<jane@example.org>", "jane@example.org"),
        ("rfc822;rfc822;jane@example.org", "jane@example.org"),
        ("<jane@example.org>", "jane@example.org"),
        ('"jane@example.org"', "jane@example.org"),
        ("'jane@example.org'", "jane@example.org"),
        ("smtp:jane@example.org.", "jane@example.org"),
        ("LOCAL;<>", ""),
        ("rfc822;@gw.example,@in.example:jane@example.org", "jane@example.org"),
        ("rfc822;example.org!jane", "jane@example.org"),
        ('rfc822; "jane doe"@example.org', '"jane doe"@example.org'),
        ("rfc822;IMCEASMTP-jane+40example+2Eorg@gw.example", "jane@example.org"),
        ("rfc822;IMCEAEX-_O=ORG_OU=SITE_CN=RECIPIENTS_CN=jane@gw.example", ""),
        ("x400;/G=Jane/S=Doe/O=Org/C=GB/", ""),
        ("unknown;jane@example.org", "jane@example.org"),
        ("宛先jane@example.org へ", "jane@example.org"),
    ],
)
def test_a_typed_address_is_read(value: str, address: str) -> None:
    """The address stands alone, in lower case; a name of another kind yields none."""
    assert typed(value) == address


def test_several_addresses_in_a_line() -> None:
    """Each once, in order."""
    assert addresses("<a@x.example>, b@x.example; A@X.example") == ["a@x.example", "b@x.example"]


def test_a_percent_route_is_undone() -> None:
    """user%host@gateway means user@host; a percent sign that is none is left alone."""
    assert unrouted("jane%in.example@gw.example") == "jane@in.example"
    assert unrouted("50%off@shop.example") == "50%off@shop.example"
