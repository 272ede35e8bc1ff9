"""What stands in a delivery report: codes, fields, names, lists, the returned letter; each form by itself."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn_address import addresses, clean, local_name, looks_made_by_machine, typed, unrouted
from mailflow.mail.dsn_standard import stated
from mailflow.mail.dsn_verdict import judge
from mailflow.mail.message import Message
from mailflow.mail.parse import parse


def mail(text: str = "x", head: str = "") -> Message:
    return parse(f"From: MAILER-DAEMON@mx.example\nSubject: x\n{head}\n{text}\n".encode())


def part(kind: str, content: str, words: str = "x", head: str = "") -> Message:
    return mail(
        f"--r\n\n{words}\n--r\nContent-Type: {kind}\n\n{content}\n--r--",
        f"{head}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=r\n",
    )


# --- the verdict -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    ["450 x", "x: 450 x", "x:450", "<450 x", "x >450 x", "(450)", "#450", "'450'", '"450"', "[450]", "x,450 x",
    "x;450;",
     "x=450 x", "said 450-x", "code 450 x", "error 450 x", "status 450 x", "reply 450 x", "response 450 x",
     "SMTP 450#x",
     "with 450 x", "returned 450 x", "answer 450 x", "was 450.", "respuesta 450 x", "x: 450<x",
     "x: 499 x"[:2] + " 450 x",
     "x: 400 x", "x: 459 x"],
)  # fmt: skip
def test_where_a_reply_code_stands(said: str):
    """First, or behind what introduces it: then "denied" beside it is only for now."""
    assert not judge("a@x.example", said=f"{said} denied").permanent
    assert judge("a@x.example", said="denied").permanent


@pytest.mark.parametrize(
    "said",
    ["See 450 x", "450 bytes", "450 kb", "450 MB", "450 gb", "450 days", "450 hours", "450 minutes", "450 seconds",
    "4501",
     "x: 460 x", "x: 350 x", "toward 450 x", "450x", "1450 x"],
)  # fmt: skip
def test_numbers_that_are_no_reply_code(said: str):
    """Sizes, times, and numbers of anything."""
    assert judge("a@x.example", said=f"{said} denied").permanent


@pytest.mark.parametrize(
    ("status", "said", "exact"),
    [("5.1.1", "4.2.2", "5.1.1"), ("5.0.0", "4.2.2", "4.2.2"), ("5.0.0", "x", "5.0.0"), ("2.0.0", "5.1.1", "5.1.1"),
     ("", "4.0.0 5.1.1", "5.1.1"), ("", "2.1.5 4.2.2", "4.2.2"), ("", "4.0.0", "4.0.0"), ("5.0.0", "4.0.0", "5.0.0"),
     ("", "v5.1.1", ""), ("", "V5.1.1", ""), ("", "5.1.1.2", ""), ("", "15.1.1", ""), ("", "5.8.1", ""),
     ("", "5.7.606", "5.7.606"),
     ("", "5.1.1.", "5.1.1"), ("", "3.1.1", ""), ("5.1.1 (x)", "", "5.1.1")],
)  # fmt: skip
def test_which_enhanced_code_counts(status: str, said: str, exact: str):
    """The field's, unless it only gives a class and the words say more (RFC 3463)."""
    assert judge("a@x.example", status=status, said=said).status == exact


@pytest.mark.parametrize(
    ("given", "permanent"),
    [
        ({"around": "450 x"}, False), ({"around": "4.2.2"}, False), ({"said": "5.0.0", "around": "4.2.2"}, False),
        ({"said": "550 x", "around": "4.2.2"}, True), ({"said": "over quota", "around": "5.1.1"}, False),
        ({"status": "5.0.0", "said": "450 x"}, False), ({"status": "4.0.0", "said": "550 x"}, True),
        ({"status": "4.0.0"}, False), ({"status": "5.0.0", "around": "over quota"}, True),
        ({"status": "4.2.2", "said": "550 x"}, False), ({"around": "over quota"}, False), ({"around": "x"}, True),
        ({"said": "User <full@x.example> is (timeout@x.example) x"}, True), ({"said": "timeout@x.example"}, True),
        ({"said": "it is\n  full"}, False), ({"around": "it is\n  full"}, False),
        ({"said": "x", "around": "x" * 4_000 + " over quota"}, True), ({"said": "x" * 4_000 + " over quota"}, True),
    ],
)  # fmt: skip
def test_what_counts_before_what(given: dict[str, str], permanent: bool):
    """Exact codes, reply codes, words; the rest of the report only where all that is silent."""
    assert judge("a@x.example", **given).permanent is permanent


