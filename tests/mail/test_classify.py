"""What kind of mail it is: a machine's mail moves no case, a person's is never called a machine's (domain.md G4)."""

from __future__ import annotations

from datetime import date

import pytest

from mailflow.mail.classify import Kind, classify
from mailflow.mail.parse import parse

OWN = frozenset({"council.example"})
LONG = "We have looked into the calls you name and accept that the first point should not have happened. " * 6


def kind(
    headers: str = "", text: str = "We accept.", subject: str = "Re: [CC-2027-0042-K7] Concern", sender: str = ""
) -> Kind:
    octets = (
        f"From: {sender or 'manager@provider.example'}\r\nTo: concerns@council.example\r\nSubject: {subject}\r\n"
        f"Date: Mon, 3 May 2027 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n{headers}\r\n{text}"
    )
    return classify(parse(octets.encode()), OWN)


def mixed(*parts: str, subject: str = "Re: Concern", headers: str = "") -> Kind:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    head = f"From: manager@provider.example\r\nSubject: {subject}\r\n{headers}"
    return classify(parse(f"{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{body}--b--\r\n".encode()))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: [CC-2027-0042-K7] Concern", "We accept this should not have happened."),
        ("RE: Automatic reply: Concern", "You got my automatic reply, here is the real one: we refute it."),
        (
            "Out of office arrangements at Oakfield",
            "I want to raise a concern about the out of hours line, missed again.",
        ),
        ("Undeliverable meals at Oakfield", "The meals could not be delivered on Monday."),
        ("Delayed visits", "Visits are delayed again and the provider will retry tomorrow."),
        ("Accepted: your concern", "We accept the first point but not the second."),
        ("Read: my statement", "Please read the attached."),
        ("Recall: the events of Monday", "On Monday nobody came to the house."),
        ("Annual leave of carers", "Carers on annual leave are not replaced, calls are missed."),
        ("Re: Concern", "Thank you, we are investigating."),
        ("Re: Concern", "Thank you for your email. A manager will visit. Can we have until Friday?"),
        ("Auto insurance of the carer", "The carer drove without it."),
        ("any update?", "any update?"),
        ("Semester times", "School transport did not come."),
        ("Concern", LONG + "Our manager is on leave until 12 May."),
        ("[CC-2027-0042-K7] Accepted #k7m2p9q4r8s3", ""),
        ("Missed calls at Oakfield", ""),
        ("Re: Concern", "The carer was on leave on Monday; we accept the first point."),
        ("Re: Concern", "I am sorry, the carer was on annual leave that day."),
    ],
)
def test_people_are_people(subject: str, text: str):
    """A person's mail is human, whatever its subject resembles."""
    answer = kind(subject=subject, text=text)
    assert (answer.name, answer.surely) == ("human", True), answer.reason


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied\r\n",
        "Auto-Submitted: auto-replied (vacation)\r\nPrecedence: bulk\r\nX-Autoreply: yes\r\n",
        "X-Autoreply: yes\r\n",
        "X-Autorespond: on\r\n",
        "Precedence: auto_reply\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "Return-Path: <>\r\n",
        "X-Mailflow-Loop: council\r\n",
        "Precedence: bulk\r\n",
    ],
)
def test_absence_by_header(headers: str):
    """An absence note with any of the headers that servers write is surely automatic (rows 1 and 2)."""
    answer = kind(headers, "I am out of the office until 12 May. We accepted nothing.\n\n> old letter")
    assert (answer.name, answer.surely) == ("auto_reply", True), answer.reason
    assert answer.reason.endswith(".")


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: [CC-2027-0042-K7] Concern", "Out of Office AutoReply: Concern", "Autoreply: Concern",
        "Auto: Concern",
        "Ateb awtomatig: Concern", "Allan o'r swyddfa: Concern", "R\u00e9ponse automatique : Concern",
        "Absence du bureau: x",
        "Automatische Antwort: Concern", "Abwesenheitsnotiz", "Abwesenheitsnotiz: Concern",
        "Respuesta autom\u00e1tica: Concern",
        "Fuera de la oficina: x", "Risposta automatica: Concern", "Fuori sede: x", "Automatisch antwoord: Concern",
        "Afwezigheidsbericht: x", "Automatyczna odpowied\u017a: Concern", "Poza biurem: x",
        "Resposta autom\u00e1tica: Concern",
        "Autosvar: Concern", "Automatiskt svar: x", "Automatisk svar: x", "Frav\u00e6rsmelding: x", "Ikke til stede: x",
    ],
)  # fmt: skip
def test_absence_by_subject(subject: str):
    """Half of real absence notes have no header: their subjects are known in twelve languages (row 2)."""
    answer = kind(subject=subject, text="\u2026\n\nFrom: C\nSent: x\nTo: y\nSubject: z\n\nAccepted")
    assert (answer.name, answer.surely) == ("auto_reply", True)


