"""What a provider reads of the concern: a sentence that an officer wrote, never the referrer's subject line (G12)."""

from __future__ import annotations

from tests.flow.bench import JOAN, MAYA, OLIVE, Bench

SUBJECT = "Mrs Edith Marlow (dementia, 14 Elm St) missed insulin - Oakfield Care Ltd"
PDF = [("redacted.pdf", b"%PDF redacted")]


def came(bench: Bench) -> str:
    """A concern whose subject says too much."""
    bench.mail("2027-02-01 09:30", OLIVE, SUBJECT, "Oakfield Care Ltd missed her insulin.")
    ref = bench.ref()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    return ref


def test_the_subject_line_stays_with_us(bench: Bench):
    """No letter to the provider repeats the subject; the officer's mails do."""
    ref = came(bench)
    assert "Edith Marlow" in bench.letter("M19").words.split("Before you send")[0]
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=PDF)
    bench.to("2027-02-17 12:00")
    assert bench.letters("M20") and bench.letters("M22")
    for left in bench.letters(to=JOAN):
        assert not {"Edith", "Marlow", "dementia", "insulin"} & set(left.words.split()), left.name
        assert "in short" not in left.words


def test_the_officers_sentence_goes(bench: Bench):
    """The word and the sending may stand in one mail; every later letter says the same."""
    ref = came(bench)
    words = "In short: A dose of medicine was missed\nSend"
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", words, files=PDF)
    assert "A dose of medicine was missed." in bench.letter("M53").words
    bench.to("2027-02-17 12:00")
    for name in ("M20", "M22"):
        assert "The concern, in short: A dose of medicine was missed." in bench.letter(name).words


def test_the_work_plan_offers_the_word(bench: Bench):
    """M19's check list names the word; its button, sent as it is, puts nothing into a letter."""
    ref = came(bench)
    m19 = bench.letter("M19")
    assert 'It begins "In short:".' in m19.words
    subject, body = m19.button("In short")
    bench.mail("2027-02-01 11:00", MAYA, subject, body)
    assert "neutral" not in bench.case(ref).fields and "Write your own words" in bench.letter("M51").words
    bench.mail("2027-02-01 11:05", MAYA, subject, body.replace("(one neutral sentence)", "A visit was missed."))
    assert bench.case(ref).fields["neutral"] == "A visit was missed."
