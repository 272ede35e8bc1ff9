"""Letters by post (Q15): an officer prints and posts them, and the step counts from the day of posting."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from mailflow.procedure import by_post
from tests.flow.bench import INES, JOAN, MAYA, OLIVE, PRIYA, TOM, Bench, office

LEAH, NOTICES = "leah.storr@riverside.example", "notices@riverside.example"
COPY = [("copy.pdf", b"%PDF-1.4 redacted")]


def allocated(bench: Bench) -> str:
    """A concern under a contract that wants post, ready for letter 1 (Monday 1 February 2027)."""
    ref = bench.concern("2027-02-01 09:30", OLIVE, "Riverside Homes Ltd")
    words = "Provider is Riverside Homes Ltd\nContract is CM-2023-102\nEligible"
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", words)
    return ref


def printed(bench: Bench) -> str:
    """Letter 1 has been handed to the officer to be printed."""
    ref = allocated(bench)
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=COPY)
    bench.to("2027-02-01 12:00")
    return ref


def say(bench: Bench, when: str, words: str, who: str = MAYA) -> None:
    bench.mail(when, who, f"Re: [{bench.ref()}]", words)


def asked(bench: Bench) -> str:
    """What the last answer to an officer says was wrong."""
    return bench.letter("M51").words


def test_the_officer_gets_the_whole_letter_to_print(bench: Bench):
    """Nothing goes to the provider by email; the officer gets text, page, enclosures and postal address."""
    printed(bench)
    assert bench.letters(to=LEAH) == []
    task = bench.letter("M61", MAYA)
    assert "Posted 1 February" in task.words and "Wednesday 3 February 2027" in task.words
    assert "12 Mill Lane" in task.words and "please review, investigate and respond" in task.words.lower()
    assert "What else is sent" not in task.words
    names = {a.name: a.octets for a in task.message.attachments}
    page = unescape(next(octets.decode() for name, octets in names.items() if name.endswith(".html")))
    assert "Riverside Care Centre" in page and "12 Mill Lane" in page and "Dear Leah Storr" in page
    assert "reply to this email" not in page.lower() and "replying to this email" not in page.lower()
    assert names["copy.pdf"] == COPY[0][1]
    assert task.button("Posted")


def test_the_step_counts_from_the_day_of_posting(bench: Bench):
    """K9: the fourteen days run from the day that the officer states, and the letter is on the file as posted then."""
    ref = printed(bench)
    say(bench, "2027-02-03 10:00", "Posted 2 February")
    assert bench.state() == "WPR"
    assert bench.clocks()["concern T4"] == ("2027-02-16", "running")
    assert "concern TL" not in bench.clocks()
    assert "posted on Tuesday 2 February 2027" in bench.letter("M53", MAYA).words
    bench.to("2027-02-16 17:00")
    assert bench.state() == "PRM" and ref


def test_no_reminder_before_the_letter_is_in_the_post(bench: Bench):
    """Until somebody says that it is posted, nobody is silent: the provider's clock waits, also past its date."""
    printed(bench)
    bench.to("2027-03-01 12:00")
    assert bench.state() == "WPR"
    say(bench, "2027-03-01 13:00", "Posted 1 March")
    assert bench.clocks()["concern T4"] == ("2027-03-15", "running")


def test_an_unconfirmed_posting_climbs_the_ladder(bench: Bench):
    """The owner is reminded the working day after the step's date, then the role above is told (ESC)."""
    printed(bench)
    bench.to("2027-02-04 08:30")
    assert bench.letters("M49") == []  # the step is due on Wednesday 3 February
    bench.to("2027-02-04 09:30")
    assert bench.letters("M49", MAYA) and "Post the printed letter" in bench.letter("M49").words
    bench.to("2027-02-05 09:30")
    assert bench.letters("M50", INES)
    say(bench, "2027-02-05 10:00", "Posted 4 February")
    count = len(bench.letters("M50"))
    bench.to("2027-02-12 10:00")
    assert len(bench.letters("M50")) == count


