"""How responders write: their subjects, headers and senders; and people who write nearly so."""

from __future__ import annotations

import pytest

from mailflow.mail.classify import Kind, classify
from mailflow.mail.parse import parse

LATE = "The carer did not come on Monday and nobody told us."


def kind(subject: str = "Visits", text: str = LATE, headers: str = "", sender: str = "jane.roe@carers.example") -> Kind:
    return classify(
        parse(
            f"From: {sender}\nTo: contracts@council.example\nSubject: {subject}\nDate: Mon, 3 May 2027 10:00:00 +0100\n"
            f"Content-Type: text/plain; charset=utf-8\n{headers}\n{text}\n".encode()
        )
    )


@pytest.mark.parametrize(
    "behind",
    ["", ":", ": Visits", "\uff1aVisits", "!", " Re: Visits", " AW: Visits", " sv: Besuche", " Antw: Visits",
     " Odp: Visits", " Rif: Visits", " RES : Visits", " on: Visits", " jane@carers.example",
     " from jane@carers.example",
     " von <jane@carers.example>", " (Visits)", " [Visits]", " - Visits", " \u2013 Visits"],
)  # fmt: skip
def test_what_stands_behind_the_words_of_a_machine(behind: str):
    """Nothing, a colon, the subject that is answered or the address that answers: then the subject is a machine's."""
    answer = kind("Automatic reply" + behind)
    assert (answer.name, answer.surely) == ("auto_reply", True)
    assert answer.reason == "Its subject is that of an automatic reply."


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply times at Oakfield", "Automated response to my complaint", "Automatic reply from your office",
        "Automatic reply to what I wrote", "Automated message system at Oakfield", "OOO - the sticker on the door",
        "Abwesenheit der Pflegekraft am Montag", "Afwezig was de verzorger", "Message automatique de la banque",
        "Nieobecno\u015b\u0107 opiekunki w poniedzia\u0142ek", "OOO sticker on the door",
        "Holiday responder at the home",
    ],
)  # fmt: skip
def test_a_person_begins_a_subject_with_words_of_a_machine(subject: str):
    """Such words in front of others are a person's, who may complain of just that (domain.md G4)."""
    answer = kind(subject)
    assert (answer.name, answer.surely) == ("human", True), answer.reason


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatic reply Visits", "Thank you for your email."),
        ("Out of office message from Jane Roe", "I am on leave."),
        ("Abwesenheit vom 3. bis 14. Mai", "Ich bin im Urlaub."),
        ("OOO until 14 May", "I am on leave until 14 May."),
        ("\u81ea\u52a8\u56de\u590d Visits", "\u90ae\u4ef6\u5df2\u6536\u5230"),
    ],
)
def test_such_a_subject_with_the_words_of_a_note(subject: str, text: str):
    """With the words of a note such a subject is a note's, but an officer is asked."""
    answer = kind(subject, text)
    assert (answer.name, answer.surely) == ("auto_reply", False), answer.reason
