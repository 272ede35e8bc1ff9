"""A letter that passes on a party's answer passes on all of it, not only the mail that came last (stages 6 and 16)."""

from __future__ import annotations

from tests.flow.bench import GEORGE, JOAN, MAYA, OLIVE, PRIYA, Bench

OUTSIDE = "dr.smith@nhs.example"


def answered(bench: Bench, sender: str = OLIVE) -> str:
    """The provider disputes, and then writes twice more, once with a file."""
    ref = bench.with_provider(sender=sender)
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-10 09:00", JOAN, tag, "We dispute all of it. FIRST with the facts.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Disputed")
    bench.mail("2027-02-10 11:30", JOAN, tag, "SECOND: our rota is attached.", files=[("rota.pdf", b"%PDF rota")])
    bench.mail("2027-02-10 12:00", JOAN, tag, "Thanks for the confirmation.")
    return ref


def enclosed(left) -> list[tuple[str, bytes]]:
    """The mails that a letter encloses, without the files that a reader finds inside them."""
    return [(a.name, a.octets) for a in left.message.attachments if a.content_type == "message/rfc822"]


def test_the_referrer_gets_the_whole_response(bench: Bench):
    """M27 quotes and encloses each mail of the provider since letter 1 left, in order, with its date."""
    ref = answered(bench)
    bench.mail("2027-02-10 12:10", MAYA, f"Re: [{ref}]", "Send")
    bench.to("2027-02-10 13:00")
    m27 = bench.letter("M27")
    assert 0 < m27.words.index("FIRST") < m27.words.index("SECOND") < m27.words.index("Thanks for the confirmation")
    assert m27.words.count("Wednesday 10 February 2027: >") == 3
    mails = enclosed(m27)
    assert [name for name, _ in mails] == ["response-1.eml", "response-2.eml", "response-3.eml"]
    assert b"FIRST" in mails[0][1] and b"SECOND" in mails[1][1] and b"Thanks" in mails[2][1]


def test_mail_before_the_letter_is_no_response(bench: Bench):
    """What the provider wrote before letter 1 left answers something else."""
    ref = bench.concern()
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-01 10:15", MAYA, tag, "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2027-02-01 10:40", JOAN, tag, "EARLY: I hear something is coming.")
    bench.mail("2027-02-01 11:00", MAYA, tag, "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
    bench.mail("2027-02-10 09:00", JOAN, tag, "We dispute it.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Disputed\nSend")
    bench.to("2027-02-10 13:00")
    m27 = bench.letter("M27")
    assert "We dispute it." in m27.words and "EARLY" not in m27.words
    assert [name for name, _ in enclosed(m27)] == ["response.eml"]


def test_an_approved_copy_stands_in_place_of_them(bench: Bench):
    """A referrer outside the staff gets the approved copy: nothing of the mails is quoted or enclosed."""
    ref = answered(bench, sender=OUTSIDE)
    bench.mail("2027-02-10 12:10", MAYA, f"Re: [{ref}]", "Send", files=[("reply-redacted.pdf", b"%PDF redacted")])
    bench.to("2027-02-10 13:00")
    m27 = bench.letter("M27", OUTSIDE)
    assert [a.name for a in m27.message.attachments] == ["reply-redacted.pdf"]
    assert not {"FIRST", "SECOND", "SECOND:"} & set(m27.words.split()) and "The response is attached." in m27.words


def test_the_reviewer_reads_all_grounds(bench: Bench):
    """M41 quotes and encloses the provider's mails since letter 3 left, and none from before it."""
    ref = bench.with_provider()
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-10 09:00", JOAN, tag, "We accept it. OLD")
    bench.mail("2027-02-10 09:10", MAYA, tag, "Accepted")
    action = "Recommend: The concern is upheld.\nDefault notice: yes\nAction: train staff by 30 March"
    bench.mail("2027-02-11 09:20", MAYA, tag, action)
    bench.mail("2027-02-11 10:20", PRIYA, tag, "Decision: agreed, default notice: yes")
    bench.mail("2027-02-11 11:20", MAYA, tag, "Send")
    bench.to("2027-02-11 12:00")
    evidence = [("evidence.pdf", b"EVID")]
    bench.mail("2027-02-15 09:00", JOAN, tag, "We dispute the outcome because GROUNDS.", files=evidence)
    bench.mail("2027-02-16 09:30", JOAN, tag, "By the way our new phone number is 0123.")
    bench.mail("2027-02-16 10:00", MAYA, tag, "Dispute")
    bench.mail("2027-02-16 10:30", MAYA, tag, "Forward")
    bench.to("2027-02-16 11:00")
    m41 = bench.letter("M41", GEORGE)
    grounds = m41.words.split("The grounds")[1].split("The conclusion that is disputed")[0]
    assert grounds.index("Monday 15 February 2027") < grounds.index("GROUNDS") < grounds.index("evidence.pdf")
    assert grounds.index("evidence.pdf") < grounds.index("Tuesday 16 February 2027") < grounds.index("0123")
    assert "OLD" not in grounds
    mails = enclosed(m41)
    assert [name for name, _ in mails] == ["response-1.eml", "response-2.eml"] and b"GROUNDS" in mails[0][1]
