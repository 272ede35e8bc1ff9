"""What programs send by themselves beside replies: each sign of it, and people who come near it."""

from __future__ import annotations

import pytest

from mailflow.mail.classify import Kind, classify
from mailflow.mail.parse import parse

LATE = "The carer did not come on Monday and nobody told us. "
INVITATION = "BEGIN:VCALENDAR\nMETHOD:{}\nEND:VCALENDAR"


def kind(subject="Visits", text=LATE, headers="", sender="jane.roe@carers.example", plain="text/plain; charset=utf-8"):
    head = f"From: {sender}\nTo: contracts@council.example\nSubject: {subject}\n"
    return classify(parse(f"{head}Content-Type: {plain}\n{headers}\n{text}\n".encode()))


def mixed(text: str, *parts: str, subject: str = "Visits", whole: str = "multipart/mixed") -> Kind:
    body = "".join(f"--b\n{part}\n" for part in (f"\n{text}", *parts))
    return kind(subject, f"{body}--b--", plain=f"{whole}; boundary=b")


def calendar(method: str) -> str:
    return f"Content-Type: text/calendar\n\n{INVITATION.format(method)}"


# --- reports of servers and filters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("multipart/report; report-type=feedback-report", "\nx"),
        ('multipart/report; Report-Type="feedback-report"', "\nx"),
        ("multipart/report", "Content-Type: message/feedback-report\n\nFeedback-Type: abuse"),
    ],
)
def test_a_complaint(whole: str, part: str):
    """RFC 5965: by the type of the whole or of the part."""
    answer = mixed("x", part, whole=whole)
    assert (answer.name, answer.surely) == ("report", True)
    assert answer.reason == "A complaint report of a mail server (RFC 5965)."


def test_dmarc_and_tls_reports():
    """RFC 7489: subject with domain and submitter; RFC 8460: header or type."""
    dmarc = "Report Domain: council.example Submitter: isp.example Report-ID: <1>"
    for answer in (
        kind(dmarc),
        kind(headers="TLS-Report-Domain: council.example\n"),
        kind(plain="multipart/report; report-type=tls-rpt; boundary=b", text="--b\n\nx\n--b--"),
    ):
        assert (answer.name, answer.surely) == ("report", True)
        assert answer.reason == "A DMARC or TLS report of another mail server (RFC 7489, 8460)."
    assert kind("Report Domain: which one?").name == "human"
    assert kind("The submitter is late").name == "human"


def test_what_cron_and_monitors_send():
    """A header of cron, or a system's name and the subject that belongs to it."""
    assert kind(headers="X-Cron-Env: <PATH=/bin>\n") == Kind(
        "report", "The output of a job of cron (X-Cron-Env).", True
    )
    answer = kind("Cron <root@mail> backup", sender="root@carers.example")
    reason = "A monitor or a job of a server reports, by its sender and its subject."
    assert answer == Kind("report", reason, True)
    assert kind("Cron <root@mail> backup").name == "human"
    assert kind("Backup", sender="root@carers.example").name == "human"


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ("Auto-Submitted: auto-generated\n", "a@carers.example"),
        ("", "quarantine@carers.example"),
        ("", "my-spam-filter@carers.example"),
        ("", "postmaster@carers.example"),
    ],
)
def test_the_list_of_a_filter(headers: str, sender: str):
    """A machine's sender and the subject of such lists; a person who answers or speaks of one is a person."""
    answer = kind("Your spam quarantine digest", headers=headers, sender=sender)
    assert (answer.name, answer.surely, answer.reason) == ("report", True, "A mail filter lists what it has held back.")
    assert kind("Re: Your spam quarantine digest", headers=headers, sender=sender).name != "report"
    assert kind("Your spam quarantine digest").name == "human"
    assert kind("Your digest", headers=headers, sender=sender).name != "report"


# --- calendar ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["REQUEST", "Cancel", "REPLY", "COUNTER"])
def test_a_calendar_message(method: str):
    """RFC 5545: its method, in the part or, where the calendar is the whole mail, in its type (RFC 6047)."""
    for answer in (
        mixed("See you.", calendar(method)),
        mixed("See you.", "Content-Type: text/html\n\n<p>See you.</p>", calendar(method)),
        kind(text="BEGIN:VCALENDAR", plain=f'text/calendar; method="{method}"'),
        kind(text="BEGIN:VCALENDAR", plain=f"text/calendar; Method={method}"),
    ):
        assert (answer.name, answer.surely) == ("calendar", True)
        assert answer.reason == f"A calendar message (RFC 5545, METHOD:{method.upper()})."


def test_a_calendar_in_a_persons_mail():
    """A published date is a person's; a long letter beside an invitation is put to an officer, beside a reply not."""
    assert mixed("See you.", calendar("PUBLISH")).name == "human"
    assert mixed("See you.", calendar("PUBLISH"), calendar("REQUEST")).name == "calendar"
    assert kind(text="BEGIN:VCALENDAR", plain="text/calendar").name == "human"
    assert kind(text="x", plain="text/plain; method=REQUEST").name == "human"
    assert not mixed(LATE * 9, calendar("REQUEST")).surely
    assert mixed(LATE * 9, calendar("REPLY")).surely


