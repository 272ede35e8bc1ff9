"""Words alone: what responders without any header write, and what people say about the same things."""

from __future__ import annotations

import pytest

from mailflow.mail import auto_reply
from mailflow.mail.classify import Kind, classify
from mailflow.mail.parse import parse

NOTES = [
    (
        "Re: Missed visits",
        "I'm out of the office today, Monday 3rd May. I'll respond to your message on my return tomorrow.\n\nJane",
    ),
    (
        "Re: Missed visits",
        "Thank you for your message. I'm currently out of the office with no email access. I will be returning "
        "on May 17. If you need immediate assistance before then, you may reach me on my cell phone 555 0100.",
    ),
    (
        "Re: Missed visits",
        "Hi,\n\nThanks for your email. I only work part time (Mon, Tue & Thurs am), so there may be a delay in "
        "my reply.\n\nAnn",
    ),
    (
        "Re: Missed visits",
        "Please note that I am on paternity leave until 7 June. My colleague Tom Lane will be handling all "
        "requests during that time. Email tom@x.example.",
    ),
    ("Re: Missed visits", "I am on study leave from 3 to 14 May 2027 inclusive."),
    ("Re: Missed visits", "Jane Roe is away from the office until 12/05/27. Please contact reception."),
    ("Jane Roe is out of the office", "I will be back 17 May."),
    ("Re: Missed visits", "I am in a training course all week and will only check my mails in the evening."),
    (
        "Re: Missed visits",
        "Bin derzeit im Urlaub und ab 17. Mai wieder erreichbar. Vertretung: Frau Lane, Tel. 030 1234",
    ),
    (
        "Re: Missed visits",
        "Sehr geehrte Damen und Herren,\n\nleider bin ich derzeit nicht im Büro. Ab dem 17.05.2027 bin ich "
        "wieder für Sie da.\n\nMit freundlichen Grüßen\nJane Roe",
    ),
    (
        "Re: Missed visits",
        "Sehr geehrter Absender,\nich bin nicht mehr bei der Pflege GmbH tätig. Bitte wenden Sie sich an "
        "info@x.example.",
    ),
    (
        "Re: Missed visits",
        "Je suis absent(e) du 3 au 14 mai. Vos messages ne seront pas transférés. En cas d'urgence contacter "
        "le 01 00 00 00 00.",
    ),
    ("Re: Missed visits", "Bonjour,\nJe suis en déplacement jusqu'au 14 mai avec un accès limité à ma messagerie."),
    ("Re: Missed visits", "Hola, actualmente me encuentro fuera de la oficina. Regresaré el 17 de mayo."),
    (
        "Re: Missed visits",
        "Buongiorno, sono fuori ufficio fino al 14/05. Per comunicazioni urgenti potete contattare il numero 02 1234.",
    ),
    ("Re: Missed visits", "Ik ben momenteel niet op kantoor. Vanaf 17 mei ben ik weer bereikbaar."),
    ("Re: Missed visits", "Hei, olen lomalla 17.5. asti. Kiireellisissä asioissa ota yhteyttä toimistoon."),
    ("Re: Missed visits", "Hei! Jeg er på ferie og er tilbake på kontoret 18. mai."),
    ("Re: Missed visits", "Hej, jeg holder barselsorlov frem til januar 2028. Kontakt venligst min kollega."),
    ("Out of the office until 17 May", "Thank you for your mail."),
    ("On annual leave until 17 May Re: Missed visits", "For urgent matters please contact Tom."),
    ("Autoresponse: Missed visits", "Hi"),
    ("Auto-response Re: Missed visits", "We will get back to you"),
    (
        "Thank you for your message",
        "Dear customer, we have received your message and will reply as soon as possible.",
    ),
    (
        "Request received: Missed visits",
        "Your request (#12345) has been received, and is being reviewed by our support staff.\n\nTo review the "
        "status of the request and add additional comments, follow the link "
        "below:\nhttp://x.example/requests/12345",
    ),
    (
        "[Ticket ID: 123456] Missed visits",
        "Jane,\n\nThank you for contacting our support team. A support ticket has now been opened for your "
        "request. You will be notified when a response is made by email. The details of your ticket are shown "
        "below.\n\nSubject: Missed visits\nPriority: Medium\nStatus: Open",
    ),
    (
        "Case #123: Missed visits",
        "Hello,\n\nThis email confirms receipt of your case. We typically reply within one business day.",
    ),
    (
        "RE: Missed visits",
        "This is an automatic acknowledgement that your email has been received by the Planning Department.",
    ),
    ("Re: Missed visits", "Your email has been received by the Clerk's office. Office hours are 9 to 5."),
    ("AUTOMATIC REPLY", "x"),
    ("Automatische Antwort", "x"),
    ("Abwesenheitsnotiz (automatische Antwort)", "x"),
    (
        "Ihre E-Mail an uns",
        "Vielen Dank für Ihre E-Mail. Wir bestätigen hiermit den Eingang und werden uns in Kürze bei Ihnen melden.",
    ),
    ("Re: Missed visits", "Dear Sender, this e-mail account is no longer in use. Kindly resend to new@x.example."),
    (
        "Re: Missed visits",
        "I have moved to a new role and this mailbox is no longer checked. Please email team@x.example",
    ),
    ("Re: Missed visits [AUTO]", "I'm away until Monday."),
    ("Vacation", "Hi, I'm on vacation from May 1 until May 17. I'll answer your mail when I'm back."),
    ("Holiday notice", "The office is closed on Monday 3 May (bank holiday). We re-open on Tuesday."),
]
PEOPLE = [
    ("Re: Missed visits", "I am out on Monday but free on Tuesday after 2."),
    ("Re: Missed visits", "Thanks, I'm on leave next week so Tom will deal with it."),
    (
        "Re: Missed visits",
        "Not in the office right now - will send it first thing tomorrow.\n\nOn Mon, 3 May 2027 at 09:12, C "
        "<c@x.example> wrote:\n> When?",
    ),
    ("RE: Missed visits", "I was away from my desk when you called. The answer is yes."),
    ("RE: Missed visits", "We are closed on Mondays, that is why nobody answered. The carer did come at nine."),
    (
        "Re: Missed visits",
        "Thank you for your email of 3 May. I confirm that both visits took place. I enclose the log.",
    ),
    (
        "Re: Missed visits",
        "Thank you for your message. The manager has now left the organisation, and I have taken over her "
        "cases. We accept points 1 and 2.",
    ),
    ("Re: Missed visits", "Jane no longer works here. I have looked into this myself: the visits were made."),
    (
        "Re: Missed visits",
        "Hello, I have received your letter and passed it to the coordinator, who was on holiday until "
        "yesterday. She says that the visits were made.",
    ),
    (
        "Missed visits",
        "I have been on holiday and came home to find that nobody had visited my mother for two weeks.",
    ),
    ("Missed visits", "I am on holiday until the 17th and my mother is alone. Nobody has come since Saturday."),
    (
        "Complaint",
        "I am away from home until Friday. The carer has the key but she did not come today, and my father "
        "rang me in tears.",
    ),
    ("Your automatic reply", "Your automatic reply says ten days. It has been twenty."),
    ("Re: Automatic reply", "ok thanks"),
    ("Re: Missed visits", "ok"),
    ("Re: Missed visits", "Received with thanks."),
    ("Re: Missed visits", "Confirmed, ticket number 4711 is closed on our side."),
    ("Re: Missed visits", "Vielen Dank für Ihre Nachricht. Die Besuche haben stattgefunden, das Protokoll folgt."),
    ("Re: Missed visits", "Frau Roe ist im Urlaub. Ich habe die Akte übernommen, die Besuche haben stattgefunden."),
    ("Re: Missed visits", "Je suis absente vendredi, mais lundi me convient."),
    (
        "Re: Missed visits",
        "Merci pour votre message. Nous avons bien reçu votre lettre et nous acceptons le premier point.",
    ),
    ("Re: Missed visits", "Jag är ledig på fredag men måndag går bra."),
    ("Leave", "Tom's leave is approved from 3 to 14 May."),
    ("Annual leave request", "I request annual leave from 3 to 14 May."),
    ("Out of office", "Is your out of office on? I got nothing back."),
    ("Away day", "The away day is on 14 May at ten. Bring boots."),
    ("Holiday photos", "Here they are, from the beach."),
    ("Absence of the carer on 12 May", "The carer did not come on 12 May and nobody told us."),
    ("Absent carer", "The carer was absent from 3 May until 10 May and there was no cover."),
    ("Vacation of flat 12", "The flat was vacated on 3 May."),
    ("Urlaub der Pflegekraft", "Die Pflegekraft war bis 14. Mai im Urlaub und es kam niemand."),
    ("Read receipt wanted", "Please confirm that my letter was read on Monday."),
    ("Invitation: open day", "You are invited."),
    ("Holiday cover", "On leave: Tom (until 14 May), Ann (until 20 May). Who covers the evenings?"),
]


