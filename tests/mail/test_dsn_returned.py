"""The letter that a report returns: its fields, and where it begins in a report without parts."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from mailflow.mail.dsn_returned import LETTER_HEADER, Returned, fields, report_only, returned
from mailflow.mail.message import Message
from mailflow.mail.parse import parse


def test_the_fields_of_a_block():
    """Folded lines belong to the field above, the first of a name counts, what is folded under a second one is lost."""
    block = (
        "To: a@x.example,\n\tb@x.example\n c@x.example\nSubject : one\nTO: d@x.example\n e@x.example\nno field\n more"
    )
    assert fields(block) == {"to": "a@x.example, b@x.example c@x.example", "subject": "one"}
    assert fields(" folded under nothing\nX:\n y") == {"x": " y"}


@pytest.mark.parametrize(
    "block",
    [["Received: x"], ["Return-Path: <x>"], ["Received: x", "Foo: y"], ["Return-Path: <x>", "Foo: y"],
     ["From:", " a", "To:", " b", "Message-ID:", " c"], [f"{LETTER_HEADER}: one"], ["Foo: x", f"{LETTER_HEADER}: one"]]
    + [["From: a", "To: b", f"{name}: c"] for name in (
        "Received", "Return-Path", "Message-ID", "MIME-Version", "X-Mailer", "DKIM-Signature",
    )]
    + [["From: a", "To: b", "Subject: c", f"{name}: d"] for name in ("Date", "Cc", "Reply-To", "Content-Type")]
    + [["From: a", " folded", "To: b", "\tfolded", "Message-ID: c"]],
)  # fmt: skip
def test_where_a_letter_begins_by_its_headers(block: list[str]):
    """At one header line that only letters have in front, or at three and more that stand together."""
    letter = "\n".join([*block, "", "Dear Sam"])
    assert report_only(f"X\n\n{letter}") == ("X\n", letter)
    assert report_only(letter)[1] != letter


@pytest.mark.parametrize(
    "block",
    [["From: a", "To: b", "Subject: c"], ["Foo: a", "Bar: b", "Message-ID: c"],
     ["From: a", "x", "To: b", "Message-ID: c"], ["From: a", "Message-ID: b"]],
)  # fmt: skip
def test_lines_that_are_no_letter(block: list[str]):
    """Three lines that a report writes itself begin no letter."""
    text = "\n".join(["It failed.", *block, "", "Dear Sam"])
    assert report_only(text) == (text, "")


# --- lines above the letter ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "This is a copy of the message, including all the headers.",
        "------ This is a copy of your message ------",
        "--- Below this line is a copy of the message.",
        "  Original message headers:",
        "--- Original message ---",
        "-- Returned mail",
        "== The first 20 lines",
        "** Original message",
        "++ Original message",
        "## Original message",
        "|| Original message",
        "__ Original message",
        "Original message:",
        "The header of the letter\uff1a",
        "----- Below is a copy ~ |",
        "-- " + "The original was " + "x" * 103,
        "CONTENT-TYPE: message/rfc822",
    ],
)
def test_a_title_above_the_letter(title: str):
    """Set words, or words like them between rules or before a colon; never as the first line that says something."""
    assert report_only(f"X\nIt failed.\n{title}\nDear Sam\nHello") == ("X\nIt failed.", "Dear Sam\nHello")
    assert report_only(f"\n---\n{title}\nDear Sam")[1] == ""


@pytest.mark.parametrize(
    "line",
    [
        "Original message",
        "- Original message",
        "* The original is here",
        "The original message was sent to a@x.example.",
        "-- The original message was received at Monday --",
        "The original message was received on Monday:",
        "-- " + "The original was " + "x" * 104,
        "-----",
        "",
        "-- Copies of it",
        "~~ Original message",
        "~- Original message",
    ],
)
def test_a_line_that_is_no_title(line: str):
    """Without rules or a colon such words stand in sentences; a rule alone, a long line, or a date are none."""
    text = f"It failed.\n{line}\nDear Sam"
    assert report_only(text) == (text, "")


# --- what the letter was -------------------------------------------------------------------------------------------

HEAD = "Message-ID: <m@council.example>\nX-Mailflow-Letter: L-0042.7\nTo: a@x.example\nCc: b@x.example\n"


def message(*parts: tuple[str, str], head: str = "", text: str = "x") -> Message:
    found = parse(f"From: MAILER-DAEMON@mx.example\nSubject: x\n{head}\n{text}\n".encode())
    return replace(found, parts=tuple((kind, content.encode()) for kind, content in parts))


@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"])
def test_the_letter_in_a_part(kind: str):
    """Whole or its headers only (RFC 6522, RFC 6533), also in base64 without a word of it; no other part is one."""
    for content in (HEAD, f"\n\n{HEAD}", b64encode(HEAD.encode()).decode(), f"{HEAD}\nTo: c@x.example\n"):
        letter = returned(message((kind, content)), "")
        assert letter == Returned("<m@council.example>", "L-0042.7", ("a@x.example",), ("b@x.example",), True)
    assert returned(message(("text/html", HEAD)), "") == Returned("", "", (), (), False)


@pytest.mark.parametrize("marks", ["", " ", "\t", "> ", ">", "  > "])
def test_the_letter_in_the_text(marks: str):
    """Behind a few words or none, quoted or indented as the report likes; folded lines and what stands below."""
    lines = [*HEAD.splitlines()[:2], "To: a@x.example,", "\tc@x.example", "Cc: b@x.example", "", "Bcc: d@x.example"]
    for before in ("", "\n\n", "The letter was this one\n"):
        letter = returned(message(), before + "\n".join(marks + line for line in lines))
        assert (letter.message_id, letter.letter) == ("<m@council.example>", "L-0042.7")
        assert (letter.to, letter.also_to) == (("a@x.example", "c@x.example"), ("b@x.example",))
        assert letter.found


def test_a_letter_that_is_indented_in_part():
    """A line that stands further left than the first is read as it is; the first may be any header."""
    letter = returned(message(("message/rfc822", "X-Mailflow-Letter: L-1\nTo: a@x.example\n")), "")
    assert (letter.letter, letter.to) == ("L-1", ("a@x.example",))
    letter = returned(
        message(), " Message-ID: <m@council.example>\nX-Mailflow-Letter: L-1\nTo: a@x.example\n Cc: b@x.example"
    )
    assert (letter.letter, letter.to, letter.also_to) == ("L-1", ("a@x.example",), ("b@x.example",))


@pytest.mark.parametrize(
    "field",
    ["Cc", "Bcc", "X-Original-To", "Delivered-To", "Envelope-To", "Resent-To", "X-Rcpt-To", "Original-Recipient"],
)
def test_others_it_was_sent_to(field: str):
    """Each of these names somebody, beside To."""
    letter = returned(message(("message/rfc822", f"To: a@x.example\n{field}: b@x.example\n")), "")
    assert (letter.to, letter.also_to) == (("a@x.example",), ("b@x.example",))


def test_whom_it_was_sent_to():
    """To and Apparently-To, each once, twenty at most; of two letters To is the first one's that has any."""
    both = "To: a@x.example, b@x.example, a@x.example\nApparently-To: c@x.example\nCc: d@x.example\n"
    letter = returned(message(("message/rfc822", "Subject: x\n"), ("message/rfc822", both)), f"Cc: e@x.example\n{HEAD}")
    assert letter.to == ("a@x.example", "b@x.example", "c@x.example")
    assert letter.also_to == ("d@x.example", "e@x.example")
    each = "".join(f"To: a{n}@x.example\n" for n in range(30))
    many = "\n".join(f"Cc: {', '.join(f'{name}{n}@x.example' for n in range(15))}" for name in "a")
    letter = returned(message(("message/rfc822", many), ("message/rfc822", many.replace("a", "b")), text=each), "")
    assert len(letter.also_to) == 20
    assert letter.to == ()


