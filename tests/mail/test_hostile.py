"""Hostile mail: whatever comes, the reading stays within its declared bounds and raises nothing but Unreadable."""

from __future__ import annotations

import contextlib
import random
import struct
from base64 import encodebytes
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.errors import Unreadable
from mailflow.mail import (
    addresses,
    authenticity,
    classify,
    contents,
    dsn,
    fields,
    html_text,
    parse,
    reply_text,
    skeleton,
)
from mailflow.mail.message import Message
from tests.mail import wrapping

HEAD = b"From: a@example.org\nTo: b@example.org\nSubject: s\nMessage-ID: <1@example.org>\n"


def read(octets: bytes) -> Message:
    """Parse, and let every reader of this room look at it."""
    message = parse.parse(octets)
    assert len(message.headers) <= fields.MAX_HEADERS + 40
    assert len(message.text) <= contents.MAX_TEXT
    assert len(message.attachments) <= contents.MAX_ATTACHMENTS
    assert len(message.to) <= addresses.MAX_ADDRESSES
    assert "\x00" not in message.text
    assert "\n" not in message.subject
    assert all("/" not in a.name and "\x00" not in a.name and "\n" not in a.name for a in message.attachments)
    message.text.encode("utf-8")
    message.subject.encode("utf-8")
    assert classify.classify(message).reason
    dsn.read_bounce(message)
    assert not authenticity.judge(message, "mx.council.example").passed
    reply_text.split(message)
    return message


def nested(depth: int) -> bytes:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth))
    return HEAD + opened + b"\ndeep\n" + b"".join(b"--b%d--\n" % i for i in reversed(range(depth)))


def test_ten_thousand_headers():
    """A flood of headers is cut; the ones that matter are kept wherever they stand."""
    message = read(b"".join(b"X-%d: y\n" % i for i in range(10_000)) + HEAD + b"\nhello\n")
    assert message.from_ is not None and message.from_.email == "a@example.org"
    assert message.text.strip() == "hello"


def test_thirty_thousand_recipients():
    """A flood of recipients is cut and said so."""
    message = read(HEAD + b"Cc: " + b", ".join(b"u%d@example.org" % i for i in range(30_000)) + b"\n\nhello\n")
    assert 0 < len(message.cc) <= addresses.MAX_ADDRESSES
    assert message.defects


def test_shallow_nesting_is_read_and_deep_is_cut():
    """Ten levels are read through; two thousand stop at the bound, before any recursive parser sees them."""
    assert read(nested(10)).text.strip() == "deep"
    assert any("nested" in defect for defect in read(nested(2_000)).defects)
    part, depth = skeleton.skeleton(nested(2_000)).root, 0
    while part.children:
        part, depth = part.children[0], depth + 1
    assert depth == skeleton.MAX_DEPTH


@pytest.mark.parametrize(
    "octets",
    [
        HEAD + b"Content-Type: message/rfc822\n\n" * 3_000,
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
        + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 3_000,
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhi\n" * 20_000,
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: a/b; name=x\n\nx\n" * 20_000,
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"\n--" * 1_000_000,
        HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 100_000,
        HEAD + b"Content-Type: text/html\n\n" + b"<blockquote>&" * 100_000,
        HEAD + b"Content-Type: text/html; charset=iso-8859-1\n\n<div>" + b"\xa0" * 500_000,
        HEAD + b"Content-Type: text/plain; a=\"" + b";" * 300_000 + b"\n\nx",
        HEAD + b"Subject: " + b"=?utf-8?q?x" * 50_000 + b"\n\nx",
        HEAD + b"Cc: " + b"(" * 100_000 + b"\n\nx",
        HEAD + b"Date: " + b"(" * 100_000 + b"\n\nx",
        HEAD + b"\n" + b"x" * 5_000_000,
        HEAD + b"\n" + b"Fwd: " + b"-" * 200_000,
        HEAD + b"\n" + b"On " * 100_000,
        HEAD + b"\n" + b"> " * 100_000,
        HEAD + b"\n" + b"On 1 a wrote\n" * 50_000,
        HEAD + b"\n" + b"Kind regards\n\n" * 30_000,
        HEAD + b"\n" + b"until 1 " * 50_000,
        b"From: mailer-daemon@example.org\nSubject: failure notice\n\n" + b"a@b.example " * 30_000,
        b"From: mailer-daemon@example.org\nSubject: failure notice\n\n" + b"a" * 300_000,
        HEAD + b"Authentication-Results: mx.council.example; " + b"(" * 5_000 + b"\n\nx",
        HEAD + b"Authentication-Results: mx.council.example; " + b"dkim=pass " * 800 + b"\n\nx",
        HEAD.replace(b"\n", b"\r") + b"\r\rlone carriage returns",
    ],
)  # fmt: skip
def test_floods_stay_bounded(octets: bytes):
    """Each known way to make a mail reader slow ends within the declared bounds."""
    with contextlib.suppress(Unreadable):
        read(octets)


