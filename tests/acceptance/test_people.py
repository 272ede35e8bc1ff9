"""Rules about people, by mail alone: a protected referrer, a breach, a mail with two matters (Q9, Q34, Q12)."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.council import (
    CMO,
    LETTER_1,
    PROVIDER,
    REFERRER,
    REFERRER_MANAGER,
    SPO,
    TO_REFERRER,
    WHICH,
    council,
)
from tests.acceptance.office import words

DPO = "samir.bose@council.example"
NAMES = ("beth", "carrow")


def test_nobody_learns_who_raised_it(tmp_path: Path):
    """A whistleblower on the staff: their manager and the provider get nothing that names them, to the very end."""
    with council(tmp_path, "2027-02-01 08:30") as c:
        ref = c.receive("2027-02-01 09:00")
        c.word("2027-02-01 09:30", CMO, ref, "Protected: whistleblower because she asked for it")
        c.eligible("2027-02-01 10:00", ref)
        c.word("2027-02-01 10:05", CMO, ref, "Send original")
        named = [("beth-carrow.txt", "text/plain", b"Three calls were missed.")]
        c.word("2027-02-01 10:10", CMO, ref, "Send\nChecked", attachments=named)
        c.go("2027-02-01 10:40")
        assert not c.all(PROVIDER, LETTER_1, ref) and "shows who raised it" in words(c.last(CMO, WHICH, ref))
        c.word(
            "2027-02-01 11:00", CMO, ref, "Send", attachments=[("copy.txt", "text/plain", b"Three calls were missed.")]
        )
        c.replied("2027-02-10 09:00", ref, "We dispute this. Who says so?")
        c.word("2027-02-10 10:00", CMO, ref, "Disputed")
        assert c.state(ref) == "REV"
        c.word("2027-02-11 10:00", CMO, ref, "Recommend: The concern is upheld.\nDefault notice: no")
        c.word("2027-02-12 10:00", SPO, ref, "Decision: agreed, no default notice")
        c.go("2027-02-16 18:00")
        assert c.one(REFERRER, TO_REFERRER, ref) and not c.subjects(REFERRER_MANAGER, ref)
        for reader, mail in c.everything():
            if reader.endswith("@oakfield.example") or reader == REFERRER_MANAGER:
                text = f"{mail.subject} {words(mail)} {[f.name for f in mail.attachments]}".lower()
                assert not any(name in text for name in NAMES), (reader, mail.subject)
        assert not any(name in str(c.show(ref)).lower() for name in NAMES)


def test_a_breach_stops_the_letter_that_waits(tmp_path: Path):
    """The letter waits its fifteen minutes; the breach holds it until it is closed."""
    with council(tmp_path, "2027-02-01 08:30") as c:
        ref = c.receive("2027-02-01 09:00")
        c.eligible("2027-02-01 10:00", ref)
        c.word("2027-02-01 10:05", CMO, ref, "Send original")
        c.word("2027-02-01 10:10", CMO, ref, "Breach: the mail shows another person's file")
        c.go("2027-02-02 12:00")
        assert not c.all(PROVIDER, LETTER_1, ref) and "72 hours" in words(c.one(DPO, "A possible data breach", ref))
        c.word("2027-02-02 12:05", DPO, ref, "Breach closed: it was the referrer's own")
        c.go("2027-02-02 12:30")
        assert c.all(PROVIDER, LETTER_1, ref)