@pytest.mark.parametrize(
    ("field", "message_id"),
    [
        ("Message-ID: <m@council.example>", "<m@council.example>"),
        ("Message-Id:<m@council.example> (added)", "<m@council.example>"),
        ("Message-ID:\n <m@council.example>", "<m@council.example>"),
        ("Message-ID: <m@council\n .example>", "<m@council.example>"),
        ("Message-ID: m@council.example", ""),
        ("Message-ID: <>", ""),
    ],
)
def test_the_message_id_of_the_letter(field: str, message_id: str):
    """In brackets, folded or torn by a server that folds everything."""
    assert returned(message(("message/rfc822", f"{field}\n")), "").message_id == message_id


@pytest.mark.parametrize(
    ("value", "letter"),
    [("L-0042.7", "L-0042.7"), ("L-0042.7; abc", "L-0042.7; abc"), ("L-0042.7;\n abc", "L-0042.7; abc"),
     ("L/1:2=3+4_5 x", "L/1:2=3+4_5"), ("<script>", ""), ("", "")],
)  # fmt: skip
def test_our_own_header(value: str, letter: str):
    """Its token stands behind it; anything else is cut off."""
    assert returned(message(("message/rfc822", f"X-Mailflow-Letter: {value}\n")), "").letter == letter


def test_of_two_letters_the_first_counts():
    """What the part says comes before what the text says; what one lacks the other gives."""
    other = HEAD.replace("m@", "n@").replace("0042", "0043")
    letter = returned(message(("message/rfc822", HEAD)), other)
    assert (letter.message_id, letter.letter) == ("<m@council.example>", "L-0042.7")
    letter = returned(message(("message/rfc822", "Message-ID: <m@council.example>\n")), other)
    assert (letter.message_id, letter.letter) == ("<m@council.example>", "L-0043.7")


