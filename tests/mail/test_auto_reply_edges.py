"""Signs of automatic replies that must not be taken for more than they are; mails without a sender; what is read."""

from __future__ import annotations

from datetime import date

import pytest

from mailflow.mail.classify import Kind, classify
from mailflow.mail.parse import parse

LATE = "The carer did not come on Monday and nobody told us. "
NULL, JUNK, LOOP = "Return-Path: <>\n", "Precedence: junk\n", "X-Loop: a\n"
DECLARED, MADE = "Auto-Submitted: auto-replied\n", "Auto-Submitted: auto-generated\n"


def kind(subject: str = "Visits", text: str = LATE, headers: str = "", sender: str = "jane.roe@carers.example") -> Kind:
    head = f"From: {sender}\n" if sender else ""
    return classify(
        parse(
            f"{head}To: contracts@council.example\nSubject: {subject}\nDate: Mon, 3 May 2027 10:00:00 +0100\n"
            f"Content-Type: text/plain; charset=utf-8\n{headers}\n{text}\n".encode()
        )
    )


# --- people who come near to it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "text", "headers"),
    [
        # a day of return that is somebody else's, or whom to ask, without an absence
        ("Visits", "Her carer will be back on 14 May, please contact her.", NULL),
        # promises of a person who acknowledges nothing
        ("Re: Visits", "A technician will contact you within 48 hours, as soon as possible.", ""),
        # receipts without a promise, however many
        ("Re: Visits", "Thank you for your email. We have received your letter, your request has been logged.", ""),
        ("Visits", "Thank you for your email. We have received your letter, your request has been logged.", LOOP),
        # a sender who writes her own name, and somebody of the sender's house who is away
        ("Re: Visits", "This is Jane Roe of Carers.", LOOP),
        ("Re: Visits", "Tom Lane of Carers is on leave.", LOOP),
        ("Re: Visits", "Tom Lane of Carers no longer works here.", ""),
        # words that speak of something else than this mail
        ("Visits", "They automatically generated the bill twice.", LOOP),
        ("Re: Visits", "I no longer work there at night.", ""),
        # a first person who is not away
        ("I am worried about Monday", "See the list.", LOOP),
        # an absence that somebody passes on
        ("Fwd: Jane Roe is on leave", "See the list.", NULL + JUNK),
        # long letters that thank, promise, or tell of a mailbox
        ("Thank you for your message", LATE * 30, NULL + JUNK + LOOP),
        ("Visits", "Thank you for your email. A technician will contact you shortly. " + LATE * 30, MADE),
        ("Visits", "This mailbox is closed. " + LATE * 15, NULL),
        # the words of an automatic reply count once
        ("Visits", "This is an automatic reply, automatically generated.", ""),
    ],
)
def test_people_who_come_near_to_it(subject: str, text: str, headers: str):
    """A sign counts for what it is, once, and only with what goes with it (domain.md G4)."""
    assert kind(subject, text, headers).name == "human", kind(subject, text, headers).reason


@pytest.mark.parametrize(
    ("subject", "text", "headers"),
    [
        ("Visits", "Her carer is back on 14 May. I am on leave.", NULL),
        ("I am on leave until 14 May", "See the list.", LOOP),
        ("Visits", "They automatically generated the bill; this mail is automatically generated.", LOOP),
        ("Visits", "Thank you for your email. We have received your letter, your request has been logged.", NULL),
        (
            "Visits",
            "Thank you for your email. A technician will contact you within 48 hours, and with you shortly.",
            "",
        ),
        ("Visits", "This mailbox is closed.", NULL),
        ("Ferie Rif: Visite", "See the list.", LOOP),
    ],
)
def test_the_same_with_what_goes_with_it(subject: str, text: str, headers: str):
    """Beside each of them, a mail that is automatic."""
    assert kind(subject, text, headers).name == "auto_reply", kind(subject, text, headers).reason


def test_thanks_and_promises_weigh_four_at_most():
    """However many promises: a longer letter that thanks is a person's, unless other signs speak against it."""
    thanks = "Thank you for your email. A technician will contact you within 48 hours, as soon as possible. "
    assert kind(text=thanks).name == "auto_reply"
    assert kind(text=thanks + "Someone will be in touch, working days only. " + LATE * 12).name == "human"


def test_words_alone_are_never_sure():
    """An absence and words of a machine, without a header or a responder's subject: an officer is asked."""
    answer = kind("Re: Visits", "I am on leave. This mail was automatically generated.")
    assert (answer.name, answer.surely) == ("auto_reply", False)
    assert kind("Jane Roe/Carers is out of the office", "I am on leave.").surely


def test_one_line_of_thanks_that_a_desk_made():
    """With ServiceNow's header it is an acknowledgement, and surely one."""
    answer = kind("Visits", "We have received your letter.", "X-ServiceNow-Generated: true\n")
    assert (answer.name, answer.surely) == ("auto_reply", True), answer.reason


