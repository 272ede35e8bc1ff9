"""A concern joined to another (c12, Q12): its referrer is known there, and is told the conclusion as M13 promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.flow.bench import JOAN, MAYA, OLIVE, PRIYA, Bench

SMITH = "dr.smith@nhs.example"


def _join(bench: Bench) -> None:
    first, second = bench.concern("2027-02-01 09:30"), bench.concern("2027-02-01 09:40", SMITH)
    for ref in (first, second):
        bench.mail("2027-02-01 10:00", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd")
    bench.mail("2027-02-01 10:05", MAYA, f"Re: [{second}]", f"Duplicate of {first}")


@pytest.fixture
def joined(after: Callable[[Callable[[Bench], None]], Bench]) -> tuple[Bench, str, str]:
    """Two concerns about the same; the second has been joined to the first."""
    bench = after(_join)
    first, second = bench.refs()
    return bench, first, second


def _conclude(bench: Bench, ref: str) -> None:
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-01 11:05", MAYA, tag, "Eligible")
    bench.mail("2027-02-01 11:10", MAYA, tag, "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
    bench.mail("2027-02-10 09:00", JOAN, tag, "We accept that calls were missed.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    bench.mail("2027-02-15 11:00", MAYA, tag, "Recommend: The concern is upheld.\nDefault notice: no")
    bench.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
    bench.mail("2027-02-19 09:00", MAYA, tag, "Send")
    bench.to("2027-02-19 16:30")


def test_both_are_told_the_conclusion_each_by_themselves(joined) -> None:
    """Both referrers get M34; neither mail names the other, nor the day on which the other's concern came."""
    bench, first, _ = joined
    _conclude(bench, first)
    assert sorted(x.to for x in bench.letters("M34")) == [(SMITH,), (OLIVE,)]
    theirs = bench.letter("M34", SMITH)
    assert "The concern is upheld" in theirs.words and "1 February" not in theirs.words
    assert OLIVE not in str(theirs.message) and not set(theirs.message.references) & {
        x.message.message_id for x in bench.letters(to=OLIVE)
    }
    assert bench.state(first) == "CLO"


def test_their_next_mail_is_a_referrers(joined) -> None:
    """What they write next is on the file of the concern that goes on, and no stranger's."""
    bench, first, second = joined
    bench.to("2027-02-01 10:40")
    promise = bench.letter("M13", SMITH)
    assert f"please quote the reference {first}" in promise.words
    found = bench.mail("2027-02-01 11:00", SMITH, f"Re: [{second}]", "I also saw a second incident.")
    assert bench.kept(found).state == "done" and bench.kept(found).case == first and not bench.open_questions()


def test_parted_again_they_are_told_nothing(joined) -> None:
    """An undo in time parts the two: the conclusion is no longer theirs, and neither is the file."""
    bench, first, second = joined
    bench.mail("2027-02-01 10:10", MAYA, f"Re: [{second}]", "Undo")
    assert bench.state(second) == "RCV" and SMITH not in str([v for v in bench.case(first).fields.values() if v])
    bench.mail("2027-02-01 10:12", MAYA, f"Re: [{second}]", "Undo")
    assert bench.state(second) == "XDU" and bench.case(first).fields[f"accepted:{SMITH}"] == "referrer"
    bench.mail("2027-02-01 10:14", MAYA, f"Re: [{second}]", "Undo")
    _conclude(bench, first)
    assert [x.to for x in bench.letters("M34")] == [(OLIVE,)]


def test_an_undo_on_the_other_concern_forgets_nobody(joined) -> None:
    """What the first concern's officer takes back is their own word, not who joined it."""
    bench, first, _ = joined
    bench.mail("2027-02-01 10:20", MAYA, f"Re: [{first}]", "Undo")
    assert bench.case(first).fields[f"accepted:{SMITH}"] == "referrer"


def test_who_joined_a_joined_concern_is_not_lost(joined) -> None:
    """The first is joined to a third in its turn: both its own referrer and the second's are known there."""
    bench, first, _ = joined
    third = bench.concern("2027-02-01 10:20", "nurse@nhs.example")
    bench.mail("2027-02-01 10:25", MAYA, f"Re: [{third}]", "Provider is Oakfield Care Ltd")
    bench.mail("2027-02-01 10:30", MAYA, f"Re: [{first}]", f"Duplicate of {third}")
    assert bench.case(third).fields["joined:people"] == [OLIVE, SMITH]


def test_who_joins_after_the_conclusion_is_told_it_late(bench: Bench) -> None:
    """M34 has left: the newcomer gets one of their own, after the undo time; nobody gets a second."""
    first, late = bench.concern("2027-02-01 09:30"), "nurse@nhs.example"
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{first}]", "Provider is Oakfield Care Ltd")
    _conclude(bench, first)
    second = bench.concern("2027-02-22 09:30", late)
    bench.mail("2027-02-22 10:00", MAYA, f"Re: [{second}]", f"Duplicate of {first}")
    assert not bench.letters("M34", late)
    bench.to("2027-02-22 12:00")
    assert "The concern is upheld" in bench.letter("M34", late).words and len(bench.letters("M34")) == 2


def test_an_undo_in_time_takes_the_late_letter_back(bench: Bench) -> None:
    """Joined by mistake: within the fifteen minutes nothing has left."""
    first, late = bench.concern("2027-02-01 09:30"), "nurse@nhs.example"
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{first}]", "Provider is Oakfield Care Ltd")
    _conclude(bench, first)
    second = bench.concern("2027-02-22 09:30", late)
    bench.mail("2027-02-22 10:00", MAYA, f"Re: [{second}]", f"Duplicate of {first}")
    bench.mail("2027-02-22 10:05", MAYA, f"Re: [{second}]", "Undo")
    bench.to("2027-02-22 12:00")
    assert not bench.letters("M34", late) and bench.state(second) == "RCV"


def test_a_protected_newcomer_stays_protected(bench: Bench) -> None:
    """Protected in their own concern: a copy that names them does not go out on the other, nor do lists name them."""
    first = bench.concern("2027-02-01 09:30")
    second = bench.concern("2027-02-01 09:40", "Lena Moor <lena.moor@oakfield.example>")
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{first}]", "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2027-02-01 10:01", MAYA, f"Re: [{second}]", f"Protected: whistleblower\nDuplicate of {first}")
    assert bench.case(first).fields["joined:protected"] == ["lena.moor@oakfield.example"]
    bench.mail("2027-02-01 11:00", "lena.moor@oakfield.example", f"Re: [{second}]", "One more call was missed.")
    assert bench.case(first).last_mail["referrer"], "her mail is a referrer's there, not the provider's"
    named = [("copy.txt", b"Both Olive and Lena Moor say so.")]
    bench.mail("2027-02-01 11:10", MAYA, f"Re: [{first}]", "Send", files=named)
    assert bench.state(first) == "ELG" and "shows who raised it" in bench.letter("M51").words
    bench.mail("2027-02-01 11:20", MAYA, f"Re: [{first}]", "Send original")
    bench.to("2027-02-01 12:00")
    assert not bench.letters("M20")
