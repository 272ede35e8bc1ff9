"""Several matters in one mail (Q12): each new concern begins with it, has its own reference and its own life."""

from __future__ import annotations

import pytest

from tests.flow.bench import MAYA, OLIVE, Bench

LENA = "lena.moor@oakfield.example"


def test_each_begins_with_the_same_mail_on_the_same_day(bench: Bench):
    """Received when the first was, however late it is split; the receipt names the new references."""
    first = bench.concern("2027-02-01 09:30")
    bench.mail("2027-02-02 10:00", MAYA, f"Re: [{first}]", "Split: 3")
    refs = [ref for ref in bench.refs() if ref != first]
    assert len(refs) == 2 and all(ref in bench.letter("M53", MAYA).words for ref in refs)
    for ref in refs:
        case = bench.case(ref)
        assert case.opened_at == bench.case(first).opened_at and case.last_mail == bench.case(first).last_mail
        assert bench.state(ref) == "RCV" and bench.clocks(ref)["concern T3"] == bench.clocks(first)["concern T3"]
        assert case.fields["split_from"] == first and case.fields["referrer"] == OLIVE
        told = [x for x in bench.letters("M01", OLIVE) if x.case == ref]
        assert len(told) == 1 and first in told[0].words
    assert "Missed calls" in bench.letters("M02")[-1].words


def test_each_then_has_its_own_life(bench: Bench):
    """One goes to one provider, the other to another; what is said to one moves no other."""
    first = bench.concern()
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{first}]", "Provider is Oakfield Care Ltd\nSplit: 2")
    second = next(ref for ref in bench.refs() if ref != first)
    assert not bench.case(second).fields.get("provider")
    bench.mail(
        "2027-02-01 10:05",
        MAYA,
        f"Re: [{second}]",
        "Provider is Riverside Homes Ltd\nContract is CM-2025-008\nEligible",
    )
    bench.mail("2027-02-01 10:10", MAYA, f"Re: [{first}]", "Not eligible: low level")
    assert (bench.state(first), bench.state(second)) == ("XLO", "ELG")
    answer = [x for x in bench.letters("M01", OLIVE) if x.case == second][0]
    found = bench.mail("2027-02-01 11:00", OLIVE, "Re: my concern", "More about the second.", answers=answer.message)
    assert bench.kept(found).case == second


@pytest.mark.parametrize("words", ["Split: 1", "Split: 40", "Split", "Split: many"])
def test_a_number_that_means_nothing_is_asked_about(bench: Bench, words: str):
    """Nothing is opened, and no number is used up."""
    first = bench.concern()
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{first}]", words)
    assert bench.refs() == [first] and bench.letters("M51", MAYA)
    second = bench.concern("2027-02-01 11:00", "other@mail.test")
    assert int(second.split("-")[2]) == int(first.split("-")[2]) + 1


def test_it_is_too_late_once_a_letter_has_left(waiting: Bench):
    """After step 3 the provider knows one concern."""
    waiting.mail("2027-02-02 10:00", MAYA, f"Re: {waiting.tag()}", "Split: 2")
    assert len(waiting.refs()) == 1 and waiting.letters("M51", MAYA)


def test_a_protected_referrer_is_protected_in_each(bench: Bench):
    """What protects one protects all that come from the same mail, from their first letter on."""
    first = bench.concern(sender=f"Lena Moor <{LENA}>")
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{first}]", "Protected: whistleblower\nSplit: 2")
    second = next(ref for ref in bench.refs() if ref != first)
    assert bench.case(second).fields["protected"] == "whistleblower"


def test_the_same_mail_again_splits_nothing_twice(bench: Bench):
    """A mail that is sorted again is the same mail, and an undo does not take back what exists."""
    first = bench.concern()
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{first}]", "Split: 2")
    bench.mail("2027-02-01 10:01", MAYA, f"Re: [{first}]", "Undo")
    assert len(bench.refs()) == 2 and "cannot be undone" in bench.letter("M51", MAYA).words


def test_what_protects_one_part_is_to_be_said_of_the_others(bench: Bench):
    """Each part has a life of its own, so the receipt names the other parts: the same person wrote them all."""
    first = bench.concern()
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{first}]", "Split: 2")
    (second,) = (ref for ref in bench.refs() if ref != first)
    for this, other, minute in ((first, second, 10), (second, first, 20)):
        bench.mail(f"2027-02-01 10:{minute}", MAYA, f"Re: [{this}]", "Protected: whistleblower")
        receipt = bench.letter("M53", MAYA)
        assert f"This counts for {this} alone. The same mail began {other}: say it there too" in receipt.words
    bench.mail("2027-02-01 10:30", MAYA, f"Re: [{first}]", "Provider is Oakfield Care Ltd")
    assert "alone" not in bench.letter("M53", MAYA).words
