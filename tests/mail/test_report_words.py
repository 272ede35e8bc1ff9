"""The words of mail servers, one by one: by each alone a report, its recipient or its meaning is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailflow.mail.bounce_words import GENERIC
from mailflow.mail.dsn import is_success_report, read_bounce
from mailflow.mail.dsn_prose import recipients
from mailflow.mail.dsn_returned import report_only
from mailflow.mail.dsn_sender import sender_is_system, what_people_do
from mailflow.mail.dsn_signs import Signs
from mailflow.mail.dsn_verdict import judge
from mailflow.mail.message import Message
from mailflow.mail.parse import parse

DAEMON = "MAILER-DAEMON@mx.example"


def _tables() -> dict[str, list[str]]:
    """The rows of report_words.txt under their headings."""
    tables: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / "report_words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = tables.setdefault(line[3:], [])
        elif line and not line.startswith("# "):
            rows.append(line)
    return tables


WORDS = _tables()


def mail(sender: str = "robot@x.example", subject: str = "Visits", text: str = "", head: str = "") -> Message:
    return parse(
        f"From: {sender}\nTo: c@council.example\nSubject: {subject}\n"
        f"Content-Type: text/plain; charset=utf-8\n{head}\n{text}\n".encode()
    )


PLAIN = mail()


def signs(text: str = "", message: Message = PLAIN) -> Signs:
    return Signs(message, text, "")


def loud(words: str) -> str:
    """In capitals, where these are the same letters."""
    return words.upper() if words.upper().casefold() == words else words


@pytest.mark.parametrize("row", WORDS["senders"])
def test_senders_that_are_mail_systems(row: str):
    """The name before "@"; most may go on, as with digits of a host; what ends in "@" is the whole of it."""
    local = row.rstrip("@")
    assert sender_is_system(mail(f"{local.upper()}@x.example")) == f"its sender is {local}"
    assert bool(sender_is_system(mail(f"{local}2@x.example"))) is not row.endswith("@")
    assert sender_is_system(mail(f"jane-{local}@x.example")) == ""


@pytest.mark.parametrize("row", WORDS["roles"])
def test_roles_that_systems_use_and_people_too(row: str):
    """Such a sender is half a sign, and no mail system by itself."""
    message = mail(f"{row}@x.example")
    assert (signs("", message).by_role, signs("", message).daemon) == (f"its sender is {row}", "")
    assert signs("", mail(f"jane-{row}@x.example")).by_role == ""


@pytest.mark.parametrize("row", WORDS["names of mail systems"])
def test_names_of_mail_systems(row: str):
    """Before an address of anybody's, or without any."""
    assert sender_is_system(mail(f'"The {loud(row)}" <jane@x.example>')) == f"its sender calls itself The {loud(row)}"
    assert sender_is_system(mail(f'"{loud(row)}"')) == "its sender is a mail system without an address"


@pytest.mark.parametrize("row", WORDS["programs of people"])
def test_programs_in_which_people_write(row: str):
    """In either header; as a word of its own."""
    for header in ("X-Mailer", "User-Agent"):
        assert what_people_do(mail(head=f"{header}: {loud(row)}/7.1\n")) == "a person's mail program wrote it"
    assert what_people_do(mail(head=f"X-Mailer: x{row}\n")) == ""
    assert what_people_do(mail(head=f"X-Mailer: {row}x\n")) == ""


@pytest.mark.parametrize("row", [*WORDS["somebody speaks"], *(f"i {verb}" for verb in WORDS["verbs behind I"])])
def test_words_of_somebody_who_speaks(row: str):
    """Before the report begins, by themselves: in an address or a host's name they are nobody's."""
    assert signs(f"See, {loud(row)} here").says_i
    own = row.removesuffix("'t")  # "I can" stands in "I can't"
    assert not signs(f"See, {own}@x.example and {own}.x.example and x-{own} and {own}x here").says_i
    assert not signs(f"This is the mail system at host\nSee, {row} here").says_i


@pytest.mark.parametrize("row", WORDS["people's words"])
def test_words_that_people_say_to_each_other(row: str):
    """They speak against a report, without anybody saying "I"."""
    found = signs(f"See, {loud(row)} here")
    assert (found.personal, found.speaks_first, found.says_i) == (True, True, False)
    own = row.removesuffix("'ve")  # "we" stands in "we've"
    assert not signs(f"See, {own}@x.example and {own}.x.example and {own}x here").personal