def kind(subject: str, text: str, headers: str = "", sender: str = "Jane Roe <jane.roe@carers.example>") -> Kind:
    octets = (
        f"From: {sender}\nTo: contracts@council.example\nSubject: {subject}\nMessage-ID: <w@carers.example>\n"
        f"Date: Mon, 3 May 2027 10:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n{headers}\n{text}\n"
    )
    return classify(parse(octets.encode()))


@pytest.mark.parametrize(("subject", "text"), NOTES)
def test_a_note_without_any_header(subject: str, text: str):
    """Half of real absence notes and acknowledgements have no header: subject and first words must do."""
    answer = kind(subject, text)
    assert answer.name == "auto_reply", answer.reason


@pytest.mark.parametrize(("subject", "text"), PEOPLE)
def test_a_person_who_speaks_of_such_things(subject: str, text: str):
    """People write of absences, tickets and automatic mail: theirs stays theirs."""
    answer = kind(subject, text, sender="Tom Lane <tom.lane@carers.example>")
    assert answer.name == "human", answer.reason


AWAY = "I am on leave until 14 May. For urgent matters please contact the office."


@pytest.mark.parametrize(
    ("subject", "text", "headers"),
    [
        ("Re: Visits", AWAY + " Could you send me the list before?", ""),
        ("Re: Visits", AWAY, "Cc: a@carers.example, b@carers.example\n"),
        ("Re: Visits", "Hi all,\n" + AWAY, "Cc: a@carers.example\n"),
        ("Fwd: Visits", AWAY, "In-Reply-To: <a@council.example>\n"),
        ("Re: Automatic reply: Visits", AWAY, ""),
        ("Visits", AWAY, ""),
        ("Re: Visits", AWAY, "List-Id: <carers.lists.example>\n"),
        ("Re: Visits", AWAY, "Auto-Submitted: no\n"),
        ("Re: Visits", AWAY + " The visits of last week were made. " * 45, ""),
        (
            "Re: Visits",
            AWAY + "\n\nOn Mon, 3 May 2027 at 9:12, C <c@council.example> wrote:\n> What happened there?",
            "",
        ),
    ],
)
def test_what_speaks_for_a_person(subject: str, text: str, headers: str):
    """Each sign that responders do not give outweighs the words of an absence that stand alone."""
    assert kind("Re: Visits", AWAY).name == "auto_reply"
    answer = kind(subject, text, headers)
    assert answer.name == "human", answer.reason


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ("Return-Path: <>\n", "return path is empty"),
        ("Precedence: junk\n", "Precedence: junk"),
        ("X-Auto-Response-Suppress: All\n", "X-Auto-Response-Suppress"),
    ],
)
def test_the_reason_names_the_signs(headers: str, words: str):
    """What was weighed is said, for a note as for a person whom a header made doubtful."""
    assert words in kind("Re: Visits", AWAY, headers).reason or "away" in kind("Re: Visits", AWAY, headers).reason
    doubtful = kind("Re: Visits", "Which visit do you mean?", headers)
    assert (doubtful.name, doubtful.surely) == ("human", False) and words in doubtful.reason


