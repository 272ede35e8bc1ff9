"""The nastiest mails of mail.md's table, rows 1 to 8 and 25: what machines write moves nothing that it must not."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

import pytest

from tests.flow.bench import BOX, JOAN, MAYA, OLIVE, RUTH, Bench, at, results, write

GMAIL = """Delivered-To: contract.concerns@council.example
{results}Return-Path: <>
From: Joan Pell <joan.pell@oakfield.example>
Auto-Submitted: auto-replied
Precedence: bulk
X-Autoreply: yes
In-Reply-To: {id}
References: {id}
Subject: Out of office Re: {subject}
Message-ID: <vac{n}@mail.test>
Date: Mon, 01 Feb 2027 11:31:00 +0000
To: contract.concerns@council.example
Content-Type: text/plain; charset="UTF-8"

Thank you for your mail. I am away until 12 February and will answer when I am back.
"""

EXCHANGE = """{results}From: Joan Pell <joan.pell@oakfield.example>
To: "Contract Management Team, Example Council" <contract.concerns@council.example>
Subject: Automatische Antwort: {subject}
Thread-Topic: {subject}
Message-ID: <LO2P265MB0000@oakfield.example>
In-Reply-To: {id}
References: {id}
X-Auto-Response-Suppress: All
Auto-Submitted: auto-generated
X-MS-Exchange-Inbox-Rules-Loop: joan.pell@oakfield.example
Content-Type: text/plain; charset="utf-8"
MIME-Version: 1.0

Ich bin bis zum 12. Februar nicht im Haus. Accepted.

Von: Contract Management Team <contract.concerns@council.example>
Gesendet: Montag, 1. Februar 2027 11:15
An: Joan Pell
Betreff: {subject}

Accepted
Please review, investigate and respond.
"""

DSN = """{results}Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.council.example>
To: contract.concerns@council.example
Subject: {subject}
Auto-Submitted: auto-replied
Message-ID: <dsn{n}@mx.council.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

{prose}

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.council.example
Arrival-Date: Mon, 1 Feb 2027 11:15:00 +0000

{reports}
--b1
Content-Type: text/rfc822-headers

Message-ID: {id}
X-Mailflow-Letter: {letter}
From: contract.concerns@council.example
Subject: Concern about your service