def test_only_a_calendar_has_a_method():
    """A line of a returned letter that looks like one is none, nor is one in the type of a mail of several parts."""
    fields = "Content-Type: text/rfc822-headers\n\nSubject: Visits\nMethod:REQUEST"
    assert mixed("See you.", fields).name == "human"
    assert mixed("See you.", fields.replace("REQUEST", "PUBLISH"), calendar("CANCEL")).name == "calendar"
    without = "Content-Type: text/calendar\n\nBEGIN:VCALENDAR"
    assert mixed("See you.", without, whole="multipart/mixed; method=request").name == "human"


@pytest.mark.parametrize("length", [399, 400])
def test_how_long_an_invitation_may_be(length: int):
    """A letter of 400 signs beside an invitation is put to an officer."""
    exchange = "Content-Class: urn:content-classes:calendarmessage\n"
    assert mixed("x" * length, calendar("REQUEST")).surely == (length < 400)
    assert kind(headers=exchange, text="x" * length).surely == (length < 400)


def test_a_calendar_message_by_other_signs():
    """Exchange's own header, or the subject of an answer with a calendar file."""
    exchange = "Content-Class: urn:content-classes:calendarmessage\n"
    assert kind(headers=exchange) == Kind("calendar", "A calendar message (Content-Class of Exchange).", True)
    assert not kind(headers=exchange, text=LATE * 9).surely
    file = 'Content-Type: application/ics; name="invite.ICS"\nContent-Disposition: attachment\n\nx'
    for part in (file, "Content-Type: text/calendar\n\nBEGIN:VCALENDAR"):
        answer = mixed("Yes.", part, subject="Accepted: Visits")
        assert (answer.name, answer.surely) == ("calendar", True)
        assert answer.reason == "An answer to an invitation, by its subject and its calendar file."
        assert mixed("Yes.", part, subject="Visits").name == "human"
    assert kind("Accepted: Visits").name == "human"


# --- reactions and receipts ------------------------------------------------------------------------------------


def test_a_reaction():
    """Gmail's own part, or a name with the words of a program and nothing behind them but a colon."""
    answer = mixed("+", 'Content-Type: text/vnd.google.email-reaction+json\n\n{"version":1}')
    assert (answer.name, answer.surely) == ("receipt", True)
    assert answer.reason == "A reaction (emoji) to a mail, not an answer."
    for text in ("Jane Roe liked your message", "Jane Roe liked your message:", "Jane Roe liked your message .",
                 "J liked your message: Visits", "Jane Roe liked your message: " + "x" * 170,
                 "J" * 78 + " liked your message"):  # fmt: skip
        answer = kind(text=text)
        assert (answer.name, answer.surely) == ("receipt", True), text
        assert answer.reason == "A reaction (emoji) to a mail, not an answer."


@pytest.mark.parametrize(
    "text",
    [
        "I liked your message", "liked your message", "Jane Roe liked your message and so did I",
        "The manager of the care home at Oakfield, who has read it twice and thinks so too, liked your message",
        f"Jane Roe liked your message: {LATE * 4}",
        "Jane Roe liked your message: " + "x" * 171,
        "J" * 79 + " liked your message",
    ],
)  # fmt: skip
def test_a_person_who_liked_a_message(text: str):
    """A person's words about it are an answer."""
    assert kind(text=text).name == "human"


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("multipart/report; report-type=disposition-notification", "\nx"),
        ('multipart/report; report-type="Disposition-Notification"', "\nx"),
        ("multipart/report", "Content-Type: message/disposition-notification\n\nDisposition: x"),
    ],
)
def test_a_read_receipt(whole: str, part: str):
    """RFC 8098: by the type of the whole or of the part."""
    answer = mixed("read", part, whole=whole)
    assert (answer.name, answer.surely, answer.reason) == ("receipt", True, "A read receipt (RFC 8098).")


def test_receipts_and_recalls_in_words():
    """Subject and words together, on a short mail that asks nothing."""
    read = "Your message was read on Monday, 3 May 2027."
    receipt = Kind("receipt", "A read or delivery receipt, by its subject and its words.", True)
    assert kind("Read: Visits", read) == receipt
    assert kind("Read: Visits", read.ljust(1_499, "x")) == receipt
    assert kind("Read: Visits", read.ljust(1_500, "x")).name == "human"
    assert kind("Visits", read).name == "human"
    assert kind("Read: Visits", LATE).name == "human"
    assert kind("Read: Visits", read + " Could you call me?").name == "human"
    assert kind("Read: Visits", read + LATE * 30).name == "human"
    recall = "Jane Roe would like to recall the message, Visits."
    assert kind("Recall: Visits", recall) == Kind(
        "receipt", "The sender's program tries to recall an earlier mail.", True
    )
    assert kind("Visits", recall).name == "human"
    assert kind("Recall: Visits", LATE).name == "human"


@pytest.mark.parametrize(
    ("action", "name", "reason"),
    [
        ("failed", "bounce", "A delivery report: the letter was not delivered (a delivery-status part (RFC 3464))."),
        ("delayed", "delay", "A delivery report: delivery is delayed, the server keeps trying "
         "(a delivery-status part (RFC 3464))."),
        ("delivered", "receipt", "A delivery report (RFC 3464): the letter was delivered."),
    ],
)  # fmt: skip
def test_a_delivery_report_is_sure(action: str, name: str, reason: str):
    """RFC 3464: nobody need be asked, and the reason says what became of the letter."""
    status = {"failed": "5.1.1", "delayed": "4.4.1", "delivered": "2.0.0"}[action]
    part = (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; a@b.example\nAction: {action}\nStatus: {status}\n"
    )
    answer = mixed("A report.", part, whole="multipart/report; report-type=delivery-status")
    assert answer == Kind(name, reason, True)
