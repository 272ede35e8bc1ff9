"""A breach (Q34): everything stops, the data protection officer hears, and it is shown until it is closed."""

from __future__ import annotations

from tests.flow.bench import JOAN, MAYA, Bench

SAMIR = "samir.bose@council.example"
WORDS = "Breach: the copy of another concern went to Oakfield"


def ready(bench: Bench) -> str:
    """A letter to the provider waits its fifteen minutes; returns the subject of answers."""
    tag = f"Re: [{bench.concern()}]"
    bench.mail("2027-02-01 10:15", MAYA, tag, "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2027-02-01 11:00", MAYA, tag, "Send", files=[("copy.pdf", b"%PDF-1.4")])
    return tag


def test_nothing_leaves_and_the_officer_for_it_hears(bench: Bench):
    """What waits is held, clocks pause, and M62 says what happened, what is stopped and what the law asks."""
    tag = ready(bench)
    bench.mail("2027-02-01 11:05", MAYA, tag, WORDS)
    alert = bench.letter("M62", SAMIR)
    assert "another concern went to Oakfield" in alert.words and "72 hours" in alert.words
    bench.to("2027-02-02 17:00")
    assert not bench.letters("M20") and {s for _, s in bench.clocks().values()} == {"paused", "running"}
    assert bench.case().hold["breach"]


def test_a_party_hears_nothing_meanwhile(waiting: Bench):
    """Not even the answer to `Status`: who is listed may be what was wrong."""
    waiting.mail("2027-02-02 09:00", MAYA, f"Re: {waiting.tag()}", WORDS)
    waiting.mail("2027-02-02 10:00", JOAN, f"Re: {waiting.tag()}", "Status")
    waiting.mail("2027-02-02 11:00", JOAN, f"Re: {waiting.tag()}", "We have deleted it.")
    assert not waiting.letters("M58") and waiting.state() == "WPR"
    assert waiting.letters("M28", MAYA)


def test_resume_lets_letters_leave_and_the_breach_stays_open(bench: Bench):
    """After `Resume` the letter leaves; `Breach closed` ends it, and needs its words."""
    tag = ready(bench)
    bench.mail("2027-02-01 11:05", MAYA, tag, WORDS)
    bench.mail("2027-02-01 13:00", MAYA, tag, "Resume")
    bench.to("2027-02-01 14:00")
    assert bench.letters("M20") and bench.case().fields["breach"]
    bench.mail("2027-02-01 14:05", MAYA, tag, "Breach closed")
    assert bench.case().fields["breach"]
    bench.mail("2027-02-01 14:10", MAYA, tag, "Breach closed: it was deleted unread")
    assert not bench.case().fields["breach"]


def test_closing_it_resumes(bench: Bench):
    """The named word ends the hold that the breach began, by the officer for it too."""
    tag = ready(bench)
    bench.mail("2027-02-01 11:05", MAYA, tag, WORDS)
    bench.mail("2027-02-01 13:00", SAMIR, tag, "Breach closed: nobody read it")
    bench.to("2027-02-01 14:00")
    assert bench.letters("M20") and not bench.case().hold


def test_undo_does_not_let_letters_leave(bench: Bench):
    """A hasty Undo takes back the word before the breach, and nothing leaves by it."""
    tag = ready(bench)
    bench.mail("2027-02-01 11:05", MAYA, tag, WORDS)
    bench.mail("2027-02-01 11:06", MAYA, tag, "Undo")
    bench.mail("2027-02-01 11:07", MAYA, tag, "Undo")
    bench.to("2027-02-01 15:00")
    assert not bench.letters("M20") and bench.case().hold and bench.case().fields["breach"]


def test_it_is_asked_about_and_shown_until_it_is_closed(bench: Bench):
    """After three days the owner, then those above every week; each such mail shows it."""
    tag = ready(bench)
    bench.mail("2027-02-01 11:05", MAYA, tag, WORDS)
    bench.to("2027-02-12 17:00")
    asked = [x for x in bench.left if x.name in ("M49", "M50") and "data breach is open" in x.words]
    assert [x.name for x in asked] == ["M49", "M50", "M50"]


def test_a_closed_concern_can_have_one(closed: Bench):
    """What still waits on a closed concern is held too, and the mails that come are kept for afterwards."""
    tag = f"Re: {closed.tag()}"
    closed.mail("2027-02-22 09:00", MAYA, tag, WORDS)
    assert closed.letters("M62", SAMIR) and closed.case().hold
    closed.mail("2027-02-22 10:00", JOAN, tag, "We dispute the outcome.")
    assert closed.state() == "CLO" and not closed.letters("M39")
    closed.mail("2027-02-22 11:00", MAYA, tag, "Breach closed: deleted")
    assert closed.letters("M39", MAYA) and not closed.case().hold


def test_a_party_cannot_stop_a_concern(waiting: Bench):
    """Only officers' words count; a party's mail is shown like any other."""
    waiting.mail("2027-02-02 09:00", JOAN, f"Re: {waiting.tag()}", WORDS)
    assert not waiting.case().hold and waiting.letters("M23", MAYA)


def test_closing_it_does_not_end_another_hold(bench: Bench):
    """What was on hold before it, for the police perhaps, stays on hold until its own date, and nothing leaves."""
    tag = ready(bench)
    bench.mail("2027-02-01 11:02", MAYA, tag, "Hold until 20 February: the police ask us to wait")
    bench.mail("2027-02-01 11:05", MAYA, tag, WORDS)
    bench.mail("2027-02-01 12:05", MAYA, tag, "Breach: and one more")
    bench.mail("2027-02-01 13:00", SAMIR, tag, "Breach closed: it was deleted unread")
    bench.to("2027-02-19 17:00")
    assert bench.case().hold["until"] == "2027-02-20" and "breach" not in bench.case().hold
    assert not bench.letters("M20") and {s for _, s in bench.clocks().values()} == {"paused", "running"}
    with bench.store.read() as unit:
        said = [str(line.data) for line in unit.log.read(bench.ref())]
    assert not [words for words in said if "police" in words]
    bench.to("2027-02-22 12:00")
    assert bench.letters("M49", MAYA)
    bench.mail("2027-02-22 13:00", MAYA, tag, "Resume")
    bench.to("2027-02-22 14:00")
    assert bench.letters("M20")


def test_closing_it_after_the_other_hold_has_lapsed_resumes(bench: Bench):
    """A hold whose date has come meanwhile is not brought back."""
    tag = ready(bench)
    bench.mail("2027-02-01 11:02", MAYA, tag, "Hold until 3 February: she is away")
    bench.mail("2027-02-01 11:05", MAYA, tag, WORDS)
    bench.mail("2027-02-08 13:00", MAYA, tag, "Breach closed: it was deleted unread")
    assert not bench.case().hold
