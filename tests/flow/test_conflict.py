"""A concern about the team, the senior officer, or with another conflict of interest (Q53)."""

from __future__ import annotations

import pytest

from tests.flow.bench import GEORGE, INES, MAYA, OLIVE, PRIYA, TOM, Bench

TEAM = (MAYA, TOM, INES, PRIYA)


@pytest.fixture
def passed(bench: Bench) -> str:
    """A concern about an officer, passed to the Head of Procurement; returns the subject of answers."""
    tag = f"Re: [{bench.concern(about='Maya Okafor')}]"
    bench.mail("2027-02-01 10:00", MAYA, tag, "Out of scope: conflict")
    return tag


def test_the_head_gets_the_original_and_the_referrer_a_neutral_word(bench: Bench, passed: str):
    """M12 says where it is and nothing of why; the mail as it came goes to the Head of Procurement alone."""
    bench.to("2027-02-01 12:00")
    assert [a.name for a in bench.letter("M12H", GEORGE).message.attachments] == ["concern.eml"]
    told = bench.letter("M12C", OLIVE)
    assert "Head of Procurement" in told.words and "conflict" not in told.words.lower()
    assert bench.case().machines["concern"].state == "XCF"


@pytest.mark.parametrize("who", TEAM)
def test_nobody_of_the_team_sees_it_any_more(bench: Bench, passed: str, who: str):
    """Status, Why and a note: "received", and nothing else."""
    for n, words in enumerate(("Status", "Why", "Note: what became of it?", "Reopen: I want to see it")):
        bench.mail(f"2027-02-02 09:0{n}", who, passed, words)
    after = [
        x for x in bench.letters(to=who) if x.at > bench.letter("M12H").at and x.name not in ("M53R", "M55", "M56")
    ]
    assert bench.letters("M53R", who) and not [x for x in after if "Maya Okafor" in x.words or x.name == "M58"]


def test_what_comes_later_goes_to_the_head(bench: Bench, passed: str):
    """The referrer's next mail is shown to the Head of Procurement, and to no one of the team."""
    bench.mail("2027-02-02 09:00", OLIVE, passed, "There is more about her.")
    assert [x.to for x in bench.left if "There is more about her" in x.words] == [(GEORGE,)]


def test_the_head_may_ask_and_decide(bench: Bench, passed: str):
    """Whoever it was restricted to may ask for it; nobody can let it go on among people who may not see it."""
    bench.mail("2027-02-02 09:00", GEORGE, passed, "Status")
    bench.mail("2027-02-02 09:05", GEORGE, passed, "Reopen: it is no conflict")
    assert bench.letters("M58", GEORGE) and bench.case().machines["concern"].state == "XCF"


def test_it_cannot_be_undone(bench: Bench, passed: str):
    """The officer concerned does not get it back by a word."""
    bench.mail("2027-02-01 10:02", MAYA, passed, "Undo")
    assert bench.case().restricted == ("hop", "referrer")
