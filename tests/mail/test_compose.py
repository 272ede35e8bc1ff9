"""What a letter looks like on the wire: CRLF, 7-bit, always the same, nothing injected (mail.md "Sending")."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.errors import CannotRender
from mailflow.mail.compose import Draft, compose, message_id_for
from mailflow.mail.message import Address, Attachment

OFFICE = Address("Contract concerns", "concerns@council.example")
JOSE = Address("Smith, Jos\u00e9", "jose@oakfield.example")
PDF = Attachment("letter.pdf", "application/pdf", bytes(range(256)) * 40, "")
DRAFT = Draft(
    message_id="<abc@mail.test>",
    from_=OFFICE,
    to=(JOSE,),
    cc=(),
    reply_to=OFFICE,
    subject="[CC-2027-0042-K7] Concern about your service",
    text="Dear Jos\u00e9\n\nPlease answer by Tuesday 16 February 2027.\n",
    html="<p>Dear Jos\u00e9</p>",
    date=datetime(2027, 2, 2, 9, 30, tzinfo=UTC),
    auto_submitted="",
    references=(),
    in_reply_to="",
    letter_id="L-1",
    loop="mailflow-council",
    attachments=(),
)


def _read(octets: bytes):
    return email.message_from_bytes(octets, policy=policy.default)


@pytest.mark.parametrize("attachments", [(), (PDF,), (PDF, replace(PDF, name="\u00fcber uns.pdf"))])
def test_octets_are_crlf_and_seven_bit(attachments):
    """Only CRLF, only ASCII, no line over 998 octets: no server on the way has a reason to rewrite the mail."""
    octets = compose(replace(DRAFT, attachments=attachments, text="x" * 5000 + "\n.\nFrom here\r\nold\rmac\n"))
    assert octets.isascii()
    assert octets.count(b"\r\n") == octets.count(b"\n") == octets.count(b"\r")
    assert max(len(line) for line in octets.split(b"\r\n")) <= 998


def test_the_same_draft_gives_the_same_octets():
    """Every attempt sends the same mail, boundaries included; another letter has other boundaries."""
    draft = replace(DRAFT, attachments=(PDF,))
    assert compose(draft) == compose(draft)
    assert _read(compose(draft)).get_boundary() != _read(compose(replace(draft, letter_id="L-2"))).get_boundary()


def test_text_and_html_stand_side_by_side():
    """Plain text first, HTML second, as alternatives of one another (RFC 2046 section 5.1.4)."""
    message = _read(compose(DRAFT))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == DRAFT.text
    assert message.get_body(("html",)).get_content().strip() == DRAFT.html
    assert _read(compose(replace(DRAFT, html=""))).get_content_type() == "text/plain"


def test_files_come_out_as_they_went_in():
    """Attachments are octet for octet what was filed, names included."""
    files = (PDF, Attachment("r\u00e9sum\u00e9 \u2013 copy.txt", "text/plain", b"a\nb\r\nc\xff\x00", ""))
    message = _read(compose(replace(DRAFT, attachments=files)))
    assert message.get_content_type() == "multipart/mixed"
    got = [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_attachments()]
    assert got == [(one.name, one.octets) for one in files]


@pytest.mark.parametrize(
    "octets, kind",
    [
        (b"Subject: hello\r\n\r\nBody\r\n", "message/rfc822"),
        ("Subject: hello\r\n\r\nCaf\u00e9\r\n".encode(), "application/octet-stream"),
        (b"Subject: hello\n\nBody\n", "application/octet-stream"),
        (b"Subject: hello\r\n\r\nno last line end", "application/octet-stream"),
        (b"Subject: hello\r\n\r\n" + b"x" * 1200 + b"\r\n", "application/octet-stream"),
    ],
)
def test_an_enclosed_mail_keeps_its_octets(octets, kind):
    """A mail that is 7-bit clean travels as message/rfc822, any other as a file (RFC 2046 5.2.1)."""
    enclosed = Attachment("concern.eml", "message/rfc822", octets, "")
    whole = compose(replace(DRAFT, attachments=(enclosed,)))
    (part,) = _read(whole).iter_attachments()
    assert part.get_content_type() == kind
    assert part.get_filename() == "concern.eml"
    if kind == "message/rfc822":
        assert b"\r\n\r\n" + octets + b"\r\n--=_" in whole
    else:
        assert part.get_payload(decode=True) == octets


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hello\r\nBcc: eve@evil.example"},
        {"subject": "Hello\nX: y"},
        {"subject": "Hello\u2028X: y"},
        {"from_": Address("A\r\nBcc: e", "a@b.example")},
        {"to": (Address("A", "a@b.example\r\nBcc: eve@evil.example"),)},
        {"to": (Address("A", "a@b.example, eve@evil.example"),)},
        {"to": (Address("A", "no at sign"),)},
        {"to": (Address("A", "jos\u00e9@b.example"),)},
        {"to": ()},
        {"letter_id": "L\r\nX: y"},
        {"loop": ""},
        {"list_unsubscribe": "<mailto:x@y.example>\r\nX: y"},
        {"auto_submitted": "yes"},
        {"message_id": "abc"},
        {"date": datetime(2027, 2, 2)},  # noqa: DTZ001  (a date without zone is what is refused)
    ],
)
def test_nothing_is_injected_into_a_header(change):
    """A line end or anything else that is not one value of its header is refused before it is written."""
    with pytest.raises(CannotRender):
        compose(replace(DRAFT, **change))


TEXT = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120)


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_any_subject_comes_back(words):
    """Whatever letters a subject has, a reader sees them again after the tag, which stays readable on the wire."""
    subject = " ".join(f"[CC-2027-0042-K7] {words}".split())
    octets = compose(replace(DRAFT, subject=subject))
    assert b"\r\nSubject: [CC-2027-0042-K7]" in octets
    got = " ".join(str(_read(octets)["Subject"]).split())
    assert got.replace(" ", "") == subject.replace(" ", "")


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_any_names_come_back_with_their_addresses(names):
    """Commas, quotes and letters of any script in names never change who is addressed."""
    to = tuple(Address(name, f"p{number}@oakfield.example") for number, name in enumerate(names))
    octets = compose(replace(DRAFT, to=to))
    assert octets.isascii()
    head = octets.partition(b"\r\nReply-To:")[0].partition(b"\r\nTo: ")[2]
    assert head.count(b"@oakfield.example") == len(to)
    assert [one[1] for one in email.utils.getaddresses([head.decode().replace("\r\n", "")])] == [a.email for a in to]


def test_a_name_in_another_script_is_encoded():
    """Names travel as encoded-words (RFC 2047), domains as A-labels (IDNA)."""
    message = _read(compose(replace(DRAFT, to=(Address("\u00dcnal, B", "b@b\u00fccher.example"), JOSE))))
    one, two = message["To"].addresses
    assert (one.display_name, one.addr_spec) == ("\u00dcnal, B", "b@xn--bcher-kva.example")
    assert (two.display_name, two.addr_spec) == ("Smith, Jos\u00e9", "jose@oakfield.example")


def test_automatic_headers_only_where_a_machine_decided():
    """Auto-Submitted only if given; absence notes are asked away only on answers and summaries (mail.md "Sending")."""
    approved, chaser, answer = (
        _read(compose(replace(DRAFT, auto_submitted=word))) for word in ("", "auto-generated", "auto-replied")
    )
    assert approved["Auto-Submitted"] is None and approved["X-Auto-Response-Suppress"] is None
    assert chaser["Auto-Submitted"] == "auto-generated" and chaser["X-Auto-Response-Suppress"] is None
    assert answer["Auto-Submitted"] == "auto-replied" and answer["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    summary = _read(compose(replace(DRAFT, list_unsubscribe="<mailto:concerns@council.example?subject=Weekly%20off>")))
    assert summary["List-Unsubscribe"].startswith("<mailto:")


def test_our_own_headers_are_there():
    """Letter id and loop header of our own, language, Date in UTC."""
    message = _read(compose(DRAFT))
    assert (message["X-Mailflow-Letter"], message["X-Mailflow-Loop"]) == ("L-1", "mailflow-council")
    assert message["Content-Language"] == "en-GB"
    assert message["Date"].datetime == DRAFT.date
    assert message["Message-ID"] == DRAFT.message_id


def test_references_stay_under_four_kilobytes():
    """First id and the latest ones are kept, hostile ones left out (RFC 5322 section 3.6.4)."""
    ids = tuple(f"<{number:0100d}@mail.test>" for number in range(200))
    octets = compose(replace(DRAFT, references=("<bad id>", "<a\r\nX: y@b>", *ids), in_reply_to="<last@mail.test>"))
    field = octets.partition(b"\r\nReferences: ")[2].partition(b"\r\nX-Mailflow")[0]
    assert len(field) < 4000
    got = field.decode().split()
    assert (got[0], got[-1], got[-2]) == (ids[0], "<last@mail.test>", ids[-1])
    assert b"X: y" not in octets
    assert _read(octets)["In-Reply-To"] == "<last@mail.test>"


def test_message_ids_need_the_secret():
    """The same letter and secret give the same id; neither can be told from the other without it."""
    one = message_id_for("L-1", b"secret", "mail.test")
    assert one == message_id_for("L-1", b"secret", "mail.test")
    assert len({one, message_id_for("L-2", b"secret", "mail.test"), message_id_for("L-1", b"other", "mail.test")}) == 3
    assert one.startswith("<") and one.endswith("@mail.test>") and "L-1" not in one
    with pytest.raises(ValueError):
        message_id_for("L-1", b"", "mail.test")
