"""The edges of the classifier's own rules: our loop header, daemons, closed wrappers, mails without words (mail.md)."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest

from mailflow.mail.classify import LOOP_HEADER, classify
from mailflow.mail.message import Attachment
from mailflow.mail.parse import parse
from mailflow.mail.unwrap import COULD_NOT_OPEN, ENCRYPTED


def _kind(
    text: str = "", subject: str = "Re: hello", sender: str = "jo@oakfield.example", files=(), headers=(), **more
):
    mail = EmailMessage()
    mail["From"], mail["Subject"] = sender, subject
    for name, value in headers:
        mail[name] = value
    mail.set_content(text)
    for name, kind, octets in files:
        main, sub = kind.split("/")
        mail.add_attachment(octets, maintype=main, subtype=sub, filename=name)
    return classify(parse(mail.as_bytes()), **more)


@pytest.mark.parametrize(
    "value, own, loop",
    [
        ("one@council.example", frozenset({"council.example"}), True),
        ("<one@council.example>", frozenset({"council.example"}), True),
        ("one@elsewhere.example", frozenset({"council.example"}), False),
        ("one@elsewhere.example", frozenset(), True),
        ("yes", frozenset({"council.example"}), True),
        ("", frozenset({"council.example"}), True),
    ],
)
def test_a_letter_with_our_loop_header_is_ours(value, own, loop):
    """Of this installation, or of one that does not say which; a letter of another one may bear a person's words."""
    kind = _kind("We accept.", headers=((LOOP_HEADER, value),), own_domains=own)
    assert (kind.name, kind.surely) == (("auto_reply", True) if loop else ("human", True))


@pytest.mark.parametrize(
    "local",
    [
        "mailer-daemon",
        "MAILER-DAEMON",
        "mailerdaemon",
        "mail-daemon",
        "mail.daemon",
        "mdaemon",
        "MicrosoftExchange329e",
    ],
)
def test_a_mail_system_is_known_by_its_name(local):
    """What it reports could not be read: an officer is asked."""
    kind = _kind("It did not work.", subject="Trouble", sender=f"{local}@oakfield.example")
    assert (kind.name, kind.surely) == ("bounce", False)
    assert _kind("What is that?", subject="Re: Trouble", sender=f"{local}@oakfield.example").name == "human"


@pytest.mark.parametrize("sender", ["postmaster@oakfield.example", "jo.mailer@oakfield.example", ""])
def test_other_senders_are_people(sender):
    """A postmaster is a person; no sender is no daemon."""
    assert _kind("It did not work.", subject="Trouble", sender=sender).name == "human"


@pytest.mark.parametrize(
    "text", ["", "  \n", "[cid:image001.png@01D]", "cid:image001.png@01D", "[image: logo]", "[Logo of the home]", "<https://x.example/a>",
             "<http://x.example/a>",
             "[cid:a@b]\n\n[cid:c@d]"]
)  # fmt: skip
def test_a_reply_without_words_says_nothing(text):
    """At most a picture of the signature: recorded, never a response (mail.md 25)."""
    assert (_kind(text).name, _kind(text).surely) == ("receipt", False)
    assert _kind(text, files=(("logo.png", "image/png", b"x" * 40_000),)).name == "receipt"


@pytest.mark.parametrize("text", ["ok", "1", "[cid:a@b] yes", "cid:a@b\nyes", "[call me]", "< 5", "see [1]"])
def test_any_word_makes_it_a_persons(text):
    """A single letter or figure outside a picture's name is a word."""
    assert _kind(text).name == "human"


