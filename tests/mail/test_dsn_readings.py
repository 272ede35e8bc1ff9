"""Which of its readings a report gets: its status part, fields in its words, a report within it, or its prose."""

from __future__ import annotations

import pytest

from mailflow.mail.bounce_words import LIST_OPENERS
from mailflow.mail.dsn import Bounce, is_success_report, read_bounce
from mailflow.mail.message import Message
from mailflow.mail.parse import parse

DAEMON, ROBOT, JANE = "MAILER-DAEMON@mx.example", "robot@x.example", "jane@x.example"
BEGINS = "its sender is mailer-daemon, and its subject is that of a report"
RETURNED = (
    "\n\n--- Below this line is a copy of the message.\n\nReceived: from y\nSubject: x\nMessage-ID: <m@c.example>\n"
)
MIXED = "Content-Type: multipart/mixed; boundary=r\n"
REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n"
NAMES = f"The {LIST_OPENERS[0]}:\n\n  Joe77\n  ann12\n"


def fields(action: str = "failed", status: str = "5.1.1", recipient: str = "a@x.example") -> str:
    return f"Final-Recipient: rfc822; {recipient}\nAction: {action}\n" + (f"Status: {status}\n" if status else "")


def mail(text: str, sender: str = DAEMON, subject: str = "failure notice", head: str = "") -> Message:
    return parse(f"From: {sender}\nTo: c@council.example\nSubject: {subject}\n{head}\n{text}\n".encode())


def part(told: str, sender: str = ROBOT, head: str = "", multipart: str = REPORT, words: str = "x") -> Message:
    status = f"--r\nContent-Type: message/delivery-status\n\n{told}"
    return mail(f"--r\n\n{words}\n{status}\n--r--", sender, "x", head + multipart)


def within(words: str, told: str, sender: str = DAEMON, head: str = "") -> Message:
    inner = f"--r\nContent-Type: message/rfc822\n\nFrom: x@y.example\nSubject: x\n\n{told}"
    return mail(f"--r\n\n{words}\n{inner}\n--r--", sender, head=head + MIXED)


def told(bounce: Bounce | None) -> tuple[list[str], str]:
    assert bounce is not None
    return [failure.recipient for failure in bounce.failures], bounce.why


def test_a_status_part_is_read_as_such() -> None:
    """RFC 3464: whoever sends it, and though it answers a mail, as some servers' reports do."""
    assert told(read_bounce(part(fields()))) == (["a@x.example"], "a delivery-status part (RFC 3464)")
    assert read_bounce(part(fields(), head="In-Reply-To: <a@b.example>\n"))
    assert read_bounce(part(fields(), head="In-Reply-To: <a@b.example>\n", multipart=MIXED)) is None
    assert read_bounce(part(fields(), words="Look what we got, I am puzzled", multipart=MIXED)) is None


def test_a_status_part_of_success_is_no_failure_whatever_its_words() -> None:
    """Every recipient was reached; the words may name somebody all the same."""
    for sender in (DAEMON, ROBOT):
        good = part(fields("delivered", "2.0.0"), sender, words="Failed recipient: b@x.example")
        assert (read_bounce(good), is_success_report(good)) == (None, True)


@pytest.mark.parametrize("sender", [ROBOT, JANE, "Jane Roe <jane@x.example>"])
@pytest.mark.parametrize("words", ["", "The fields of it:\n\n"])
def test_fields_in_the_words_of_anybody_are_no_report(sender: str, words: str) -> None:
    """Without the signs of a report somebody only shows them."""
    for action, status in (("failed", "5.1.1"), ("delivered", "2.0.0")):
        shown = mail(words + fields(action, status), sender, "Visits")
        assert (read_bounce(shown), is_success_report(shown)) == (None, False)


def test_fields_in_the_words_of_a_report() -> None:
    """They say more than its prose, and more than that some other letter has arrived."""
    why = f"{BEGINS}; its fields are those of RFC 3464"
    assert told(read_bounce(mail(fields()))) == (["a@x.example"], why)
    named = mail(f"Failed recipient: b@x.example\n\n{fields()}")
    assert told(read_bounce(named)) == (["a@x.example"], why)
    assert told(read_bounce(mail(fields(), head="X-Failed-Recipients: a@x.example\n")))[1].endswith("of RFC 3464")
    arrived = mail(f"Your letter was successfully delivered to b@x.example\n\n{fields(status='')}")
    assert (told(read_bounce(arrived)), is_success_report(arrived)) == ((["a@x.example"], why), False)
    late = read_bounce(mail(fields("delayed", "4.4.1")))
    assert late is not None and late.delayed


@pytest.mark.parametrize("status", ["2.0.0", "2.1.5"])
@pytest.mark.parametrize("words", ["", "Your message to a@x.example was delivered.\n\n", "Ask help@x.example.\n\n"])
def test_fields_of_success_in_words(words: str, status: str) -> None:
    """A server that labels its receipt as plain text: nobody has failed, though the report names an address."""
    for receipt in (mail(words + fields("delivered", status)), within(words or "See below", fields("relayed", status))):
        assert (read_bounce(receipt), is_success_report(receipt)) == (None, True)


def test_fields_of_success_beside_a_failure_in_words() -> None:
    """Who is named as reports name those who failed has failed, whatever the fields say of another."""
    done = fields("delivered", "2.0.0")
    prose = f"{BEGINS}; recipients: "
    for mixed in (
        mail(f"<b@x.example>: 550 5.1.1 user unknown\n\n{done}"),
        within("<b@x.example>: 550 no such user", done),
    ):
        names, why = told(read_bounce(mixed))
        assert (names, why) == (["b@x.example"], f"{prose}paragraphs that begin with the address")
    header = mail(done, head="X-Failed-Recipients: b@x.example\n")
    assert told(read_bounce(header))[0] == ["b@x.example"]


