"""Addresses in delivery reports: what servers and gateways write around them is taken off."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn_address import addresses, clean, local_name, typed, unrouted


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
    assert unrouted("%in.example@gw.example") == "%in.example@gw.example"
    assert unrouted("jane@gw.example") == "jane@gw.example"


@pytest.mark.parametrize("kind", ["x400", "X.400", "x500", "x.500", "fax", "system", "rfc822", "smtp", "rfc822;x400"])
def test_the_type_of_a_name_is_never_a_part_of_the_address(kind: str) -> None:
    """Whatever stands before the semicolon; a name of another kind without an address yields none."""
    assert typed(f"{kind};jane@example.org") == typed(f" {kind} ; <Jane@example.org>") == "jane@example.org"
    assert typed(f"{kind};example.org!jane") == "jane@example.org"
    assert typed(f"{kind};/G=Jane/S=Doe/") == ""


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ('jane"@example.org', "jane@example.org"), ('"jane@example.org', "jane@example.org"),
        ('"jane..doe."@example.org', "jane..doe.@example.org"), ('"jane.doe"@example.org', "jane.doe@example.org"),
        ('" jane"@example.org', '" jane"@example.org'), ('"@example.org', ""), ("@example.org", ""), ("jane", ""),
        ("jane@example", ""), ("Xavier@example.org", "xavier@example.org"), ("MaX@example.org", "max@example.org"),
        ("'jane'@Example.ORG.", "jane@example.org"), ("`jane`@example.org-", "jane@example.org"),
        ("*>|&=-.jane@example.org", "jane@example.org"), ("jane@example.org..next", "jane@example.org"),
        ("jane@[192.0.2.1]", "jane@[192.0.2.1]"), ("jane@[IPv6:2001:db8::1]", "jane@[ipv6:2001:db8::1]"),
        ("SRS0=ab=cd=in.example=jane@fwd.example", "srs0=ab=cd=in.example=jane@fwd.example"),
        ("/g=jane/s=doe@gw.example", ""), ("/jane=home@example.org", "/jane=home@example.org"),
        ("IMCEASMTP-jane+40example+2Eorg@gw.example", "jane@example.org"),
        ("imceainvalid-Jane+20Doe+40example+2Eorg@gw.example", "doe@example.org"),
        ("IMCEASMTP-IMCEASMTP-jane+2B40example+2B2Eorg+40gw+2Eexample@gw2.example", "jane@example.org"),
        ("IMCEAEX-nobody@gw.example", ""),
    ],
)  # fmt: skip
def test_an_address_as_its_owner_would_write_it(value: str, address: str) -> None:
    """Without needless quotes, signs of lists and routes, gateways' wrappings; without a domain it is none."""
    assert clean(value) == address


@pytest.mark.parametrize("value", ["rfc822; Xavier", "<Xavier>", "local; rfc822;'xavier' ", '"XAVIER"'])
def test_a_local_user_without_a_domain(value: str) -> None:
    """The name alone, in lower case."""
    assert local_name(value) == "xavier"
    assert [local_name(f"rfc822; {other}") for other in ("", "<>", "a b", "jane@x.example", "x" * 65)] == [""] * 5