@pytest.mark.parametrize(
    "text",
    ["Message-ID: <m@council.example>", "> message-id : <m@council.example>", "* Message-Id:<m@council.example>",
     "\tMessage-ID:\n   <m@council.example>", "x\n  Message-ID: <m@council.example>\nMessage-ID: <n@council.example>"],
)  # fmt: skip
def test_a_letter_named_anywhere(text: str):
    """A report may name it in its words, on one line or two; the first counts, and it is no letter that came back."""
    text = text.replace(" :", ":")
    assert returned(message(text=text), "") == Returned("<m@council.example>", "", (), (), False)
    ours = text.replace("<", "").replace(">", "").replace("@council.example", "")
    for name in ("Message-ID", "message-id", "Message-Id"):
        ours = ours.replace(name, "X-Mailflow-Letter")
    assert returned(message(text=ours), "").letter == "m"


def test_a_name_without_its_letter():
    """The words alone, at the end of a report, or without a colon say nothing."""
    for text in ("The message-id was <m@council.example>", "Message-ID\n<m@council.example>", "x\nMessage-ID:"):
        assert returned(replace(message(), text=text), "").message_id == ""
    assert returned(replace(message(), text="<m@x.example>\nX-Mailflow-Letter:"), "").letter == ""
    assert returned(replace(message(), text="x\nX-Mailflow-Letter:\n L-1X \ny"), "").letter == "L-1X"


@pytest.mark.parametrize("kind", ["message/disposition-notification", "message/delivery-status"])
@pytest.mark.parametrize("field", ["Original-Message-ID", "X-Original-Message-ID"])
def test_a_letter_named_by_a_statement(kind: str, field: str):
    """A filter's rejection has the shape of a read receipt, Gmail names the letter in its status part."""
    fields = f"Reporting-UA: x\n\nFinal-Recipient: rfc822; a@x.example\n{field}: <m@council.example>\n"
    letter = returned(message((kind, fields)), "")
    assert (letter.message_id, letter.to, letter.found) == ("<m@council.example>", (), False)
    assert letter.also_to == (("a@x.example",) if "disposition" in kind else ())
    assert returned(message((kind, fields), ("message/rfc822", HEAD)), "").message_id == "<m@council.example>"
    other = fields.replace("<m@", "<n@")
    assert returned(message((kind, other), ("message/rfc822", HEAD)), "").message_id == "<m@council.example>"
    assert returned(message(("text/plain", fields)), "").message_id == ""


def test_a_letter_that_the_report_answers():
    """Where nothing else names it: In-Reply-To, else the last of References."""
    head = "References: <a@council.example> <b@council.example>\n"
    assert returned(message(head=head), "").message_id == "<b@council.example>"
    assert returned(message(head=f"In-Reply-To: <c@council.example>\n{head}"), "").message_id == "<c@council.example>"
    assert returned(message(("message/rfc822", HEAD), head=head), "").message_id == "<m@council.example>"