--b1--
"""


def report(bench: Bench, letter, action: str, status: str, *to: str, n: int = 1) -> bytes:
    """A delivery report of Postfix about some recipients of a letter."""
    blocks = "\n".join(
        f"Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} <{who}>: Recipient address rejected\n"
        for who in to
    )
    subject = "Delayed Mail (still being retried)" if action == "delayed" else "Undelivered Mail Returned to Sender"
    return DSN.format(
        results="", subject=subject, prose="This is the mail system at host mx.council.example.", reports=blocks,
        id=letter.message.message_id, letter=letter.message.header("x-mailflow-letter"), n=n,
    ).replace("\n", "\r\n").encode()  # fmt: skip


def auto(bench: Bench, form: str, n: int = 1) -> bytes:
    letter = bench.letter("M20")
    words = form.format(
        results=results("pass", JOAN), id=letter.message.message_id, subject=letter.message.subject, n=n
    )
    return words.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def test_01_an_absence_note_of_gmail_is_recorded_and_moves_nothing(waiting: Bench):
    """Row 1: an out-of-office reply to the dispatch letter is filed; stage and clock stay, nobody is answered."""
    before, sent = waiting.standing(), len(waiting.left)
    identity = waiting.raw("2027-02-01 11:31", auto(waiting, GMAIL))
    kept = waiting.kept(identity)
    assert (kept.state, kept.kind, kept.case) == ("done", "auto_reply", waiting.ref())
    assert waiting.standing() == before and len(waiting.left) == sent
    waiting.to("2027-02-15 16:00")
    assert waiting.state() == "PRM", "the chaser leaves on its day all the same"
    waiting.nothing_lost()


def test_01_the_day_of_return_is_noted(waiting: Bench):
    """An "I am back on 12 May" is noted with the mail."""
    identity = waiting.raw("2027-02-01 11:31", auto(waiting, GMAIL))
    assert "2027-02-12" in waiting.kept(identity).reason


def test_02_an_absence_note_of_exchange_in_german_is_no_acceptance(waiting: Bench):
    """Row 2: localised subject, our letter quoted, the word "Accepted" in it: neither acceptance nor command."""
    before, sent = waiting.standing(), len(waiting.left)
    kept = waiting.kept(waiting.raw("2027-02-01 11:31", auto(waiting, EXCHANGE)))
    assert (kept.state, kept.case) == ("done", waiting.ref())
    assert waiting.standing() == before and len(waiting.left) == sent


def test_03_an_autoresponder_from_no_reply_opens_no_case(waiting: Bench):
    """Row 3: without a tag, from another address: no new concern, no acknowledgement."""
    before, sent = waiting.refs(), len(waiting.left)
    octets = write(
        "No Reply <no-reply@helpdesk.example>", "We have received your message",
        "Thank you for contacting us. This is an automated message, please do not reply.",
        auth="", headers=[("Auto-Submitted", "auto-replied")],
    )  # fmt: skip
    assert waiting.kept(waiting.raw("2027-02-01 12:00", octets)).state == "done"
    bare = write(
        "noreply@survey.example", "Your feedback matters", "This is an automated message.", message_id="<2@x.test>"
    )
    assert waiting.kept(waiting.raw("2027-02-01 12:01", bare)).state == "done"
    assert waiting.refs() == before and len(waiting.left) == sent


def test_04_bounces_are_never_answered(bench: Bench):
    """Row 4: our acknowledgement bounces, and its report bounces too: null and daemon senders get nothing."""
    ref = bench.concern(sender="anna.public@mail.example")
    letter = bench.letter("M01")
    for n in range(1, 6):
        bench.raw(f"2027-02-01 10:0{n}", report(bench, letter, "failed", "5.1.1", "anna.public@mail.example", n=n))
    assert all("daemon" not in who.lower() and who for x in bench.left for who in x.to)
    assert len(bench.letters("M21")) <= 1, "five reports about one letter are told once"
    assert bench.state(ref) == "RCV"
    bench.nothing_lost()


def test_05_a_ticket_system_that_acknowledges_starts_no_war(waiting: Bench):
    """Row 5: their tag stands in front of ours; ours is matched, theirs ignored, and no acknowledgement goes back."""
    before, sent = waiting.standing(), len(waiting.left)
    letter = waiting.letter("M20").message
    octets = write(
        "Oakfield Service Desk <servicedesk@oakfield.example>", f"[Ticket#2027020110000042] RE: {letter.subject}",
        "Thank you for your request. A ticket has been created. We will get back to you as soon as possible.",
        message_id="<otrs@mail.test>", headers=[("Auto-Submitted", "auto-generated"), ("Precedence", "bulk")],
    )  # fmt: skip
    kept = waiting.kept(waiting.raw("2027-02-01 11:32", octets))
    assert kept.case == waiting.ref()
    assert waiting.standing() == before
    assert all("servicedesk" not in who for x in waiting.left[sent:] for who in x.to)


def test_05_a_person_behind_a_ticket_system_is_asked_about_and_holds_the_chaser(waiting: Bench):
    """G4: mail of the awaited party that only looks automatic holds the chaser and is put to the officer once."""
    body = "We have looked into each of the three calls. " * 20 + "The rota has been changed."
    octets = write(
        "Oakfield Service Desk <servicedesk@oakfield.example>", f"[Ticket#42] RE: {waiting.tag()}", body,
        message_id="<person@mail.test>", headers=[("Auto-Submitted", "auto-generated")],
    )  # fmt: skip
    kept = waiting.kept(waiting.raw("2027-02-12 10:00", octets))
    assert kept.state == "held" and len(waiting.letters("M57")) == 1
    waiting.to("2027-02-16 12:00")
    assert waiting.state() == "WPR" and not waiting.letters("M22")
    waiting.mail("2027-02-16 13:00", MAYA, f"Re: [{waiting.open_questions()[0]}]", "From provider")
    assert waiting.state() == "RSP"


def test_05_the_same_without_our_reference_is_asked_about_too(waiting: Bench):
    """G4: the ticket system has rewritten the subject and dropped References; the provider's answer is not lost."""
    body = "We have looked into each of the three calls. " * 20
    octets = write(
        "servicedesk@oakfield.example", "[Ticket#42] Missed calls", body,
        message_id="<p2@mail.test>", headers=[("Auto-Submitted", "auto-generated")],
    )  # fmt: skip
    assert waiting.kept(waiting.raw("2027-02-12 10:00", octets)).state == "held"
    assert len(waiting.letters("M57", MAYA)) == 1