@pytest.mark.parametrize(
    ("words", "why"),
    [("Posted 3 February", "later than today"), ("Posted 29 January", "when letter M20 was decided")],
)
def test_a_day_that_cannot_be(bench: Bench, words: str, why: str):
    """Not in the future, not before the letter was decided; nothing changes."""
    printed(bench)
    before = bench.standing()
    say(bench, "2027-02-02 10:00", words)
    assert why in asked(bench) or "3 February" in asked(bench)
    assert bench.standing() == before


def test_nothing_waits_to_be_posted(bench: Bench):
    """The word without a letter that waits is refused; said twice, the second is refused."""
    ref = allocated(bench)
    say(bench, "2027-02-01 10:30", "Posted 1 February")
    assert "No letter waits to be posted" in asked(bench)
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=COPY)
    say(bench, "2027-02-01 12:00", "Posted")
    say(bench, "2027-02-01 12:30", "Posted")
    assert "No letter waits to be posted" in asked(bench)


def test_posted_is_undone(bench: Bench):
    """The letter waits again, with its clocks provisional and the ladder running; then it can be said anew."""
    printed(bench)
    before = bench.clocks()
    say(bench, "2027-02-02 10:00", "Posted 2 February")
    say(bench, "2027-02-02 10:05", "Undo")
    assert bench.clocks() == before
    assert [s.status for s in by_post.unposted(bench.case())] == ["decided"]
    say(bench, "2027-02-03 10:00", "Posted 3 February")
    assert bench.clocks()["concern T4"] == ("2027-02-17", "running")


def test_a_letter_taken_back_is_not_to_be_posted(bench: Bench):
    """`Send` undone before it was posted: the officer reads that it must not go, and nothing watches any more."""
    printed(bench)
    say(bench, "2027-02-01 13:00", "Undo")
    assert "do not post it" in bench.letter("M53").words
    assert bench.state() == "ALC" or bench.state() == "ELG"
    assert "concern TL" not in bench.clocks()


def test_only_who_may_act_may_say_it(bench: Bench):
    """The provider's `Posted` is mail, no word."""
    printed(bench)
    before = by_post.unposted(bench.case())
    bench.mail("2027-02-02 10:00", LEAH, f"Re: [{bench.ref()}]", "Posted 2 February")
    assert by_post.unposted(bench.case()) == before


def test_a_deputy_or_the_senior_officer_may_say_it(bench: Bench):
    """Whoever stands in confirms it too."""
    printed(bench)
    say(bench, "2027-02-02 10:00", "Posted 2 February", TOM)
    assert by_post.unposted(bench.case()) == []


def test_both_by_email_and_by_post(bench_of):
    """The email leaves and starts the clocks; the posting is recorded beside it, and watched all the same."""
    register = office().register
    changed = tuple(replace(c, notice_method="both") if c.number == "CM-2023-102" else c for c in register.contracts)
    bench = bench_of(register=replace(register, contracts=changed))
    printed(bench)
    assert [x.name for x in bench.letters(to=LEAH)] == ["M20"]
    assert "besides the email" in bench.letter("M61", MAYA).words
    bench.to("2027-02-04 09:30")
    assert bench.letters("M49", MAYA)
    say(bench, "2027-02-05 10:00", "Posted 4 February")
    assert bench.clocks()["concern T4"] == ("2027-02-15", "running")  # from the email
    assert "concern TL" not in bench.clocks()


def test_a_contract_that_wants_email_prints_nothing(bench: Bench):
    """By default nothing is printed."""
    bench.with_provider()
    assert bench.letters("M61") == [] and bench.letters("M20", JOAN)