def test_a_report_within_a_report() -> None:
    """A gateway wraps it: it counts where the words name nobody but in passing; a person who encloses one is none."""
    why = f"{BEGINS}; a report lies within it (RFC 3464)"
    assert told(read_bounce(within("See below", fields()))) == (["a@x.example"], why)
    assert told(read_bounce(within("Write to help@x.example", fields()))) == (["a@x.example"], why)
    for address in ("a@x.example", "b@x.example"):
        assert told(read_bounce(within(f"Failed recipient: {address}", fields())))[0] == [address]
    named = within("See below", fields(), head="X-Failed-Recipients: c@x.example\n")
    assert told(read_bounce(named)) == (
        ["c@x.example"],
        "its header X-Failed-Recipients names who was not reached; recipients: X-Failed-Recipients",
    )
    for action, status in (("failed", "5.1.1"), ("delivered", "2.0.0")):
        enclosed = within("See below", fields(action, status), JANE)
        assert (read_bounce(enclosed), is_success_report(enclosed)) == (None, False)


def test_recipients_without_an_address() -> None:
    """Those with one are told; if none has, that somebody failed."""
    one = part(f"{fields()}\n{fields('failed', '5.2.2', '')}")
    assert [failure.status for failure in read_bounce(one).failures] == ["5.1.1"]
    none = part(f"{fields(recipient='jane')}\n{fields('failed', '5.2.2', 'joe')}")
    assert [failure.recipient for failure in read_bounce(none).failures] == [""]


def test_an_address_in_passing_counts_if_the_letter_went_there() -> None:
    """Of a recipient and a help desk, whom the returned letter was sent to."""
    words = "It was about a@x.example, ask help@x.example."
    assert told(read_bounce(mail(words)))[0] == ["a@x.example", "help@x.example"]
    for name in ("To", "Cc", "X-Original-To"):
        assert told(read_bounce(mail(f"{words}{RETURNED}{name}: a@x.example\n")))[0] == ["a@x.example"]
    assert len(told(read_bounce(mail(f"{words}{RETURNED}To: c@x.example\n")))[0]) == 2
    surely = mail(f"Failed recipient: b@x.example{RETURNED}To: a@x.example, b@x.example, c@x.example\n")
    assert told(read_bounce(surely))[0] == ["b@x.example"]


@pytest.mark.parametrize("name", ["To", "Cc", "X-Original-To"])
def test_whom_the_returned_letter_was_sent_to(name: str) -> None:
    """Where the words name nobody: its one recipient, by To before the others; of several none."""
    why = f"{BEGINS}; recipients: the returned letter's To"
    assert told(read_bounce(mail(f"Sorry.{RETURNED}{name}: a@x.example\n"))) == (["a@x.example"], why)
    assert told(read_bounce(mail(f"Sorry.{RETURNED}{name}: a@x.example, b@x.example\n"))) == ([], BEGINS)
    other = "Cc" if name == "To" else "To"
    both = told(read_bounce(mail(f"Sorry.{RETURNED}{name}: a@x.example\n{other}: b@x.example\n")))[0]
    assert both == (["a@x.example"] if name == "To" else ["b@x.example"])


def test_nobody_is_named() -> None:
    """A report of a failure all the same."""
    assert told(read_bounce(mail("Sorry."))) == ([], BEGINS)


def test_names_without_a_domain() -> None:
    """Those of the server that reports, or whom the letter was sent to; only a mail system lists such names."""
    why = f"{BEGINS}; recipients: names without a domain, of the server that reports"
    assert told(read_bounce(mail(NAMES))) == (["joe77@mx.example", "ann12@mx.example"], why)
    sent = f"{NAMES}{RETURNED}To: joe77@in.example, xann12@in.example, b@in.example\n"
    assert told(read_bounce(mail(sent))) == (["joe77@in.example"], why)
    assert told(read_bounce(mail(NAMES, "MAILER-DAEMON")))[0] == []
    anybody = read_bounce(
        mail(f"550 5.1.1 user unknown\n{NAMES}", ROBOT, head="Return-Path: <bounce@x.example>\n" + REPORT)
    )
    assert anybody is not None and anybody.failures == ()


@pytest.mark.parametrize("apostrophe", ["'", "\u2019"])
def test_what_is_said_of_one_in_the_header(apostrophe: str) -> None:
    """X-Failed-Recipients names them; what the words say of each is its verdict, else the whole report."""
    head = "X-Failed-Recipients: a@x.example, b@x.example\n"
    text = f"<a@x.example>: mailbox full\n\n<c@x.example>: user doesn{apostrophe}t exist\n"
    first, second = read_bounce(mail(text, head=head)).failures
    assert (first.recipient, first.permanent) == ("a@x.example", False)
    assert (second.recipient, second.diagnostic[:14]) == ("b@x.example", "<a@x.example>:")


@pytest.mark.parametrize("apostrophe", ["'", "\u2019"])
def test_words_of_delay_and_of_giving_up_with_either_apostrophe(apostrophe: str) -> None:
    """The server keeps trying if it says so; a subject of delay does not count where it has given up."""
    late = read_bounce(mail(f"<a@x.example>: it hasn{apostrophe}t been delivered yet\n"))
    assert late is not None and late.delayed
    for words, delayed in (("no reason", True), (f"we won{apostrophe}t try again", False)):
        bounce = read_bounce(mail(f"<a@x.example>: {words}\n", subject="Warning: message delayed"))
        assert bounce is not None and bounce.delayed == delayed