def test_absence_by_words_only_is_never_sure():
    """A short reply that opens as an absence note, without any header, is put to the officer."""
    answer = kind(text="I am out of the office until 12 May 2027. For urgent matters call reception.")
    assert (answer.name, answer.surely, answer.absent_until) == ("auto_reply", False, date(2027, 5, 12))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am out of the office until 12 May.", date(2027, 5, 12)),
        ("Out of office from 1 May to 12th May 2027.", date(2027, 5, 12)),
        ("I am on annual leave and back on Wednesday 12/05/2027.", date(2027, 5, 12)),
        ("I am on leave, returning on May 12th.", date(2027, 5, 12)),
        ("On leave until 2027-05-12", date(2027, 5, 12)),
        ("On leave until 3 January", date(2028, 1, 3)),
        ("Ich bin bis zum 12. Mai 2027 abwesend.", date(2027, 5, 12)),
        ("Je suis en cong\u00e9 jusqu'au 12 mai.", date(2027, 5, 12)),
        ("Estoy ausente, fuera de la oficina hasta el 12 de mayo de 2027.", date(2027, 5, 12)),
        ("Sono assente, in ferie fino al 12 maggio", date(2027, 5, 12)),
        ("Ik ben afwezig tot 12 mei", date(2027, 5, 12)),
        ("Jag har semester, inte p\u00e5 kontoret till och med 12 maj", date(2027, 5, 12)),
        ("Rwyf allan o'r swyddfa tan 12 Mai", date(2027, 5, 12)),
        ("Ich bin bis einschliesslich 12. Mai abwesend.", date(2027, 5, 12)),
        ("I am on leave from 1 May to 11 May and back on 12 May.", date(2027, 5, 12)),
        ("I am away from 5 to 12 May.", date(2027, 5, 12)),
        ("I am out of the office, returning on 05/12/2027.", date(2027, 12, 5)),
        ("I am out of the office, returning on 05/13/2027.", date(2027, 5, 13)),
        ("I am out of the office and back on Monday.", date(2027, 5, 10)),
        ("I am out of the office until Wednesday.", date(2027, 5, 5)),
        ("I am away. I work Monday to Wednesday.", None),
        ("I am away. I work Monday until Wednesday.", None),
        ("I am away and back on Monday 17 May.", date(2027, 5, 17)),
        ("\u4f11\u6687\u4e2d\u30015\u670812\u65e5\u307e\u3067", date(2027, 5, 12)),
        ("I am out of the office until further notice, 31/02/2027.", None),
        ("I am out of the office. Call 01234 567890.", None),
    ],
)
def test_absent_until(text: str, day: date | None):
    """The day an absence note names is noted; a year is only added to a written day."""
    assert kind("Auto-Submitted: auto-replied\r\n", text).absent_until == day


@pytest.mark.parametrize(
    "headers",
    [
        "Precedence: bulk\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "Return-Path: <>\r\n",
        "Auto-Submitted: auto-generated\r\nX-Zendesk-From-Account-Id: 4\r\n",
        "Auto-Submitted: auto-generated\r\nRT-Ticket: care #4\r\nPrecedence: bulk\r\n",
    ],
)
@pytest.mark.parametrize("text", [LONG, "We accept.", "I am sorry, the carer was on leave that day. We accept."])
def test_a_person_behind_a_ticket_system(headers: str, text: str):
    """What a person may have written through a machine is a person's, but not surely: an officer is asked."""
    answer = kind(headers, text)
    assert (answer.name, answer.surely) == ("human", False), answer.reason


@pytest.mark.parametrize("text", [LONG, "We accept."])
def test_generated_by_nothing_we_know(text: str):
    """Auto-Submitted: auto-generated without a ticket system is automatic; not surely where its words do not fit."""
    answer = kind("Auto-Submitted: auto-generated\r\n", text)
    assert (answer.name, answer.surely) == ("auto_reply", False)


@pytest.mark.parametrize(
    "headers",
    [
        "List-Id: <team.provider.example>\r\nIn-Reply-To: <a@council.example>\r\n",
        "List-Post: <mailto:team@provider.example>\r\nPrecedence: bulk\r\n",
        "Mailing-List: contact team-help@provider.example; run by ezmlm\r\n",
        "Sender: owner-team@provider.example\r\n",
        "Precedence: list\r\n",
    ],
)
def test_a_person_who_writes_through_a_list(headers: str):
    """A person's words through a discussion list are a person's; the list is told, so that nothing is sent to it."""
    answer = kind(headers)
    assert (answer.name, answer.surely, answer.listed) == ("human", True, True), answer.reason


def test_a_newsletter_is_bulk():
    """What a machine sends to many is bulk; an answer through the same mailer is a person's."""
    mailer = "List-Unsubscribe: <https://x.example>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    letter = "Precedence: bulk\r\nFeedback-ID: 1:a:b\r\n" + mailer
    answer = kind(letter, subject="Spring news")
    assert (answer.name, answer.surely) == ("bulk", True)
    assert kind("In-Reply-To: <a@council.example>\r\n" + mailer).name == "human"
    closed = kind("List-Id: <b.lists.example>\r\nList-Post: NO\r\n", subject="Bulletin 18")
    assert closed.name == "bulk"