@pytest.mark.parametrize(
    "status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.310", "5.2.1", "5.7.13", "5.7.17", "5.7.18"]
)
def test_codes_of_no_such_mailbox(status: str):
    """Each by itself, without any words (RFC 3463, Exchange)."""
    assert judge("a@x.example", status=status).dead_address
    assert not judge("a@x.example", status=status, failed=False).dead_address
    assert not judge("a@x.example", status=f"4{status[1:]}").dead_address


@pytest.mark.parametrize(
    ("status", "said", "dead"),
    [("5.2.2", "no such user", False), ("5.2.3", "no such user", False), ("5.3.4", "no such user", False),
     ("5.4.1", "no such user", True), ("5.7.1", "no such user", True), ("5.7.1", "mailbox unavailable", False),
     ("5.5.0", "mailbox unavailable", True), ("", "550 x", False), ("5.0.0", "x", False)],
)  # fmt: skip
def test_words_beside_a_code(status: str, said: str, dead: bool):
    """A full mailbox and a letter too large are no dead addresses; a refusal by policy speaks of the letter."""
    assert judge("a@x.example", status=status, said=said).dead_address is dead
    assert judge("a@x.example", status=status, said="x", around=said).dead_address is dead


def test_a_verdict_keeps_the_beginning_of_what_was_said():
    """For the people who look at it, without line ends."""
    assert judge("a@x.example", said="a\n b " + "x" * 400).diagnostic == "a b " + "x" * 296


# --- the fields of RFC 3464 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "outcome"),
    [(word, "failed") for word in ("failed", "Failure", "undeliverable", "not delivered", "rejected", "error",
    "bounced",
                                   "expired", "unknown")]
    + [(word, "delayed") for word in ("delayed", "deferred", "Warning", "transient-failure", "retry", "postponed")]
    + [(word, "done") for word in ("delivered", "relayed", "expanded", "success")]
    + [("x", ""), ("", ""), ("x\nStatus: 5.1.1", "failed"), ("x\nStatus: 4.1.1", "delayed"),
    ("x\nStatus: 2.1.1", "done"),
       ("x\nDiagnostic-Code: smtp; 5.1.1", "failed"), ("x\nDiagnostic-Code: smtp; 4.1.1", "delayed")],
)  # fmt: skip
def test_words_of_an_action(action: str, outcome: str):
    """RFC 3464 section 2.3.3 and what servers write instead; without any, the status tells."""
    told, where = stated(part("message/delivery-status", f"Final-Recipient: rfc822; a@x.example\nAction: {action}"), "")
    assert ([(one.recipient, one.outcome) for one in told], where) == ([("a@x.example", outcome)], "part")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Final-Recipient: rfc822; a@x.example", ["a@x.example"]),
        ("Original-Recipient: rfc822; a@x.example", ["a@x.example"]),
        ("X-Actual-Recipient: rfc822; a@x.example", ["a@x.example"]),
        ("Action: failed\nStatus: 5.1.1", [""]),
        ("Action: failed", []),
        ("Status: 5.1.1", []),
        ("Final-Recipient: rfc822; a@x.example\nOriginal-Recipient: rfc822; b@x.example\nX-Actual-Recipient: c@x.org",
         ["b@x.example a@x.example c@x.org"]),
        ("Final-Recipient: a@x.example\n\nFinal-Recipient: b@x.example", ["a@x.example", "b@x.example"]),
        ("Final-Recipient: a@x.example\nFinal-Recipient: b@x.example", ["a@x.example", "b@x.example"]),
        (" > Final-Recipient: a@x.example\n > Final-Recipient: b@x.example", ["a@x.example", "b@x.example"]),
        ("Final-Recipient: a@x.example\n Action: x\n\n Final-Recipient: b@x.example", ["a@x.example", "b@x.example"]),
        ("Reporting-MTA: dns; mx.example\n\nX-Queue: 1\n\nFinal-Recipient: a@x.example", ["a@x.example"]),
    ],
)  # fmt: skip
def test_groups_of_fields(text: str, found: list[str]):
    """One for each recipient, divided by blank lines or by the next name; a group must tell of somebody."""
    assert [one.recipient for one in stated(part("message/delivery-status", text), "")[0]] == found