def test_06_our_own_letter_coming_home_is_no_correspondent(waiting: Bench):
    """Row 6: a copy of our letter in the mailbox is one record, moves nothing and is never taken for a mail to us."""
    before, sent = waiting.standing(), len(waiting.left)
    letter = waiting.letter("M20")
    with waiting.store.read() as unit:
        octets = unit.outbox.get(letter.id)[0].octets
    assert waiting.kept(waiting.raw("2027-02-01 11:16", octets)).state == "done"
    waiting.raw("2027-02-01 11:17", octets, folder="Sent")
    assert waiting.standing() == before and len(waiting.left) == sent


def test_06_a_copy_settles_what_was_in_doubt(bench: Bench):
    """Row 6: the copy that comes home is the proof that a letter in doubt did leave."""
    bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: {bench.tag()}", "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2027-02-01 11:00", MAYA, f"Re: {bench.tag()}", "Send", files=[("copy.pdf", b"%PDF-1.4")])
    with bench.store.unit() as unit:
        letter, envelopes = next(b for b in unit.outbox.of_case(bench.ref()) if b[0].template == "M20")
        unit.outbox.claim(at("2027-02-01 11:15"), limit=9, lease_seconds=60)
        for envelope in envelopes:
            unit.outbox.settle(letter.id, envelope.recipient, "in_doubt", "no reply", at=at("2027-02-01 11:15"))
    bench.raw("2027-02-01 11:20", letter.octets)
    with bench.store.read() as unit:
        assert {e.state for e in unit.outbox.get(letter.id)[1]} == {"sent"}
    assert bench.case().letters[letter.id].status == "sent"


def test_06_somebody_who_borrows_our_message_id_is_heard(waiting: Bench):
    """A mail of the provider that carries our letter's Message-ID ("resent") is theirs, not a copy of ours."""
    letter = waiting.letter("M20").message
    octets = write(JOAN, f"Re: {letter.subject}", "We accept what you say.", message_id=letter.message_id)
    waiting.raw("2027-02-03 10:00", octets)
    assert waiting.state() == "RSP"


def test_06_the_mailbox_in_to_and_cc_is_one_record(bench: Bench):
    """Row 6: one mail that reached the mailbox twice is one mail, one concern, one acknowledgement."""
    octets = write(OLIVE, "Missed calls", "Oakfield Care Ltd missed calls.", cc=BOX, message_id="<twice@mail.test>")
    bench.raw("2027-02-01 09:30", octets)
    bench.raw("2027-02-01 09:31", b"Delivered-To: contract.concerns@council.example\r\n" + octets)
    assert len(bench.refs()) == 1 and len(bench.letters("M01")) == 1


def test_07_a_delay_is_noted_and_a_failure_withdraws_service(waiting: Bench):
    """Row 7: DSN "delayed" changes nothing; the later "failed" 5.1.1 for every recipient takes the service back."""
    letter, before = waiting.letter("M20"), waiting.standing()
    everyone = letter.to
    late = waiting.raw("2027-02-01 15:30", report(waiting, letter, "delayed", "4.4.1", *everyone))
    assert waiting.kept(late).kind == "delay" and waiting.standing() == before and not waiting.letters("M21")
    waiting.raw("2027-02-03 11:30", report(waiting, letter, "failed", "5.1.1", *everyone, n=2))
    assert waiting.state() == "ALC" and len(waiting.letters("M21", MAYA)) == 1


def test_07_a_failure_for_one_of_two_is_no_failure_of_the_letter(waiting: Bench):
    """Served is who was reached: one dead address of two leaves the letter served."""
    letter = waiting.letter("M20")
    waiting.raw("2027-02-01 15:30", report(waiting, letter, "failed", "5.1.1", letter.to[1]))
    assert waiting.state() == "WPR"


