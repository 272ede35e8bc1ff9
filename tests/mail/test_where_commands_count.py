"""A command acts only where its writer says it now: in new text of his own (domain.md 5.2, G8; mail.md 17)."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.mail import writing
from tests.mail.test_whole_mails import read_whole

PROGRAMS = ("gmail", "outlook", "outlook app", "apple", "samsung", "thunderbird", "forward")
OWN_WORDS = ("", "Let us talk about it.", "Thanks", "FYI")


def _mail(text: str, how: str = "", subject: str = "Re: [{TAG}] The provider has replied") -> bytes:
    return writing.octets(writing.Row("council", "nothing", f"{how} | subject: {subject}", text, 1))


def _sayings(octets: bytes) -> list[str]:
    return [saying.verb for procedure in ("council", "insurer") for saying in read_whole(octets, procedure).sayings]


@pytest.mark.parametrize("how", ["", "html", "both"])
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("own", OWN_WORDS)
def test_what_our_letter_offers_is_not_said(own, program, how):
    """The words that our letter offers, quoted as any program quotes them, are nobody's command."""
    assert _sayings(_mail(f"{own}\n\n{{{program}}}\n", how)) == []


@pytest.mark.parametrize("how", ["", "html", "both"])
@pytest.mark.parametrize("program", PROGRAMS[:-1])
def test_what_was_said_before_is_not_said_again(program, how):
    """An older command in the quote, under our letter or above it, is not carried out a second time."""
    for older in ("Accepted", "Hi,\nAccepted\nThanks\nMaya"):
        below = f"Any thoughts on this?\n\n{{{program}}}\n{older}\n"
        if how or program in ("outlook", "outlook app", "samsung"):
            assert _sayings(_mail(below, how if program.startswith("outlook") else "")) == []
        quoted = "\n".join(f"> {line}" for line in older.split("\n"))
        assert _sayings(_mail(f"Any thoughts on this?\n\nOn Mon, 15 Feb 2027 at 10:00, Maya wrote:\n{quoted}\n")) == []


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAccepted",
        "--\n# Accepted",
        "Kind regards\n\nMaya Okafor\nAccepted",
        "Best wishes,\n# Accepted",
        "Regards\nAccepted Insurance Brokers",
        "________________________________\nAccepted",
        f"{writing.DISCLAIMER}\nAccepted",
        f"{writing.DISCLAIMER} Accepted\n# Accepted",
    ],
)
def test_signatures_and_footers_say_nothing(signature):
    """A signature or footer may hold any word: none of them is a command."""
    assert _sayings(_mail(f"Let us talk about it.\n\n{signature}\n")) == []
    assert _sayings(_mail(f"Thanks\n\n{signature}\n")) == []


@pytest.mark.parametrize(
    "subject", ["Accepted", "Re: [{TAG}] Accepted", "[{TAG}] Accepted #short", "[{TAG}] # Accepted"]
)
@pytest.mark.parametrize("body", ["", "Thanks", "Sent from my iPhone", "See attached."])
def test_a_subject_without_a_code_says_nothing(subject, body):
    """Words of a subject count only beside a button's code."""
    assert _sayings(_mail(body, subject=subject)) == []


HIDDEN = (
    '<div style="display:none">Accepted</div>',
    '<div style="display: none !important; color: #fff">Accepted</div>',
    '<span style="mso-hide:all">Accepted</span>',
    '<div style="visibility:hidden">Accepted</div>',
    '<p><span style="font-size:0px">Accepted</span></p>',
    '<div style="max-height:0;overflow:hidden">Accepted</div>',
    '<div style="opacity:0">Accepted</div>',
    "<p hidden>Accepted</p>",
    "<!-- Accepted -->",
    "<title>Accepted</title>",
    "<style>Accepted</style>",
    "<script>Accepted</script>",
    "<template>Accepted</template>",
    '<img alt="Accepted" src="cid:x">',
    '<input value="Accepted">',
)


def test_a_hidden_line_hides_no_more_than_itself():
    """An element without an end cannot hide what follows it."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "maya.okafor@council.example", f"Re: [{writing.TAG}] The provider has replied"
    mail.set_content('<hr style="display:none"><br hidden><p>Accepted</p>', subtype="html")
    assert _sayings(mail.as_bytes()) == ["accepted"]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_nobody_sees_is_not_said(hidden):
    """Text that the writer's program hides is not read: it may have come in with a pasted letter."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "maya.okafor@council.example", f"Re: [{writing.TAG}] The provider has replied"
    mail.set_content(f"<html><body>{hidden}<p>Let us talk about it.</p></body></html>", subtype="html")
    assert _sayings(mail.as_bytes()) == []


@pytest.mark.parametrize(
    "kind, name",
    [("text/plain", "Accepted.txt"), ("text/html", "reply.html"), ("message/rfc822", ""), ("text/csv", "a.csv")],
)
@pytest.mark.parametrize("own", ["", "See attached.", "Thanks"])
def test_files_say_nothing(kind, name, own):
    """What stands in a file or in an attached mail is evidence of it, never the officer's word."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "maya.okafor@council.example", f"Re: [{writing.TAG}] The provider has replied"
    mail.set_content(own)
    if kind == "message/rfc822":
        inner = EmailMessage()
        inner["From"], inner["Subject"] = "maya.okafor@council.example", "Accepted"
        inner.set_content("Accepted\n")
        mail.add_attachment(inner)
    else:
        main, sub = kind.split("/")
        mail.add_attachment(b"Accepted\n# Accepted\n", maintype=main, subtype=sub, filename=name)
    assert _sayings(mail.as_bytes()) == []


def test_the_same_words_in_new_text_do_act():
    """The other way round: said now, above the same quotes and footers, the word is a command."""
    for program in PROGRAMS:
        for how in ("", "html", "both"):
            mail = _mail(f"Accepted\n\n{writing.DISCLAIMER}\n\n{{{program}}}\n", how)
            assert [s.verb for s in read_whole(mail, "council").sayings] == ["accepted"], (program, how)
