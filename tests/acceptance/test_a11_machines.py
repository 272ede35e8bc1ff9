"""A11: what machines write: absence notes move nothing; a letter that bounces comes back to its stage."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import CMO, LETTER_2, PROVIDER, PROVIDER_OTHER, REPLIED, RIVERSIDE, council
from tests.acceptance.office import at, words

ABSENT = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


def test_a11_absence_notes_and_the_same_reply_again(tmp_path: Path, real: bool):
    """A11: an absence note is no reply and gets no answer; a reply that comes twice is filed once."""
    with council(tmp_path, "2027-02-01 08:30", real=real) as c:
        ref = c.dispatched("2027-02-01 09:00", "2027-02-01 10:00")
        before = len(c.inbox(PROVIDER))
        note = "I am away until 1 March. Please write to my colleague."
        c.write("2027-02-01 10:01", PROVIDER, f"Automatic reply: [{ref}] your letter", note, headers=ABSENT)
        c.write("2027-02-02 10:01", PROVIDER, f"Automatic reply: [{ref}] your letter", note, headers=ABSENT)
        assert (c.state(ref), c.clocks(ref)) == ("WPR", {"T4": "2027-02-15"})
        assert not c.all(CMO, REPLIED) and len(c.inbox(PROVIDER)) == before

        c.replied("2027-02-03 10:00", ref)
        c.replied("2027-02-03 11:00", ref)
        assert at(c.one(CMO, REPLIED)) == "2027-02-03 10:00" and c.state(ref) == "RSP"
        assert len(c.inbox(PROVIDER)) == before


def test_a11_letter_1_bounces(tmp_path: Path, real: bool):
    """A11: letter 1 that reaches nobody returns the concern to stage 3 with its first date, and the officer is told."""
    with council(tmp_path, "2027-02-01 08:30", real=real, bounce_later=[RIVERSIDE]) as c:
        ref = c.receive("2027-02-01 09:00", subject="Cold meals at Riverside Homes Ltd")
        c.eligible("2027-02-01 09:30", ref, "Provider is Riverside Homes Ltd\nContract is CM-2025-008")
        c.send_letter("2027-02-01 10:00", ref)
        c.settle()
        told = words(c.one(CMO, "Your letter did not arrive"))
        assert RIVERSIDE in told and "4pm on Wednesday 3 February 2027" in told
        assert (c.state(ref), c.clocks(ref)) == ("ALC", {"T3": "2027-02-03"})
        c.go("2027-02-20 12:00")
        assert not c.all(PROVIDER, LETTER_2) and not c.inbox(PROVIDER_OTHER)
