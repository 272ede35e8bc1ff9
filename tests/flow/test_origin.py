"""Internal origin (G8): an unstamped mail of an officer counts only where the server stamps what comes from outside."""

from __future__ import annotations

import tomllib

import pytest

from mailflow.flow.ports import Trust
from tests.flow.bench import MAYA, MX, OLIVE, ROOT, Bench

INSIDE = Trust(MX, internal_domains=frozenset({"council.example"}))
OUTSIDER = "anna@elsewhere.example"


def withdrawn(bench: Bench, ref: str, **more: object) -> str:
    """The stage after somebody withdrew the concern in the officer's name, in a mail with no proof."""
    words = "Withdrawn: no longer pursued"
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", words, **{"auth": "", **more})
    return bench.state(ref)


def opened(bench: Bench, sender: str, auth: str) -> str:
    bench.mail("2027-02-01 09:30", sender, "Missed calls at Oakfield", "Three calls were missed.", auth=auth)
    return bench.ref()


def test_a_server_that_stamps_outside_mail_vouches_for_the_unstamped(bench_of):
    """A mail from outside was stamped, this one is not, and the office trusts its domain: it counts."""
    bench = bench_of(trust=INSIDE)
    assert withdrawn(bench, opened(bench, OUTSIDER, "pass")) == "XWD"


@pytest.mark.parametrize(("sender", "auth"), [(OUTSIDER, ""), (OLIVE, "pass")])
def test_a_server_that_was_never_seen_to_stamp_outside_mail_vouches_for_nothing(bench_of, sender: str, auth: str):
    """No stamp on any mail from outside: anybody may have written this, so the officer is asked for proof."""
    bench = bench_of(trust=INSIDE)
    ref = opened(bench, sender, auth)
    before = bench.standing(ref)
    assert withdrawn(bench, ref) == "RCV" and bench.standing(ref) == before
    assert bench.left[-1].to == (MAYA,) and "confirm" in bench.left[-1].words


def test_without_the_setting_no_origin_counts(bench_of):
    """Shipped as it is, an officer's mail without a stamp is asked for proof, whatever the server does elsewhere."""
    bench = bench_of()
    assert withdrawn(bench, opened(bench, OUTSIDER, "pass")) == "RCV"


def test_a_stamp_of_anybody_is_no_silence(bench_of):
    """A mail with an Authentication-Results of another server came from outside: its origin is not internal."""
    bench = bench_of(trust=INSIDE)
    ref = opened(bench, OUTSIDER, "pass")
    foreign = [("Authentication-Results", "mx.evil.example; dmarc=pass header.from=council.example")]
    assert withdrawn(bench, ref, headers=foreign) == "RCV"


def test_a_foreign_stamp_is_no_sign_that_our_server_stamps(bench_of):
    """Only our own server's name counts for its habit, and only on a mail with one From."""
    bench = bench_of(trust=INSIDE)
    ref = opened(bench, OUTSIDER, "")
    results = "dmarc=pass header.from=elsewhere.example"
    foreign = [("Authentication-Results", f"mx.evil.example; {results}")]
    bench.mail("2027-02-01 10:00", OUTSIDER, "Hello", "Another matter.", auth="", headers=foreign)
    assert withdrawn(bench, ref) == "RCV"


def test_the_shipped_settings_trust_no_origin():
    """What an administrator copies must not believe mail without proof."""
    shipped = tomllib.loads((ROOT / "config" / "mailflow.toml").read_text("utf-8"))
    assert "internal_domains" not in shipped["office"]["council"]["auth"]
