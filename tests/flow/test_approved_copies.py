"""Which files an officer's mail approves as the copy for a party (Q14), and what the receipt says of them."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

import pytest

from tests.flow.bench import BOX, JOAN, MAYA, PRIYA, Bench, results

LOGO = b"\x89PNG\r\n\x1a\n" + b"0" * 3000
PHOTO = b"\xff\xd8\xff" + b"0" * 90_000


def ready(bench: Bench) -> str:
    """A concern that waits for its letter to the provider (ELG); returns its reference."""
    ref = bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    return ref


def plain(*files: tuple[bytes, str, str]) -> EmailMessage:
    """A mail "Send" with (octets, content type, name) attached."""
    mail = EmailMessage()
    mail.set_content("Send\n\nMaya Okafor")
    for octets, kind, name in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(octets, main, sub, filename=name)
    return mail


def with_logo(*files: tuple[bytes, str, str], octets: bytes = LOGO, disposition: str = "inline") -> EmailMessage:
    """The same in HTML, with a picture in the signature that the HTML names by its Content-ID."""
    mail = EmailMessage()
    mail.set_content("Send\n\nMaya Okafor\n[cid:logo]")
    html = '<html><body><p>Send</p><p>Maya Okafor<br><img src="cid:logo%40x"></p></body></html>'
    mail.add_alternative(html, subtype="html")
    image = {"cid": "<logo@x>", "filename": "image001.png", "disposition": disposition}
    mail.get_payload()[1].add_related(octets, "image", "png", **image)
    for data, kind, name in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(data, main, sub, filename=name)
    return mail


def say(bench: Bench, ref: str, mail: EmailMessage) -> None:
    """Maya sends this mail at eleven."""
    for name, value in (("From", MAYA), ("To", BOX), ("Subject", f"Re: [{ref}]"), ("Message-ID", "<send@mail.test>")):
        mail[name] = value
    bench.raw("2027-02-01 11:00", results("pass", MAYA).encode() + mail.as_bytes(policy=policy.SMTP))


@pytest.mark.parametrize(
    "mail",
    [
        with_logo(),
        with_logo(octets=PHOTO),
        with_logo(octets=PHOTO, disposition="attachment"),
        plain((LOGO, "image/png", "logo.png")),
        plain((LOGO, "application/octet-stream", "logo.png")),
        plain((b"BEGIN:VCARD", "text/x-vcard", "maya.vcf"), (b"BEGIN:VCALENDAR", "text/calendar", "meeting.ics")),
        plain((b"0\x80", "application/octet-stream", "smime.p7s")),
    ],
    ids=["logo", "large inline", "named by the text", "small", "small untyped", "cards", "seal"],
)
def test_what_a_mail_program_adds_approves_nothing(bench: Bench, mail: EmailMessage):
    """Q14: a signature's picture is no redacted copy; "Send" is asked about, and "Send original" is offered."""
    ref = ready(bench)
    say(bench, ref, mail)
    bench.to("2027-02-01 12:00")
    assert bench.state(ref) == "ELG" and not bench.letters("M20")
    asked = bench.letter("M51")
    assert "Send original" in asked.words and "provider's copy of the concern is not approved" in asked.words


@pytest.mark.parametrize("kind", ["application/pdf", "application/octet-stream", "text/csv", "message/rfc822"])
def test_a_document_marked_as_inline_is_a_copy(bench: Bench, kind: str):
    """Some mail programs mark every file as inline: a document is meant to be read, whatever its mark says (Q14)."""
    ref, mail = ready(bench), plain()
    main, _, sub = kind.partition("/")
    if kind == "message/rfc822":
        inner = EmailMessage()
        inner.set_content("The concern, redacted.")
        mail.add_attachment(inner, filename="redacted.eml", disposition="inline")
    else:
        mail.add_attachment(b"%PDF-1.4 redacted", main, sub, filename="redacted.pdf", disposition="inline")
    say(bench, ref, mail)
    bench.to("2027-02-01 12:00")
    assert bench.state(ref) == "WPR"
    assert [a.name.partition(".")[0] for a in bench.letter("M20").message.attachments] == ["redacted"]


