"""The fields of RFC 3464, where servers put them and as they write them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from mailflow.mail.dsn import is_success_report, read_bounce
from mailflow.mail.dsn_returned import Returned
from mailflow.mail.dsn_standard import Stated, failures, stated
from mailflow.mail.parse import parse


def report(fields: str, kind: str = "message/delivery-status", words: str = "words", letter: str = "") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\nTo: c@council.example\nSubject: Delivery Status Notification\n"
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n"
        f"--r\n\n{words}\n--r\nContent-Type: {kind}\n\n{fields}\n"
        f"--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m@c.example>\n{letter}\n--r--\n"
    ).encode()


@pytest.mark.parametrize("kind", ["message/delivery-status", "text/plain", "message/global-delivery-status"])
def test_wrong_labels(kind: str) -> None:
    """The fields count also where their part bears another label."""
    fields = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n"
    bounce = read_bounce(parse(report(fields, kind)))
    assert bounce is not None
    assert [(f.recipient, f.status) for f in bounce.failures] == [("a@x.example", "5.1.1")]


@pytest.mark.parametrize(
    ("fields", "found", "delayed"),
    [
        ("Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1\n\n"
         "Final-Recipient: rfc822;b@x.example\nAction: delivered\nStatus: 2.0.0\n", ["a@x.example"], False),
        ("Final-Recipient: rfc822;a@x.example\nAction: delayed\nStatus: 4.4.1\n\n"
         "Final-Recipient: rfc822;b@x.example\nAction: failed\nStatus: 5.1.1\n", ["b@x.example"], False),
        ("Final-Recipient: rfc822;a@x.example\nAction: delayed (queued)\nStatus: 4.4.1\n", ["a@x.example"], True),
        ("Final-Recipient: rfc822;a@x.example\nStatus: 5.1.1 (bad)\n", ["a@x.example"], False),
        ("Final-Recipient: rfc822;a@x.example\nAction: failed\nFinal-Recipient: rfc822;b@x.example\nAction: failed\n",
         ["a@x.example", "b@x.example"], False),
        ("Final-Recipient: rfc822;a@x.example\n\nAction: failed\nStatus: 5.1.1\n", ["a@x.example"], False),
        ("Original-Recipient: rfc822;\nFinal-Recipient: rfc822;a@x.example\nAction: failed\n", ["a@x.example"], False),
    ],
)  # fmt: skip
def test_actions(fields: str, found: list[str], delayed: bool) -> None:
    """Only who was not reached is named; a failure of one outweighs the delay of another."""
    bounce = read_bounce(parse(report(fields)))
    assert bounce is not None
    assert ([f.recipient for f in bounce.failures], bounce.delayed) == (found, delayed)


@pytest.mark.parametrize(
    ("final", "original", "words", "letter", "recipient"),
    [
        ("rfc822;in@y.example", "rfc822;a@x.example", "", "To: a@x.example\n", "a@x.example"),
        ("rfc822;in@y.example", "rfc822;a@x.example", "", "To: in@y.example\n", "in@y.example"),
        ("rfc822;in@y.example", "rfc822;a@x.example", "", "", "a@x.example"),
        ("rfc822;jane", "", "", "To: jane@x.example, b@x.example\n", "jane@x.example"),
        ("x400;/G=Jane/", "", "<jane@x.example>: user unknown", "", "jane@x.example"),
        ("x400;/G=Jane/", "", "", "To: Jane <jane@x.example>\n", "jane@x.example"),
        ("rfc822;jane%in.example@gw.example", "", "", "", "jane@in.example"),
        ("rfc822;jane%in.example@gw.example", "", "", "To: jane%in.example@gw.example\n", "jane%in.example@gw.example"),
    ],
)
def test_which_name_the_sender_knows(final: str, original: str, words: str, letter: str, recipient: str) -> None:
    """Of several names for one recipient that which the letter was sent to."""
    fields = f"Original-Recipient: {original}\nFinal-Recipient: {final}\nAction: failed\nStatus: 5.1.1\n"
    bounce = read_bounce(parse(report(fields, words=words or "words", letter=letter)))
    assert bounce is not None
    assert [f.recipient for f in bounce.failures] == [recipient]


def test_success_in_prose_is_no_failure() -> None:
    """A mail system that tells of a success sends a receipt."""
    message = parse(
        b"From: MAILER-DAEMON@mx.example\nSubject: Return receipt\n\n"
        b"   ----- The following addresses had successful delivery notifications -----\n<a@x.example>  (relayed)\n"
    )
    assert read_bounce(message) is None
    assert is_success_report(message)


# --- groups of fields, one by one --------------------------------------------------------------------------------


def fields_of(text: str) -> list[Stated]:
    return stated(parse(report(text)), "")[0]


def test_what_is_stated_of_one_recipient() -> None:
    """Address, name, outcome, status and words; what is not there is empty."""
    full = "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no\n"
    assert fields_of(full) == [Stated("a@x.example", "", "failed", "5.1.1", "smtp; 550 no")]
    assert fields_of("Final-Recipient: rfc822; a@x.example") == [Stated("a@x.example", "", "", "", "")]
    assert fields_of("Action: failed\nStatus: 5.1.1") == [Stated("", "", "failed", "5.1.1", "")]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("Final-Recipient: rfc822; jane", "jane"),
        ("Original-Recipient: rfc822; jane", "jane"),
        ("Final-Recipient: rfc822; inner\nOriginal-Recipient: rfc822; Jane", "jane"),
        ("Final-Recipient: rfc822; inner\nOriginal-Recipient: x400; /G=Jane/", "inner"),
    ],
)
def test_a_name_without_a_domain(fields: str, name: str) -> None:
    """Of a local user; that which the sender has written comes first."""
    assert [(one.recipient, one.name) for one in fields_of(fields)] == [("", name)]


def test_a_torn_group_belongs_to_the_recipient_before_it() -> None:
    """Behind a blank line in a group its fields go on with the last recipient, not with the first."""
    text = (
        "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; b@x.example\n\nAction: delayed\nStatus: 4.4.1\n"
    )
    assert [(one.recipient, one.outcome, one.status) for one in fields_of(text)] == [
        ("a@x.example", "failed", "5.1.1"),
        ("b@x.example", "delayed", "4.4.1"),
    ]


def test_a_folded_line_is_no_field() -> None:
    """What a server quotes behind a fold stays with the field above, though it looks like one."""
    text = "Final-Recipient: rfc822; a@x.example\nDiagnostic-Code: smtp; 550 no\n status: 4.2.2\nStatus: 5.1.1\n"
    assert fields_of(text) == [Stated("a@x.example", "", "failed", "5.1.1", "smtp; 550 no status: 4.2.2")]


@pytest.mark.parametrize("marks", [" ", ">", "> ", ">> ", " > > ", "        "])
def test_fields_behind_marks_of_quotation(marks: str) -> None:
    """Indented or quoted fields are read as if they stood at the margin."""
    lines = ["Final-Recipient: rfc822; a@x.example", "X-Actual-Recipient: rfc822; b@x.example", "Status: 5.1.1"]
    found = fields_of("".join(f"{marks}{line}\n" for line in lines))
    assert [(one.recipient, one.status) for one in found] == [("a@x.example b@x.example", "5.1.1")]


def test_a_status_part_in_base64_without_a_word_of_it() -> None:
    """Some gateways encode the part and do not say so."""
    text = b64encode(b"Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n").decode()
    assert fields_of(text) == [Stated("a@x.example", "", "failed", "5.1.1", "")]


@pytest.mark.parametrize("text", ["Action: failed\nStatus: 5.1.1", "X-Actual-Recipient: rfc822; a@x.example"])
def test_lines_of_people_are_no_fields(text: str) -> None:
    """In plain words, or in a mail that came along, only the fields that begin a group show that they are some."""
    message = parse(b"From: jane@x.example\nSubject: x\n\nx\n")
    assert stated(message, text) == ([], "")
    within = replace(message, parts=(("message/rfc822", f"Subject: x\n\n{text}\n".encode()),))
    assert stated(within, "") == ([], "")
    assert stated(message, f"Reporting-MTA: dns; mx.example\n\n{text}")[1] == "text"


# --- whom the letter was sent to -----------------------------------------------------------------------------------

A, B, C = "a@x.example", "b@x.example", "c@x.example"


def failed(*told: Stated, to: str = "", also_to: str = "", prose: str = "", words: str = "") -> list[str]:
    letter = Returned("", "", tuple(to.split()), tuple(also_to.split()), True)
    return [one.recipient for one in failures(told, letter, prose.split(), words)[0]]


def of(recipient: str = "", name: str = "", outcome: str = "failed", status: str = "", said: str = "") -> Stated:
    return Stated(recipient, name, outcome, status, said)


@pytest.mark.parametrize(
    ("one", "given", "recipient"),
    [
        (of(f"{B} {C}"), {"to": f"{A} {C}"}, C),
        (of(f"{B} {C}"), {"to": A, "also_to": f"{A} {C}"}, C),
        (of(f"{B} {C}"), {"to": A}, B),
        (of("b@y.example b%x.example@y.example"), {"to": f"{A} {B}"}, B),
        (of("b%x.example@y.example"), {"to": A}, B),
        (of("b%x.example@y.example"), {"to": "b%x.example@y.example"}, "b%x.example@y.example"),
        (of(name="b"), {"prose": f"{A} {B}", "to": C}, B),
        (of(name="b"), {"to": f"{A} {B}"}, B),
        (of(name="b"), {"to": A, "also_to": f"{C} {B}"}, B),
        (of(name="d"), {"prose": C, "to": A, "also_to": B}, C),
        (of(), {"to": A, "also_to": B}, A),
        (of(), {"also_to": f"{B} {A}"}, B),
        (of(), {}, ""),
    ],
)
def test_which_address_of_several(one: Stated, given: dict[str, str], recipient: str) -> None:
    """That which the letter was sent to, behind a gateway's route too; by its name; else the only one there can be."""
    assert failed(one, **given) == [recipient]


