"""Whether our own server vouches for From, and nobody else (domain.md G8, mail.md "May this person do that")."""

from __future__ import annotations

import pytest

from mailflow.mail.authenticity import M365, Verdict, judge
from mailflow.mail.parse import parse

OURS = "mx.council.example"


def verdict(*results: str, sender: str = "jane@council.example", form: str = "rfc8601", extra: str = "") -> Verdict:
    headers = "".join(f"Authentication-Results: {value}\r\n" for value in results)
    return judge(parse(f"{headers}{extra}From: {sender}\r\nSubject: s\r\n\r\nx".encode()), OURS, form)


@pytest.mark.parametrize(
    ("value", "passed"),
    [
        ("dmarc=pass header.from=council.example", True),
        ("dmarc=pass", True),
        ("dmarc=fail header.from=council.example", False),
        ("dkim=pass header.d=council.example; dmarc=fail header.from=council.example", False),
        ("dmarc=none header.from=council.example; dkim=pass header.d=council.example", True),
        ("dkim=pass header.d=mail.council.example", True),
        ("dkim=pass header.i=@council.example", True),
        ("dkim=pass header.d=evil.example", False),
        ("dkim=pass header.d=evilcouncil.example", False),
        ("dkim=fail header.d=council.example", False),
        ("spf=pass smtp.mailfrom=council.example", False),
        ("dmarc=none; spf=pass smtp.mailfrom=jane@council.example", False),
        ("dmarc=pass header.from=evil.example", False),
        ("dmarc=temperror; dkim=pass header.d=council.example", True),
        ("auth=pass smtp.auth=jane@council.example", True),
        ("auth=pass smtp.auth=mallory@council.example", False),
        ("spf=fail (dmarc=pass) smtp.mailfrom=x@evil.example", False),
        ('dkim=fail reason="x; dmarc=pass" header.d=council.example', False),
    ],
)
def test_what_passes(value: str, passed: bool):
    """DMARC or aligned DKIM pass; SPF alone, comments, reasons and other domains do not."""
    answer = verdict(f"{OURS}; {value}")
    assert (answer.passed, answer.known) == (passed, True)
    assert answer.why.endswith(".")


def test_nothing_said():
    """Without a header, or with "none", our server said nothing about the mail."""
    assert verdict() == Verdict(False, False, "Our server wrote no Authentication-Results.")
    assert not verdict(f"{OURS}; none").known


def test_injected_lower_header_never_counts():
    """A forged dmarc=pass below our server's own header changes nothing (row 16)."""
    answer = verdict(
        f"{OURS}; dmarc=fail header.from=council.example", f"{OURS}; dmarc=pass header.from=council.example"
    )
    assert (answer.passed, answer.known) == (False, True)


def test_forged_header_below_a_strangers():
    """If the topmost header is not ours, one in our name lower down was brought along by the mail."""
    answer = verdict("mx.other.example; dmarc=fail", f"{OURS}; dmarc=pass header.from=council.example")
    assert (answer.passed, answer.known) == (False, False)


def test_name_of_server_is_exact():
    """A name that only begins or ends like ours is not ours; case does not matter."""
    assert not verdict(f"{OURS}.evil.example; dmarc=pass").passed
    assert not verdict(f"evil{OURS}; dmarc=pass").passed
    assert verdict("MX.Council.Example; dmarc=pass").passed


def test_verdict_smuggled_in_the_envelope():
    """A sender address cannot write a verdict, neither as encoded-word nor as quoted string."""
    assert not verdict(f"{OURS}; spf=pass smtp.mailfrom==?utf-8?Q?x=3B_dmarc=3Dpass?=@evil.example").passed
    assert not verdict(
        f'{OURS}; spf=pass smtp.mailfrom="x; dmarc=pass header.from=council.example"@evil.example'
    ).passed


def test_two_froms():
    """A mail with two From headers is never authentic: DMARC saw one, people see the other."""
    assert not verdict(f"{OURS}; dmarc=pass header.from=council.example", extra="From: x@evil.example\r\n").passed


def test_unreadable_header():
    """A header that cannot be read vouches for nothing."""
    assert not verdict(f"{OURS}; ((((dmarc=pass").passed


def test_microsoft_form():
    """Microsoft 365 writes no server name: its own form is a setting, and does not accept the other form."""
    value = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=council.example; dkim=pass (signature was verified)"
    value += " header.d=council.example;dmarc=pass action=none header.from=council.example;compauth=pass reason=100"
    assert verdict(value, form=M365).passed
    assert not verdict(value).passed
    assert not verdict(f"{OURS}; dmarc=pass", form=M365).passed
    assert not verdict(value.replace("dmarc=pass", "dmarc=fail"), form=M365).passed


def test_microsoft_internal_origin():
    """Mail that Exchange itself marks as internal is of internal origin, in its own form only."""
    inside = "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
    assert verdict(form=M365, extra=inside).passed
    assert not verdict(extra=inside).passed
    assert not verdict(form=M365, extra=inside.replace("Internal", "Anonymous")).passed
