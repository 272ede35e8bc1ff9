"""Who is proposed as the writer of a mail that somebody passes on, in the forms of mail programs (mail.md row 14)."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest

from mailflow.mail.forwarded import senders
from mailflow.mail.parse import parse

ANNA = "anna.public@mail.example"
FORMS = {
    "Outlook": f"-----Original Message-----\nFrom: Anna Public <{ANNA}>\nSent: 29 January 2027 16:02\nTo: x@y.example",
    "Outlook, bold": f"*From:* Anna Public <{ANNA}>\n*Sent:* 29 January 2027\n*To:* x@y.example",
    "old Outlook": f"From: Anna Public [mailto:{ANNA}]\nSent: 29 January 2027\nTo: x@y.example",
    "Gmail": f"---------- Forwarded message ---------\nFrom: Anna Public <{ANNA}>\nDate: Fri\nTo: <x@y.example>",
    "Apple": f"Begin forwarded message:\n\n> From: Anna Public <{ANNA}>\n> Subject: Care\n> To: x@y.example",
    "Apple, a conversation": f"On 29 Jan 2027, at 16:02, Anna Public <{ANNA}> wrote:\n\n> They did not come.",
    "Thunderbird": f"-------- Forwarded Message --------\nFrom: \tAnna Public <{ANNA}>\nTo: \tx@y.example",
    "folded": f"From: Anna Public\n <{ANNA}>\nTo: x@y.example",
    "German": f"Von: Anna Public <{ANNA}>\nGesendet: Freitag, 29. Januar 2027\nAn: x@y.example",
    "French": f"De : Anna Public <{ANNA}>\nEnvoy\u00e9 : vendredi 29 janvier 2027\n\u00c0 : x@y.example",
    "Spanish": f"De: Anna Public <{ANNA}>\nEnviado el: viernes\nPara: x@y.example",
    "Italian": f"Da: Anna Public <{ANNA}>\nInviato: venerd\u00ec\nA: x@y.example",
    "Dutch": f"Van: Anna Public <{ANNA}>\nVerzonden: vrijdag\nAan: x@y.example",
    "Polish": f"Od: Anna Public <{ANNA}>\nWys\u0142ano: pi\u0105tek\nDo: x@y.example",
    "Swedish": f"Fr\u00e5n: Anna Public <{ANNA}>\nSkickat: fredag\nTill: x@y.example",
    "Welsh": f"Oddi wrth: Anna Public <{ANNA}>\nAnfonwyd: dydd Gwener\nAt: x@y.example",
    "Japanese": f"\u5dee\u51fa\u4eba\uff1a Anna Public <{ANNA}>\n\u5b9b\u5148\uff1a x@y.example",
}


@pytest.mark.parametrize("name", FORMS)
def test_the_inner_sender_is_found_and_nobody_else(name: str):
    """Addressees, copies and addresses in the words are not proposed before the one who wrote."""
    body = f"New concern received 29 January\n\n{FORMS[name]}\nCc: nurse@health.example\n\nCall bro@b.example.\n"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "maya@council.example", "box@council.example", "FW: Care"
    mail.set_content(body)
    assert senders(parse(mail.as_bytes())) == (ANNA,)


@pytest.mark.parametrize("kind", ["message/rfc822", "application/octet-stream"])
def test_an_enclosed_mail_names_its_sender(kind: str):
    """Forwarded as an attachment, or as a saved .eml of any type."""
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = f"Anna Public <{ANNA}>", "maya@council.example", "Care"
    inner.set_content("They did not come.")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "maya@council.example", "box@council.example", "FW: Care"
    mail.set_content("New concern received 29 January")
    if kind == "message/rfc822":
        mail.add_attachment(inner)
    else:
        mail.add_attachment(inner.as_bytes(), maintype="application", subtype="octet-stream", filename="Care.eml")
    assert senders(parse(mail.as_bytes())) == (ANNA,)


def test_of_a_chain_the_nearest_comes_first():
    """A colleague passed on what a referrer wrote: both are proposed, in the order of the heads."""
    text = f"From: Tom <tom@council.example>\nSent: Monday\n\nSee below.\n\nFrom: Anna <{ANNA}>\nSent: Friday\n"
    octets = f"From: maya@council.example\nSubject: FW: Care\n\nNew concern\n\n{text}".encode()
    assert senders(parse(octets)) == ("tom@council.example", ANNA)


@pytest.mark.parametrize(
    "text", ["From: " * 20_000, "a@b.example " * 9_000, "From: a@b.example\n" * 6_000, ">" * 100_000]
)
def test_hostile_text_is_read_in_time(text: str):
    """Bounded: a hundred kilobytes of half heads take no time that anybody notices."""
    message = parse(f"From: a@x.example\nSubject: x\n\n{text}".encode())
    began = time.process_time()
    senders(message)
    assert time.process_time() - began < 2