def test_of_several_recipients_nobody_is_guessed() -> None:
    """With two of them a name must fit; who is named nowhere stays without an address, and each is named once."""
    assert failed(of(name="b"), of(name="a"), to=f"{A} {B}") == [B, A]
    assert failed(of(name="d"), of(), to=A, prose=B) == [""]
    assert failed(of(A), of(A, status="5.1.1"), of(B)) == [A, B]


def test_an_outcome_that_is_not_told_is_a_failure() -> None:
    """A server that reports and says nothing of the outcome has given up; what is done is nobody's failure."""
    letter = Returned("", "", (), (), True)
    assert failed(of(A, outcome="")) == [A]
    assert failures([of(A, outcome="done"), of(B)], letter, (), "")[0][0].recipient == B
    gone, late = failures([of(A, outcome="delayed"), of(B)], letter, (), "")
    assert [[one.recipient for one in both] for both in (gone, late)] == [[B], [A]]
    assert gone[0].permanent and not late[0].permanent


def test_the_words_of_a_report_count_for_a_lone_recipient() -> None:
    """What the report says around its fields tells of one recipient, of two it cannot be said which is meant."""
    letter = Returned("", "", (), (), True)
    assert not failures([of(A)], letter, (), "The mailbox is over quota.")[0][0].permanent
    assert [one.permanent for one in failures([of(A), of(B)], letter, (), "The mailbox is over quota.")[0]] == [
        True
    ] * 2