@pytest.mark.parametrize("verb", ["is", "ist", "est", "\u00e8", "est\u00e1", "er", "\u00e4r", "jest"])
def test_auto_and_a_name_in_front(verb: str):
    """ "Auto: Jane Roe is ..." with an absence is a responder's own subject, though it goes to several."""
    several = "Cc: a@b.example\n"
    words = "It was automatically generated."
    assert kind(f"Auto: Jane {verb} late, no longer works here", words, several).name == "auto_reply"
    assert kind(f"Auto: Jane {verb} late", words, several).name == "human"
    assert kind(f"Jane {verb} late, no longer works here", words, several).name == "human"


def test_a_ticket_that_promises_little():
    """A ticket system's thanks with one promise are also a person's who writes through it; with two they are not."""
    thanks = "We have received your letter. A technician is on the way."
    assert kind("Re: [#4711] Visits", thanks).name == "human"
    assert kind("Re: [#4711] Visits", f"{thanks} It takes three working days.").name == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "machine"),
    [("Autoresponse for message 4711", True), ("Auto-Reply: Visits", True), ("Autorespuesta (Visits)", True),
     ("Autoresponse (Visits)", False), ("Auto-reply - Visits", False), ("Autoreply jane@b.example", True),
     ("Auto reply from jane@b.example", True), ("Automatische Antwort from jane@b.example", True),
     ("Automatische Antwort from Jane", False)],
)  # fmt: skip
def test_what_may_stand_behind_which_words(subject: str, machine: bool):
    """Brackets and dashes stand behind the longer words only; an address or a message's number is a responder's."""
    assert (kind(subject).name, kind(subject).surely) == (("auto_reply", True) if machine else ("human", True))


@pytest.mark.parametrize("local", ["donotreply", "do.not.reply", "do-noreply", "Donoreply"])
def test_senders_who_take_no_replies(local: str):
    """With and without marks between the words."""
    assert kind(text="See the list.", sender=f"{local}@carers.example").name == "auto_reply"


def test_a_sender_known_by_a_single_name():
    """The name in the address is enough, where no other stands beside it."""
    assert kind("Re: Visits", "Jane is on leave.", LOOP, "jane@carers.example").name == "auto_reply"


# --- bounds and days ---------------------------------------------------------------------------------------------


def test_how_long_a_declared_reply_may_be():
    """Four hundred letters without any word of a note are put to an officer; "Auto:" stands on 700 at most."""
    assert kind(text="x" * 399, headers=DECLARED).surely
    assert not kind(text="x" * 400, headers=DECLARED).surely
    assert kind("Auto: Visits", "x" * 700).name == "auto_reply"
    assert kind("Auto: Visits", "x" * 701).name == "human"


@pytest.mark.parametrize("text", ["Until 14 May I am away.", "Until 14 May, Jane."])
def test_the_day_of_return(text: str):
    """Also as the very first words, and where nothing else tells of an absence."""
    assert kind("Visits", text, DECLARED).absent_until == date(2027, 5, 14)
    assert kind("Visits until 14 May", "Jane.", DECLARED).absent_until == date(2027, 5, 14)


@pytest.mark.parametrize("text", [LATE, "Jane Roe is on leave.", "Jane Roe no longer works here."])
@pytest.mark.parametrize("headers", ["", NULL, DECLARED, MADE])
def test_a_mail_without_a_sender(headers: str, text: str):
    """Who has no sender has no name either, and stops nothing."""
    assert kind("Re: Visits", text, headers, sender="").name == (
        "auto_reply" if headers in {DECLARED, MADE} else "human"
    )


# --- what an officer reads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        ({"headers": "X-Autoreply: yes\n"}, "Its header x-autoreply says that a machine wrote it."),
        (
            {"headers": "X-Autogenerated: Reply\n"},
            "Its header x-autogenerated: reply says that a machine wrote it.",
        ),
        (
            {"headers": "Delivered-By-The-Graces-Of-God: x\n"},
            "Its header says that the program vacation(1) sent it.",
        ),
        ({"subject": "Auto: Visits"}, 'Its subject begins with "Auto:" and it asks nothing.'),
        (
            {"headers": NULL + LOOP},
            "Its return path is empty (RFC 5321 section 4.5.5), but its words are not a machine's.",
        ),
        (
            {
                "subject": "Re: Visits",
                "text": "Thank you for your email. A technician will contact you shortly.",
                "headers": MADE,
            },
            "Its header says Auto-Submitted: auto-generated (RFC 3834); it thanks and acknowledges; it is a short"
            " answer with nothing quoted.",
        ),
    ],
)
def test_an_officer_reads_why(mail: dict[str, str], reason: str):
    """Up to three signs are named, the weightiest first."""
    assert kind(**mail).reason == reason