def test_a_torn_group_is_put_together():
    """A blank line in the middle; the first word of each name counts."""
    text = "Final-Recipient: a@x.example\nAction: failed\n\nStatus: 5.1.1\nAction: delayed\nDiagnostic-Code: smtp; no"
    (one,) = stated(part("message/delivery-status", text), "")[0]
    assert (one.outcome, one.status, one.said) == ("failed", "5.1.1", "smtp; no")


@pytest.mark.parametrize("name", ["Final-Recipient", "Original-Recipient", "Reporting-MTA"])
def test_fields_in_plain_words_and_within(name: str):
    """As the report's own text, or in a mail that a gateway has wrapped; behind marks of quotation too."""
    text = f"{name}: rfc822; a@x.example\nX-Actual-Recipient: rfc822; a@x.example\nAction: failed"
    for report in (text, f"x\n \t> {text}", text.replace(":", " :", 1)):
        told, where = stated(mail(), report)
        assert ([one.recipient for one in told], where) == (["a@x.example"], "text"), report
    told, where = stated(part("message/rfc822", f"Subject: x\n\n{text}"), "")
    assert ([one.recipient for one in told], where) == (["a@x.example"], "within")
    assert stated(mail(), f"x{text}".partition("\n")[0]) == ([], "")


# --- names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rfc822", "rfc 822", "RFC-822", "smtp", "utf-8", "unknown", "local", "x-unknown",
"dns", "email",
                                  "internet", "x400", "x.400", "x500", "x.500", "fax", "system"])  # fmt: skip
def test_types_of_addresses(kind: str):
    """Whatever type a server gives, an address behind it is one; a name alone counts behind types of names."""
    names = kind in {"x400", "x.400", "x500", "x.500", "fax", "system"}
    assert typed(f" {kind}; jane@x.example") == "jane@x.example"
    assert local_name(f" {kind} ; jane") == ("" if names else "jane")


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("imceasmtp-jane+40x+2Eexample@y.example", "jane@x.example"),
        ("IMCEA-jane+40x+2Eexample@y.example", "jane@x.example"),
        *((f"imcea{kind}-jane+40x+2Eexample@y.example", "jane@x.example")
          for kind in ("ex", "invalid", "mailto", "fax", "notes", "rfc822", "x400")),
        ("imceaccmail-jane+40x+2Eexample@y.example", "imceaccmail-jane+40x+2eexample@y.example"),
        ("imceaex-_o=x@y.example", ""), ("/o=x/cn=jane@y.example", ""),
        ("/jane@y.example", "/jane@y.example"), ("jane@localhost", ""), ("jane@[192.0.2.1]", "jane@[192.0.2.1]"),
        ("..jane@x.example..", "jane@x.example"), (">|*jane@x.example", "jane@x.example"),
        ("-=&jane@x.example", "jane@x.example"),
        ("jane@x.example..and", "jane@x.example"), ("jane@x.example-_", "jane@x.example"),
        ("'jane'@x.example", "jane@x.example"),
        ('"jane.roe"@x.example', "jane.roe@x.example"), ('"jane roe"@x.example', '"jane roe"@x.example'),
    ],
)  # fmt: skip
def test_what_is_taken_off_an_address(value: str, address: str):
    """Marks, gateways' codes, trailing dots; an X.400 name is no address."""
    assert clean(value) == address


def test_other_names():
    """Routes of old, names made by machines, many in a line."""
    assert (unrouted("jane%x.example@y.example"), unrouted("jane%x@y.example"), unrouted("%x.example@y.example")) == (
        "jane@x.example", "jane%x@y.example", "%x.example@y.example")  # fmt: skip
    assert unrouted("a%b.example%x.example@y.example") == "a%b.example@x.example"
    assert typed("x.y.example!jane") == "jane@x.y.example"
    assert addresses("<@a.example,@b.example:jane@x.example>") == ["jane@x.example"]
    assert addresses("a@x.example A@x.example b@x.example") == ["a@x.example", "b@x.example"]
    assert len(addresses(" ".join(f"a{n}@x.example" for n in range(30)))) == 20
    assert local_name('rfc822; "<Jane>"') == "jane"
    assert (local_name("jane roe"), local_name("")) == ("", "")
    for name, made in (("0123456789abcdef", True), ("x" * 40, True), ("x" * 39, False), ("0123456789abcde", False)):
        assert looks_made_by_machine(f"{name}@x.example") is made, name
    assert looks_made_by_machine("jane@[192.0.2.1]")