def test_no_break_spaces_stay_until_they_cost_time():
    """Some hundred are shown as they are; a flood of them, which a parser pays for with its square, becomes spaces."""
    assert "&nbsp;" in html_text.safe_html("<p>" + "a\xa0" * 300 + "</p>")
    assert "&nbsp;" not in html_text.safe_html("<p>" + "a\xa0" * 30_000 + "</p>")


def test_private_marks_cannot_be_typed():
    """The marks that html_text sets round quotes are taken out of what people send."""
    assert html_text.to_text("<p>\ue0f3Accepted\ue0f1</p>").strip() == "Accepted"


def inside(kind: bytes, octets: bytes) -> bytes:
    """A mail that is nothing but one wrapper."""
    return HEAD + b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: base64\n\n" + encodebytes(octets)


TNEF, CMS, MSG = b"application/ms-tnef", b"application/pkcs7-mime", b"application/vnd.ms-outlook; name=a.msg"
RICH = rb"{\rtf1\ansi\fromhtml1{\fonttbl{\f0\fcharset204 A;}}{\*\htmltag <p>}\'e9 \u233?\htmlrtf {\htmlrtf0 x}\bin5 a}"
WRAPPERS = {
    TNEF: wrapping.tnef(
        [(0x1F, 0x8001, wrapping.wide("n")), (0x102, 0x1009, wrapping.stored_rtf(RICH))],
        [("A", b"data", [(0x1F, 0x3707, wrapping.wide("long.txt"))]), ("", b"", [(0x0D, 0x3701, bytes(16) + b"x")])],
    ),
    CMS: wrapping.signed(b"Content-Type: text/plain\n\nWe accept.", pieces=8),
    MSG: wrapping.compound(wrapping.saved("Old", "words", {"a.csv": b"1,2\n" * 1_500, "b": wrapping.saved("In", "x")})),
    b"text/rtf": RICH,
}


def spoilt(octets: bytes, dice: random.Random) -> bytes:
    """The octets with a few changes of the kinds that lead readers astray: numbers, cuts, repetitions."""
    changed = bytearray(octets)
    for _ in range(dice.choice([1, 1, 2, 4, 12])):
        at, what = dice.randrange(len(changed)), dice.randrange(4)
        if what == 0:
            changed[at] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
        elif what == 1:
            changed[at : at + 4] = struct.pack(
                "<I", dice.choice([0, 1, 2, 0x7FFFFFFF, 0xFFFFFFFE, dice.getrandbits(32)])
            )
        elif what == 2 and len(changed) > 100:
            del changed[at : at + dice.randrange(1, 64)]
        else:
            other = dice.randrange(len(changed))
            changed[at:at] = changed[other : other + dice.randrange(1, 200)]
    return bytes(changed)