@pytest.mark.parametrize("row", WORDS["subjects"])
def test_subjects_of_reports(row: str):
    """At its beginning, behind tags and marks; a mail system may put longer words last."""
    for subject in (row, f"{loud(row)}: Visits", f"[EXT] {row} x", f"*** {row} x", f"{{Spam?}} {row}"):
        assert signs("", mail(subject=subject)).subject, subject
    assert not signs("", mail(subject=f"Visits, {row}")).subject
    assert signs("", mail(DAEMON, f"Visits, {row}")).subject or len(row) < 10


@pytest.mark.parametrize("row", WORDS["subjects of delays"])
def test_subjects_of_delays(row: str):
    """A mail system whose subject says so anywhere keeps trying, unless its words say that it has given up."""
    text = "<a@x.example>: it is 550 of the queue"
    late, failed = (read_bounce(mail(DAEMON, f"Visits {one}", text)) for one in (loud(row), "x"))
    assert late is not None
    assert (late.delayed, late.why) == (True, "its sender is mailer-daemon, and its subject is that of a report; "
                                        "recipients: paragraphs that begin with the address")  # fmt: skip
    assert failed is None or not failed.delayed
    assert not signs("", mail(subject=f"Visits {row}")).subject


@pytest.mark.parametrize("row", WORDS["openings"])
def test_openings_of_reports(row: str):
    """The first words of the first lines, and whose they are; the very first line counts more if it is one's own."""
    words, system = row.split(" | ")
    marked = words[0] in "*-"
    for line in (
        f"{loud(words)} x",
        f"\n  {'' if marked else '* '}{words} x",
        f"One\nTwo\nThree\nFour\nFive\nSix\nSeven\n{words} x",
    ):
        assert signs(line).opening == system, line
    assert signs(f"{words} x").first == ("" if system == GENERIC else system)
    assert signs(f"One\n{words} x").first == ""
    assert signs(f"See, {words} x").opening == ""
    assert signs(f"One\nTwo\nThree\nFour\nFive\nSix\nSeven\nEight\n{words}").opening == ""


@pytest.mark.parametrize("row", [*WORDS["failures"], *WORDS["late"], *WORDS["surely late"], *WORDS["surely dead"]])
def test_words_of_a_failure(row: str):
    """A mail system that brings a server's code and says so reports a failure; by the code alone it does not."""
    assert signs(f"It says: {loud(row)}").says_so
    assert not signs("It says: all is well").says_so


@pytest.mark.parametrize("row", [*WORDS["late"], *WORDS["surely late"]])
def test_words_of_a_delay(row: str):
    """The server keeps trying; "given up" beside it counts unless the words leave no doubt."""
    text = f"{loud(row)}\n<a@x.example>: nothing"
    found = read_bounce(mail(DAEMON, "Mail delivery", text))
    assert found is not None
    assert (found.delayed, found.failures[0].permanent) == (True, False)
    given_up = read_bounce(mail(DAEMON, "Mail delivery", f"{text}, I gave up"))
    assert given_up is not None
    assert given_up.delayed is any(one in row for one in WORDS["surely late"])


@pytest.mark.parametrize("row", WORDS["given up"])
def test_words_of_a_server_that_has_given_up(row: str):
    """It was late before, and has failed now."""
    found = read_bounce(mail(DAEMON, "Mail delivery delayed", f"It says: {loud(row)}\n<a@x.example>: nothing"))
    assert found is not None
    assert not found.delayed


@pytest.mark.parametrize("row", WORDS["challenges"])
def test_a_mail_that_waits_for_its_sender_is_not_lost(row: str):
    """Unless the server's code says so too."""
    text = f"It was not delivered: {loud(row)}\n<a@x.example>: nothing"
    assert read_bounce(mail(DAEMON, "Mail delivery", text)) is None
    assert read_bounce(mail(DAEMON, "Mail delivery", f"{text}\n550 5.1.1 User unknown"))


@pytest.mark.parametrize("row", WORDS["lists begin"])
def test_lines_above_a_list_of_recipients(row: str):
    """The addresses below are who was not reached, and no address of its sentences."""
    text = f"It was about one@y.example.\n{loud(row)}\n  a@x.example\n  b@x.example\n"
    found, how = recipients(text)
    assert ([address for address, _ in found], how.split()[:2]) == (["a@x.example", "b@x.example"], ["a", "list"])
    assert recipients("See here\n\n  a@x.example\n")[1] == "a line that begins with the address"