@pytest.mark.parametrize(
    "name, kind, octets",
    [
        ("IMG_4711.jpg", "image/jpeg", b"x"),
        ("img 1.jpg", "image/jpeg", b"x"),
        ("IMG4711.jpg", "image/jpeg", b"x"),
        ("dsc-12.jpg", "image/jpeg", b"x"),
        ("DSCN0042.jpg", "image/jpeg", b"x"),
        ("PXL_2027.jpg", "image/jpeg", b"x"),
        ("photo 3.jpg", "image/jpeg", b"x"),
        ("Foto1.jpg", "image/jpeg", b"x"),
        ("WhatsApp Image 2027.jpg", "image/jpeg", b"x"),
        ("scan_7.png", "image/png", b"x"),
        ("logo.png", "image/png", b"x" * 40_001),
        ("reply.pdf", "application/pdf", b"x"),
        ("note.txt", "text/plain", b"x"),
    ],
)
def test_a_file_is_an_answer(name, kind, octets):
    """A photograph, a scan, a document, a large picture: whoever sends it without a word answers all the same."""
    assert _kind("", files=((name, kind, octets),)).name == "human"
    assert _kind("", files=(("logo.png", "image/png", b"x"), (name, kind, octets))).name == "human"


@pytest.mark.parametrize("name", ["image001.png", "logo2.png", "scanner.png", "photography.png"])
def test_a_small_picture_is_a_signatures(name):
    """What mail programs call the pictures of a signature."""
    assert _kind("", files=((name, "image/png", b"x"),)).name == "receipt"


@pytest.mark.parametrize("subject", ["[CC-2027-0042-K7] Accepted #k7q9m2x4tb", "Re: Accepted #k7q9m2x4tb"])
def test_a_button_is_a_word(subject):
    """A mail of a button is empty, but its subject carries the code."""
    assert _kind("", subject=subject).name == "human"
    assert _kind("", subject="Re: letter #4711").name == "receipt"


@pytest.mark.parametrize(
    "subject, kind",
    [
        ("Re: hello", "receipt"),
        ("AW: hello", "receipt"),
        ("Re[2]: hello", "receipt"),
        ("[EXT] Rif: hello", "receipt"),
        ("", "receipt"),
        ("Concern about a home", "human"),
        ("Fw: hello", "human"),
        ("TR: hello", "human"),
    ],
)
def test_an_empty_mail_with_a_subject_of_its_own_is_a_persons(subject, kind):
    """Whoever writes a whole subject and nothing else has said something, and whoever passes a mail on."""
    assert _kind("", subject=subject).name == kind


def test_a_letter_beside_a_file_that_cannot_be_opened_is_read():
    """Only a mail whose whole content is in such a file is unreadable; a letter is a letter (mail.md 20)."""
    closed = (("winmail.dat", "application/ms-tnef", b"x"),)
    assert _kind("Please see the file.", files=closed).name == "unreadable"
    assert _kind("We accept the first point. " * 5, files=closed).name == "human"
    assert _kind("Please see the file.", files=(("reply.pdf", "application/pdf", b"x"),)).name == "human"
    assert _kind("x" * 99, files=closed).name == "unreadable"
    assert _kind("x" * 100, files=closed).name == "human"


def test_an_automatic_reply_with_the_marks_of_a_newsletter_is_one():
    """Marketing programs answer automatically, too: what is said of an absence counts first."""
    marks = (("List-Unsubscribe", "<https://x.example>"), ("List-Unsubscribe-Post", "a"), ("Feedback-ID", "a"))
    assert _kind("The garden gate is green.", subject="Gates", headers=marks).name == "bulk"
    away = _kind("I am on leave.", subject="Automatic reply: Gates", headers=marks)
    assert (away.name, away.surely) == ("auto_reply", True)


@pytest.mark.parametrize("note", [ENCRYPTED, COULD_NOT_OPEN])
def test_a_closed_file_inside_an_opened_one(note):
    """A wrapper that could be opened has been read; what stays closed in it does not make the mail unreadable."""
    octets = b"From: jo@oakfield.example\nSubject: File\n\nPlease see the file.\n"
    message = parse(octets)
    file = Attachment("reply.p7m", "application/pkcs7-mime", b"x", False, note=note)
    assert classify(replace(message, attachments=(file,))).name == "unreadable"
    inside = replace(file, unwrapped_from="old.eml")
    assert classify(replace(message, attachments=(inside,))).name == "human"