def test_each_sign_has_words():
    """Every sign that is weighed can be told to an officer."""
    assert all(words and weight for weight, words in auto_reply.WEIGHTS.values())


@pytest.mark.parametrize(
    "headers",
    [
        "Return-Path: <>\n",
        "Precedence: junk\n",
        "Precedence: bulk\n",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply\n",
        "X-Loop: jane@carers.example\n",
        "X-MS-Exchange-Parent-Message-Id: <a@council.example>\n",
        "Auto-Submitted: auto-generated\n",
    ],
)
def test_a_weak_header_and_a_few_words_are_enough_together(headers: str):
    """ "I am on leave." is not enough alone, nor is the header: together they are."""
    assert kind("Re: Visits", "I am on leave.").name == "human"
    assert kind("Re: Visits", "I am on leave.", headers).name == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Visits", "I am on leave. Only an automatic reply can tell you so."),
        ("Annual leave, again", "I am on leave."),
        ("[#4711] Visits", "We have received your letter. A technician will contact you."),
    ],
)
def test_a_small_sign_tips_the_scales(subject: str, text: str):
    """The small weights count where the others come close."""
    assert kind(subject, text).name == "auto_reply"
    assert kind("Re: Visits", "I am on leave. Tom knows.").name == "human"


def test_a_longer_mail_needs_more():
    """A note of a page is rarely a responder's: what is just enough in a line is not enough there."""
    short = "Thank you for your email, which has been received. We aim to respond to it."
    assert kind("Re: Visits", short).name == "auto_reply"
    more = " The garden gate was painted green by our neighbour, who likes green." * 12
    assert kind("Re: Visits", short + more).name == "human"


def test_a_daemon_that_answers_is_a_person():
    """Only a mail daemon's name makes a bounce of words that nobody can read, and not where it answers."""
    assert kind("hm", "hm", sender="mailer-daemon@carers.example").name == "bounce"
    assert kind("Re: hm", "hm", sender="mailer-daemon@carers.example").name == "human"
    assert kind("hm", "hm", sender="postmaster@carers.example").name == "human"
