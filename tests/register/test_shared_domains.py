"""Domains that say nothing about who writes (G2)."""

from __future__ import annotations

import pytest

from mailflow.register.shared_domains import is_shared


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "Hotmail.co.uk",
        "btinternet.com",
        "xtra.co.nz",
        "orcon.net.nz",
        "nhs.net",
        "a.pipex.com",
        "web.de",
    ],
)
def test_public_mail_domains_are_nobodys_own(domain: str):
    """What people have at home in any country of an office, in capitals or not, and what lies under it."""
    assert is_shared(domain)


@pytest.mark.parametrize("domain", ["oakfield.example", "mygmail.com", "com", "co.uk", "", "oakfield.onmicrosoft.com"])
def test_an_organisations_own_domain_is_not_shared(domain: str):
    """A look-alike, a suffix alone and a tenant of an organisation are none of them."""
    assert not is_shared(domain)