def concluded(bench: Bench) -> str:
    """Decided, and the conclusion handed over to be printed (Friday 19 February 2027)."""
    ref = printed(bench)
    say(bench, "2027-02-02 10:00", "Posted 2 February")
    bench.mail("2027-02-10 09:00", LEAH, f"Re: [{ref}]", "We accept that. The rota is changed.")
    say(bench, "2027-02-10 11:00", "Accepted")
    say(bench, "2027-02-15 11:00", "Recommend: The concern is upheld.\nDefault notice: no")
    say(bench, "2027-02-18 11:00", "Decision: agreed, no default notice", PRIYA)
    say(bench, "2027-02-19 09:00", "Send")
    bench.to("2027-02-19 12:00")
    return ref


def test_the_conclusion_goes_to_the_postal_address_for_notices(bench: Bench):
    """M33 is printed for the notices contact; the stage waits for the posting, its own clock asks, and the report
    says when it was posted."""
    concluded(bench)
    assert bench.letters(to=NOTICES) == [] and bench.letters("M34", OLIVE)
    task = bench.letter("M61", MAYA)
    assert "1 Quay Street" in task.words
    assert bench.state() == "DEC" and "concern TL" not in bench.clocks()
    bench.to("2027-02-23 09:30")
    assert bench.letters("M49", MAYA)  # T11 was due on Monday 22 February
    say(bench, "2027-02-23 10:00", "Posted 22 February")
    assert bench.state() == "CLO"
    assert bench.case().fields["dispute_until"] == "2027-03-08"
    report = next(a for a in bench.letter("M36", MAYA).message.attachments if a.name.endswith(".html"))
    assert "posted on Monday 22 February 2027" in report.octets.decode()
    assert "posted on Tuesday 2 February 2027" in report.octets.decode()


def test_undo_of_the_posting_that_closed(bench: Bench):
    """The concern stands again where it waited for the posting."""
    concluded(bench)
    say(bench, "2027-02-22 10:00", "Posted 22 February")
    assert bench.state() == "CLO"
    say(bench, "2027-02-22 10:30", "Undo")
    assert bench.state() == "DEC"


def test_with_several_letters_the_officer_is_asked_which(bench: Bench):
    """One word never confirms two letters: the officer names the one that is in the post."""
    printed(bench)
    say(bench, "2027-02-01 14:00", "No extension")
    assert [s.name for s in by_post.unposted(bench.case())] == ["M20", "M47"]
    assert "Posted letter M47 1 February" in bench.letter("M61").words
    say(bench, "2027-02-02 10:00", "Posted 2 February")
    assert "Which letter do you mean: M20" in asked(bench)
    say(bench, "2027-02-02 11:00", "Posted letter m47 2 February")
    assert [s.name for s in by_post.unposted(bench.case())] == ["M20"]
    say(bench, "2027-02-02 12:00", "Posted 1 February")
    assert bench.clocks()["concern T4"] == ("2027-02-15", "running")


def test_a_reminder_that_waits_is_taken_back_by_the_answer(bench: Bench):
    """G5: what the provider writes before the reminder is in the post makes it needless; nothing is left to post."""
    ref = printed(bench)
    say(bench, "2027-02-02 10:00", "Posted 2 February")
    bench.to("2027-02-16 17:00")
    assert [s.name for s in by_post.unposted(bench.case())] == ["M22"]
    bench.mail("2027-02-17 09:00", LEAH, f"Re: [{ref}]", "We accept that. The rota is changed.")
    assert bench.state() == "RSP" and by_post.unposted(bench.case()) == []
    assert "concern TL" not in bench.clocks()


def test_a_hold_and_its_end(bench: Bench):
    """A letter may be posted while the concern is on hold; the provider's time begins with it all the same."""
    printed(bench)
    say(bench, "2027-02-02 09:00", "Hold until 12 February: police ask us to wait")
    say(bench, "2027-02-02 10:00", "Posted 1 February")
    assert by_post.unposted(bench.case()) == []
    say(bench, "2027-02-08 10:00", "Resume")
    assert bench.clocks()["concern T4"][1] == "running" and "concern TL" not in bench.clocks()