@pytest.mark.parametrize("kind", WRAPPERS, ids=["tnef", "cms", "msg", "rtf"])
def test_spoilt_wrappers(kind: bytes):
    """Whatever is changed in a wrapper, it is opened as far as it can be, or said to be closed."""
    dice = random.Random(4)
    for _ in range(120):
        assert read(inside(kind, spoilt(WRAPPERS[kind], dice))).subject == "s"


BOMBS: list[Callable[[], bytes]] = [
    lambda: inside(b"text/rtf", b"{\\rtf1" + b"{" * 400_000),
    lambda: inside(b"text/rtf", b"{\\rtf1{\\fonttbl" + b"\\f1\\fcharset204" * 30_000),
    lambda: inside(b"text/rtf", b"{\\rtf1" + b"\\bin99999999999 " * 1_000),
    lambda: inside(CMS, b"\x30\x80" * 300_000),
    lambda: inside(CMS, wrapping.signed(b"x" * 100_000, pieces=1)),
    lambda: inside(TNEF, wrapping.tnef([(3, 1, b"1234")] * 50_000)),
    lambda: inside(TNEF, wrapping.tnef([(0x102, 0x1009, struct.pack("<II", 0, 1 << 31) + b"LZFu" + bytes(4)
                                        + (b"\xff" + b"\x00\x0f" * 8) * 50_000)])),
    lambda: inside(MSG, wrapping.compound({"__substg1.0_1000001F": b"x"}) + bytes(3_000_000)),
    lambda: HEAD + b"\n" + b"begin 644 a\n" * 50_000,
    lambda: HEAD + b"\n" + b"-----BEGIN PGP MESSAGE-----\n" * 50_000,
    lambda: HEAD + b"Content-Type: text/enriched\n\n" + b"<param>" * 100_000,
    lambda: HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"Q=" * 500_000,
    lambda: HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + b"\xff\xc3\xa9\n" * 200_000,
    lambda: HEAD + b"Content-Type: application/pdf; name*0=" + b"; name*1=".join([b"a"] * 1_000) + b"\n\nx",
    lambda: b"junk\n" * 200_000 + HEAD,
    lambda: HEAD + b"junk\nX-A: b\n" * 20_000 + b"\nx",
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_small_mails_that_mean_much_work(bomb: Callable[[], bytes]):
    """What expands, nests or repeats inside one part ends within the declared bounds."""
    with contextlib.suppress(Unreadable):
        read(bomb())


PIECES = st.sampled_from([
    b"From: ", b"Subject: ", b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: text/html\n", b"\n",
    b"\n\n", b"--b\n",
    b"--b--\n", b"Content-Type: message/rfc822\n", b"Content-Type: message/delivery-status\n", b"=?utf-8?B?", b"?=",
    b"a@b.example",
    b"Content-Transfer-Encoding: base64\n", b"charset=\"", b"; name*0*=", b"<", b">", b"\"", b"(", b"\x00", b"\xff",
    b"\r", b" ",
    b"Auto-Submitted: auto-replied\n", b"Authentication-Results: ", b"Action: failed\n", b"Final-Recipient: rfc822;",
    b"On ", b"wrote:",
    b"<blockquote>", b"</div>", b"BEGIN:VCALENDAR\nMETHOD:", b"Content-Disposition: attachment; filename=", b"Date: ",
    b"> ", b"-- \n",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=40))
def test_any_octets(pieces: list[bytes]):
    """Any mixture of mail-like pieces is read or Unreadable, and every reader of the room survives it."""
    with contextlib.suppress(Unreadable):
        read(HEAD + b"".join(pieces))
    with contextlib.suppress(Unreadable):
        read(b"".join(pieces))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_html(html: str):
    """Any text taken for HTML yields text."""
    html_text.to_text(html)
    html_text.safe_html(html)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab> \n-:@1OnFromSetTubjc.wrote"), max_size=300))
def test_a_split_loses_no_words(text: str):
    """Every word of a mail is in one of the three voices."""
    reply = reply_text.split_text(text)
    assert sorted(" ".join((reply.new, reply.quoted, reply.signature)).split()) == sorted(text.split())