@pytest.mark.parametrize("row", WORDS["of others"])
def test_lines_about_servers_senders_and_help(row: str):
    """The addresses in them are nobody's who was not reached."""
    at = "y.example" if row.endswith("@") else " one@y.example"
    assert recipients(f"Or {loud(row)}{at}") == ([], "")
    assert recipients("Or one@y.example")[0]


@pytest.mark.parametrize("row", [*WORDS["letters begin"], *WORDS["letters begin between rules"]])
def test_lines_above_the_returned_letter(row: str):
    """Between rules or before a colon; some words by themselves; never as the first line."""
    for title in (f"---- {loud(row)} ----", f"{row} x:", f"--{row} x"):
        assert report_only(f"No.\n{title}\nLetter") == ("No.", "Letter"), title
        assert report_only(f"{title}\nLetter")[1] == ""
    assert (report_only(f"No.\n{row} x\nLetter")[1] == "Letter") is (row in WORDS["letters begin"])
    assert report_only(f"No.\n{row} {'x' * 120}:\nLetter")[1] == ""
    assert report_only(f"No.\nSee, {row} x:\nLetter")[1] == ""


@pytest.mark.parametrize("row", [*WORDS["surely dead"], *WORDS["dead"]])
def test_words_of_an_address_that_is_dead(row: str):
    """For ever, whatever else may be said; a refusal by policy counts only where the user is surely meant."""
    one = judge("a@x.example", said=f"It says: {loud(row)}")
    assert (one.permanent, one.dead_address) == (True, True)
    assert judge("a@x.example", said=row, status="5.7.1").dead_address is any(w in row for w in WORDS["surely dead"])
    assert not judge("a@x.example", said=row, status="5.2.2").dead_address
    sure = any(words in row for words in WORDS["surely dead"]) or "5.4.1" in row
    assert judge("a@x.example", said=f"{row}, over quota").permanent is sure


@pytest.mark.parametrize("row", [*WORDS["temporary"], *WORDS["surely temporary"]])
def test_words_of_a_failure_for_now(row: str):
    """Neither for ever nor dead, also where words of refusal stand beside it."""
    one = judge("a@x.example", said=f"It says: {loud(row)}, denied")
    assert (one.permanent, one.dead_address) == (False, False)


@pytest.mark.parametrize("row", WORDS["surely temporary"])
def test_a_name_server_that_did_not_answer(row: str):
    """It has not said that there is no such host."""
    assert not judge("a@x.example", said=f"Host unknown. {loud(row)}").permanent


@pytest.mark.parametrize("row", WORDS["lasting"])
def test_words_of_a_refusal(row: str):
    """For ever, though the rest of the report speaks of a full mailbox."""
    assert judge("a@x.example", said=f"It says: {loud(row)}", around="over quota").permanent
    assert not judge("a@x.example", said="It says: no", around="over quota").permanent


def test_people_begin_with_the_words_of_systems():
    """Gmail's "** Message blocked **" is known by its stars: a person begins with "Message" too."""
    for line in ("Message for you below.", "Messages came back", "Transcript of session follows", "Delivery"):
        assert signs(line).opening == "", line
    assert signs("** Message blocked **").first == "Gmail"
    raw = (
        "From: sam@x.example\nSubject: x\nContent-Type: multipart/mixed; boundary=r\n\n--r\n\n"
        "{} below was not delivered at the office.\n--r\nContent-Type: message/rfc822\n\nSubject: y\n\nz\n--r--\n"
    )
    assert read_bounce(parse(raw.format("Message to Sam").encode())) is None
    assert read_bounce(parse(raw.format("** Message ").encode()))


def test_a_letter_that_goes_in_circles():
    """ "Too many hops" is for ever, "too many connections" is not."""
    assert judge("a@x.example", said="Too many hops").permanent
    assert not judge("a@x.example", said="Too many connections").permanent


@pytest.mark.parametrize("row", WORDS["success"])
def test_words_of_a_letter_that_arrived(row: str):
    """A report of success is no bounce; with a server's code in it, it is not one of success."""
    text = f"It says: {loud(row)}\n<a@x.example>: nothing, but other problems delivering"
    assert is_success_report(mail(DAEMON, "Mail delivery", text))
    assert read_bounce(mail(DAEMON, "Mail delivery", text)) is None
    assert read_bounce(mail(DAEMON, "Mail delivery", f"{text}\n550 5.1.1 User unknown"))
    assert not is_success_report(mail("robot@x.example", "Mail delivery", text))