def test_08_two_different_replies_with_one_message_id_are_two_mails(waiting: Bench):
    """Row 8: the same Message-ID with other words is another mail (freescout#5591): both kept, both filed."""
    for n, words in enumerate(("We accept the first point.", "We dispute the second point.")):
        octets = write(JOAN, f"Re: {waiting.tag()}", words, message_id="<same@oakfield.example>")
        waiting.raw(f"2027-02-03 10:0{n}", octets)
    with waiting.store.read() as unit:
        theirs = [
            c for c in unit.inbox.correspondence(waiting.ref()) if c.direction == "in" and c.correspondent == JOAN
        ]
    assert len(theirs) == 2 and waiting.state() == "RSP" and len(waiting.letters("M23")) == 2


REACTION = "Joan Pell reacted to your message:\n\U0001f44d\n"
MDN = """{results}From: Joan Pell <joan.pell@oakfield.example>
To: contract.concerns@council.example
Subject: Read: {subject}
Message-ID: <mdn@oakfield.example>
In-Reply-To: {id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="b1"

--b1
Content-Type: text/plain

Your message was read on Monday, February 01, 2027 11:40:00 AM.

--b1
Content-Type: message/disposition-notification

Final-Recipient: RFC822; joan.pell@oakfield.example
Original-Message-ID: {id}
Disposition: automatic-action/MDN-sent-automatically; displayed

--b1--
"""
CALENDAR = """{results}From: Joan Pell <joan.pell@oakfield.example>
To: contract.concerns@council.example
Subject: Accepted: {subject}
Message-ID: <cal@oakfield.example>
In-Reply-To: {id}
MIME-Version: 1.0
Content-Type: text/calendar; method=REPLY; charset=utf-8

BEGIN:VCALENDAR
METHOD:REPLY
BEGIN:VEVENT
UID:x
ATTENDEE;PARTSTAT=ACCEPTED:mailto:joan.pell@oakfield.example
END:VEVENT
END:VCALENDAR
"""


def _logo() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = JOAN, BOX, "<logo@oakfield.example>"
    mail["Subject"] = "Re: Concern about your service"
    mail.set_content("\n")
    mail.add_attachment(b"\x89PNG" + b"0" * 3000, maintype="image", subtype="png", filename="logo.png")
    return mail.as_bytes(policy=policy.SMTP)


@pytest.mark.parametrize("what", ["reaction", "read receipt", "calendar", "recall", "logo"])
def test_25_what_is_no_answer_is_recorded_and_never_a_response(waiting: Bench, what: str):
    """Row 25: reaction, read receipt, calendar accept, "Recall:", an empty body with a logo: filed, nothing moves."""
    letter, before = waiting.letter("M20").message, waiting.standing()
    tagged = [("In-Reply-To", letter.message_id), ("References", letter.message_id)]
    recall = 'Joan Pell would like to recall the message, "Concern about your service".'
    octets = {
        "reaction": write(JOAN, f"Re: {letter.subject}", REACTION, headers=tagged),
        "read receipt": auto(waiting, MDN),
        "calendar": auto(waiting, CALENDAR),
        "recall": write(JOAN, f"Recall: {letter.subject}", recall, headers=tagged),
        "logo": results("pass", JOAN).encode()
        + f"In-Reply-To: {letter.message_id}\r\nReferences: {letter.message_id}\r\n".encode()
        + _logo(),
    }[what]
    kept = waiting.kept(waiting.raw("2027-02-01 11:40", octets))
    assert kept.kind != "human" and kept.case == waiting.ref()
    assert waiting.standing() == before
    assert len(waiting.letters("M57")) == (1 if kept.state == "held" else 0)
    waiting.nothing_lost()


def test_25_a_machine_is_never_answered(waiting: Bench):
    """G4: whatever a machine writes, nothing goes back to it; the administrator's reports stay inside."""
    sent = len(waiting.left)
    for n in range(4):
        waiting.raw(f"2027-02-01 11:4{n}", auto(waiting, GMAIL, n=n))
    assert {who for x in waiting.left[sent:] for who in x.to} <= {MAYA, RUTH}