def test_the_files_that_go_are_named_and_no_other_goes(bench: Bench):
    """M53 says which files the provider gets; the logo beside them stays behind."""
    ref = ready(bench)
    say(bench, ref, with_logo((b"%PDF-1.4 redacted", "application/pdf", "redacted.pdf")))
    assert "The provider gets: redacted.pdf." in bench.letter("M53").words
    bench.to("2027-02-01 12:00")
    assert bench.state(ref) == "WPR"
    assert [a.name for a in bench.letter("M20").message.attachments] == ["redacted.pdf"]


def test_a_photographed_page_is_a_copy(bench: Bench):
    """A large picture that is attached, not shown in the text, may be the copy."""
    ref = ready(bench)
    say(bench, ref, plain((PHOTO, "image/jpeg", "page.jpg"), (LOGO, "image/png", "logo.png")))
    bench.to("2027-02-01 12:00")
    assert [a.name for a in bench.letter("M20").message.attachments] == ["page.jpg"]


# -- letters that officers send themselves ----------------------------------------------------------------------------


def to_decision(bench: Bench, ref: str) -> None:
    """From stage 4 to the decision that nothing follows."""
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-10 09:00", JOAN, tag, "We accept that calls were missed.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    bench.mail("2027-02-15 11:00", MAYA, tag, "Recommend: The concern is upheld.\nDefault notice: no")
    bench.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")


def test_the_copy_of_an_officers_own_letter_is_the_copy(bench: Bench):
    """What the officer sent to the provider with the mailbox in copy is what the conclusion encloses, nothing else."""
    ref = ready(bench)
    tag, pdf = f"Re: [{ref}]", [("redacted.pdf", b"%PDF redacted")]
    bench.mail("2027-02-01 11:00", MAYA, tag, "Here is our letter.", to=JOAN, cc=BOX, files=pdf)
    bench.mail("2027-02-01 11:10", MAYA, tag, "Dispatched")
    assert "The provider gets: redacted.pdf." in bench.letter("M53").words
    to_decision(bench, ref)
    assert "No copy of the concern is on file" not in bench.letter("M31").words
    bench.mail("2027-02-19 09:00", MAYA, tag, "Send")
    bench.to("2027-02-19 16:30")
    m33 = bench.letter("M33")
    assert [a.name for a in m33.message.attachments] == ["redacted.pdf"]
    assert "A copy of the concern is attached" in m33.words


def test_dispatched_approves_nothing_by_itself(bench: Bench):
    """Without a file the concern as it came stays here: M31 says that no copy is on file, M33 promises none (Q14)."""
    ref = ready(bench)
    bench.mail("2027-02-01 11:10", MAYA, f"Re: [{ref}]", "Dispatched")
    assert bench.state(ref) == "WPR" and "provider_copy" not in bench.case(ref).fields
    to_decision(bench, ref)
    assert "No copy of the concern is on file" in bench.letter("M31").words
    bench.to("2027-02-22 16:30")  # nobody acts: it leaves by the clock
    m33 = bench.letter("M33")
    assert m33.message.attachments == () and "copy of the concern" not in m33.words
    assert bench.state(ref) == "CLO"


def test_a_copy_can_be_attached_with_the_conclusion(bench: Bench):
    """The word "Send" at the conclusion takes the approved copy with it."""
    ref = ready(bench)
    bench.mail("2027-02-01 11:10", MAYA, f"Re: [{ref}]", "Dispatched")
    to_decision(bench, ref)
    bench.mail("2027-02-19 09:00", MAYA, f"Re: [{ref}]", "Send", files=[("late.pdf", b"%PDF redacted")])
    bench.to("2027-02-19 16:30")
    m33 = bench.letter("M33")
    assert [a.name for a in m33.message.attachments] == ["late.pdf"] and "copy of the concern is attached" in m33.words
