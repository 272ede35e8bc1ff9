"""Another organisation named: refused once letters have gone to the first; before that nothing of the first stays."""

from __future__ import annotations

from tests.flow.bench import JOAN, MAYA, Bench

OTHER = "Brightway Support CIC"


def test_letters_never_change_hands(bench: Bench) -> None:
    """Once a letter has gone to an organisation, another name is refused; its own name, written otherwise, is not."""
    ref = bench.with_provider()
    bench.mail("2027-02-03 09:30", MAYA, f"Re: [{ref}]", f"New provider: {OTHER}")
    case = bench.case(ref)
    assert case.fields["provider"] == "Oakfield Care Ltd" and case.fields["provider_copy"]
    assert "Letters have gone to Oakfield Care Ltd already; withdraw this concern" in bench.letter("M51").words
    bench.mail("2027-02-03 09:40", MAYA, f"Re: [{ref}]", "Provider is OAKFIELD CARE LTD")
    assert "Recorded: Provider is" in bench.letter("M53", MAYA).message.subject and bench.case(ref).fields["contract"]


def test_what_belonged_to_the_first_goes_with_it(bench: Bench) -> None:
    """Before a letter has gone, another name clears the contract, what came from it and the copy approved for it."""
    ref = bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2027-02-01 10:20", MAYA, f"Re: [{ref}]", "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
    bench.mail("2027-02-01 10:25", MAYA, f"Re: [{ref}]", "Undo")
    bench.mail("2027-02-01 10:30", MAYA, f"Re: [{ref}]", f"New provider: {OTHER}")
    case = bench.case(ref)
    assert case.fields["provider"] == OTHER
    assert not any(case.fields.get(name) for name in ("contract", "purchaser", "service", "provider_copy"))
    bench.mail("2027-02-01 10:35", MAYA, f"Re: [{ref}]", "Undo")
    assert bench.case(ref).fields["contract"] == "CM-2024-017"


def test_a_letter_joins_only_its_own_people(bench: Bench) -> None:
    """RFC 5322 3.6.4: a letter to somebody new in the role names no Message-ID of the one before."""
    ref = bench.with_provider()
    bench.mail("2027-02-03 09:00", JOAN, f"Re: [{ref}]", "We dispute this.")
    bench.mail("2027-02-03 10:00", MAYA, f"Re: [{ref}]", "Referrer is new.person@council.example")
    bench.mail("2027-02-03 10:30", MAYA, f"Re: [{ref}]", "Disputed\nSend")
    bench.to("2027-02-03 11:30")
    letter = bench.letter("M27", "new.person@council.example").message
    assert letter.references == () and letter.in_reply_to == ()