def test_ticket_acknowledgement():
    """A ticket system's acknowledgement is surely automatic, also from no-reply@ (rows 3 and 5)."""
    text = "Thank you for contacting Oakfield. Your request has been received, ticket number 4711."
    assert kind("Auto-Submitted: auto-generated\r\n", text) == kind("Auto-Submitted: auto-generated\r\n", text)
    assert kind("Auto-Submitted: auto-generated\r\n", text).surely
    answer = kind("", text, "[#4711] Request received", "no-reply@provider.example")
    assert (answer.name, answer.surely) == ("auto_reply", True)


def test_own_form_and_own_list_bring_peoples_mail():
    """A no-reply form and a list of our own domains are ways in to us, not automatic mail (row 15)."""
    assert kind(sender="no-reply@council.example", text=LONG).name == "human"
    assert kind(sender="no-reply@forms.example", text=LONG).name != "human"
    ours = kind("List-Id: <concerns.council.example>\r\nPrecedence: list\r\n")
    assert (ours.name, ours.surely, ours.listed) == ("human", True, False)
    assert kind("List-Id: <concerns.other.example>\r\nPrecedence: list\r\n").listed


def test_auto_submitted_no():
    """Auto-Submitted: no says that a person wrote it (RFC 3834 section 5)."""
    assert kind("Auto-Submitted: no\r\n").name == "human"


def test_calendar_before_automatic_reply():
    """Google's calendar replies carry Auto-Submitted too: they are calendar mail (row 25)."""
    part = "Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR"
    answer = mixed(
        "\r\nJane has accepted", part, subject="Accepted: Review", headers="Auto-Submitted: auto-generated\r\n"
    )
    assert (answer.name, answer.surely) == ("calendar", True)


def test_invitation_with_a_letter_in_it_is_not_surely_calendar():
    """An invitation that carries a long answer is put to the officer."""
    part = "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR"
    assert not mixed(f"\r\n{LONG}", part).surely
    assert mixed("\r\nTeams meeting", part).surely


def test_read_receipt_and_recall():
    """Read receipts (RFC 8098 or in prose) and recalls are receipts (row 25)."""
    body = "--b\r\n\r\nread\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: x\r\n--b--"
    head = "From: a@provider.example\r\nSubject: Read\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
    assert classify(parse((head + body).encode())).name == "receipt"
    assert (
        kind(subject="Read: Concern", text="Your message\n\n To: x\n was read on Monday, 3 May 2027.").name == "receipt"
    )
    recall = kind(subject="Recall: Concern", text='Smith, Jane would like to recall the message, "Concern".')
    assert recall.name == "receipt"


def test_a_header_about_reactions_is_no_reaction():
    """x-ms-reactions allows or forbids reactions to ordinary mail (Exchange); a liked message may be told of."""
    assert kind("x-ms-reactions: disallow\r\n").name == "human"
    assert kind(text="I liked your message about the garden.").name == "human"


def test_reaction():
    """A reaction is a receipt, in Gmail's form and in words (row 25)."""
    assert (
        mixed("\r\n\U0001f44d", 'Content-Type: text/vnd.google.email-reaction+json\r\n\r\n{"version":1}').name
        == "receipt"
    )
    assert kind(text="\U0001f44d Jane Smith reacted to your message:\n\n> Concern").name == "receipt"


def test_empty_body_with_a_logo():
    """A reply with no words but a small picture is no response; a photograph is (row 25)."""
    small = "Content-Type: image/png; name=image001.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC"
    assert mixed("\r\n[cid:image001.png@01]", small).name == "receipt"
    assert not mixed("\r\n", small).surely
    photo = small.replace("AAEC", "AAEC" * 20_000)
    assert mixed("\r\n", photo).name == "human"
    assert mixed("\r\n", "Content-Type: application/pdf; name=form.pdf\r\n\r\nx").name == "human"


def test_unreadable_wrapper():
    """A mail whose only content cannot be opened is unreadable, and the officer is asked (row 20)."""
    answer = mixed("Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx")
    assert (answer.name, answer.surely) == ("unreadable", False)
    assert "winmail.dat" in answer.reason


def test_reports_of_mail_servers():
    """Complaint and DMARC reports are reports."""
    head = "From: a@isp.example\r\nSubject: x\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
    body = "--b\r\n\r\nx\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n--b--"
    assert classify(parse((head + body).encode())).name == "report"
    assert kind(subject="Report Domain: council.example Submitter: isp.example Report-ID: 1").name == "report"


def test_daemon_that_says_nothing_we_know():
    """Mail of a daemon that cannot be read is a bounce, but not surely."""
    answer = kind(sender="mailer-daemon@provider.example", subject="hm", text="hm")
    assert (answer.name, answer.surely) == ("bounce", False)
