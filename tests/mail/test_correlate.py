"""Whose case a mail is: precedence, conflicts, forwards, slips (domain.md G1; mail.md 5, 9 to 12)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.mail.correlate import REASONS, correlate
from mailflow.mail.message import Address, Message
from mailflow.mail.reference import make
from mailflow.mail.reply_text import Reply

CC = frozenset({"CC", "CCH"})
ONE, TWO = make("CC", 2027, 42), make("CC", 2027, 43)
OURS = {"<one@mail.test>": ONE, "<two@mail.test>": TWO}
BLOCK = "---------- Forwarded message ---------\nFrom: Concerns <concerns@council.example>\n"


def _mail(subject="", refs=(), in_reply_to=(), headers=()) -> Message:
    someone = Address("Jo", "jo@oakfield.example")
    return Message(
        "<x@oakfield.example>", subject, someone, None, (), (), (), in_reply_to, refs, None, headers, "", "", False,
        (), (), "", (),
    )  # fmt: skip


def _match(message, new="", quoted="", **more):
    return correlate(message, Reply(new, quoted, ""), CC, lambda mid: OURS.get(mid, ""), **more)


@pytest.mark.parametrize(
    "message, new, quoted, by",
    [
        (_mail("Hello", ("<one@mail.test>", "<theirs@oakfield.example>")), "", "", "references"),
        (_mail("Hello", in_reply_to=("<one@mail.test>",)), "", "", "references"),
        (_mail("Our answer"), "We accept.", f"On Monday the council wrote:\n> Reference: [{ONE}]", "quoted"),
        (
            _mail("Our answer"),
            "We accept.",
            f"From: us\nSubject: [{ONE}] letter\n\nDear Jo\nReference: [{ONE}]",
            "quoted",
        ),
        (_mail("Our answer"), "We accept.", f"> *Reference:* [{ONE.lower()}]", "quoted"),
        (_mail(f"Re: AW: [Ticket#4711] [{ONE}] your letter"), "", "", "subject"),
        (_mail("no subject"), f"This is about {ONE}.", "", "body"),
        (_mail(f"[{ONE}]", ("<one@mail.test>",)), f"{ONE}", f"> Reference: [{ONE}]", "references"),
        (_mail(f"[{ONE}]"), f"{ONE}", f"> Reference: [{ONE}]", "quoted"),
    ],
)
def test_each_key_works_alone_and_in_order(message, new, quoted, by):
    """Message-ID, marker in the quote, subject, new text: each finds the case alone, the strongest is named."""
    match = _match(message, new, quoted)
    assert (match.case, match.by, match.others) == (ONE, by, ())
    assert match.reason == SAID[by] == REASONS[by]


@pytest.mark.parametrize(
    "message, new, quoted",
    [
        (_mail(f"Re: [{TWO}]", ("<one@mail.test>",)), "", ""),
        (_mail("Re:", ("<one@mail.test>", "<two@mail.test>")), "", ""),
        (_mail(f"Re: [{ONE}]"), "", f"> Reference: [{TWO}]"),
        (_mail(f"Re: [{ONE}] and [{TWO}]"), "", ""),
        (_mail(f"Re: [{ONE}]"), f"the same goes for {TWO}", ""),
    ],
)
def test_two_cases_named_move_neither(message, new, quoted):
    """A mail that names two cases is a conflict with both recorded, whatever keys name them (mail.md 11)."""
    match = _match(message, new, quoted)
    assert (match.case, match.by, set(match.others)) == ("", "conflict", {ONE, TWO})


def test_the_object_of_a_command_is_not_the_mails_case():
    """A reference a command speaks of names another case; it neither conflicts nor matches."""
    message = _mail(f"Re: [{ONE}]")
    assert _match(message, f"Duplicate of {TWO}", spoken_of=frozenset({TWO})).case == ONE
    assert _match(_mail("hello"), f"Duplicate of {TWO}", spoken_of=frozenset({TWO})).by == "none"


@pytest.mark.parametrize(
    "message, new, quoted",
    [
        (_mail(f"Fwd: [{ONE}] We have received your concern"), "A new concern about another home.", ""),
        (_mail(f"[EXTERNAL] FW: [{ONE}] letter"), "", f"> Reference: [{ONE}]"),
        (_mail("A new concern"), "Please see below.", f"{BLOCK}Reference: [{ONE}]"),
        (_mail("WG: Brief", ("<one@mail.test>",)), "see below", ""),
    ],
)
def test_a_forward_of_an_old_mail_is_put_to_the_officer(message, new, quoted):
    """An old tag inside a forward says what it encloses, not what it is: neither advanced (mail.md 11)."""
    match = _match(message, new, quoted)
    assert (match.case, match.by, match.others) == ("", "conflict", (ONE,))


def test_a_tag_in_a_passed_on_block_is_not_new_text():
    """What stands below a forwarding line is old even if the splitter left it in the new text."""
    assert _match(_mail("A new concern"), f"Please see below.\n{BLOCK}\nabout {ONE}").by == "none"


def test_a_forward_counts_when_its_writer_names_the_case():
    """An officer who forwards a mail and writes the reference above it means that case."""
    match = _match(_mail("Fwd: rotas"), f"For {ONE}", BLOCK)
    assert (match.case, match.by) == (ONE, "body")
    assert match.reason == "A forward whose writer names the case in new words."


def test_a_reply_whose_quote_holds_a_forward_is_still_a_reply():
    """Only a mail that is not a reply itself is judged as a forward by the block it holds."""
    assert _match(_mail("Re: your letter"), "We accept.", f"> Reference: [{ONE}]\n> {BLOCK}").case == ONE


def test_a_reference_in_other_headers_never_counts():
    """Only subject, ids and text name a case; a Received line or any other header does not (mail.md 12)."""
    match = _match(_mail("hello", headers=(("received", f"from x by y with {ONE}"), ("x-tag", ONE))), "hello")
    assert (match.case, match.by, match.guess) == ("", "none", "")


def test_a_quoted_tag_without_our_marker_does_not_count():
    """A chain may mention other cases; only the line our letters write is evidence."""
    assert _match(_mail("hello"), "", f"> as with {ONE} last year").by == "none"


def test_a_tag_that_does_not_hold_is_only_a_guess():
    """One wrong character: no case, held with the reading that would hold (mail.md 12)."""
    match = _match(_mail(f"Re: [{ONE[:-1]}8]"), "hello")
    assert (match.case, match.by, match.guess) == ("", "none", ONE)
    assert "check characters" in match.reason


def test_ids_of_other_people_name_nothing():
    """A Message-ID that is not ours is no evidence; ours among theirs is."""
    assert _match(_mail("hello", ("<a@b.example>",))).by == "none"
    assert _match(_mail("hello", ("<a@b.example>", "<one@mail.test>", "<c@d.example>"))).case == ONE


HEX = "0123456789abcdef0123456789abcdef01234567"
SPOILT = [
    ("references", f"<a@b.example> <{HEX}@mail.te"),
    ("references", f"<{HEX[:20]}\r\n {HEX[20:]}@mail.test>"),
    ("references", f"{HEX}@mail.test <x@y.example>"),
    ("references", f"<{HEX.upper()}@MAIL.TEST>"),
    ("references", f"<x@y.example>,<{HEX}@mail.test>"),
    ("in-reply-to", f"Message from Concerns <concerns@mail.test> of Mon, 1 Feb 2027 <{HEX}@mail.test>"),
    ("in-reply-to", f"Your message of Monday ({HEX}@mail.test)"),
    ("in-reply-to", f"<{HEX}@gateway.example>"),
]
SAID = {
    "references": "It answers a letter of ours by Message-ID.",
    "quoted": "It quotes a letter of ours with its reference.",
    "subject": "The reference stands in the subject.",
    "body": "The reference stands in the new text.",
}


@pytest.mark.parametrize(("name", "value"), SPOILT)
def test_a_spoilt_id_of_ours_is_still_ours(name, value):
    """Folded inside, cut, without brackets, in capitals, behind other words: what stands before the @ is enough."""
    ours = {f"<{HEX}@mail.test>": ONE}
    match = correlate(
        _mail("hello", headers=((name, value),)), Reply("", "", ""), CC, lambda m: ours.get(m, ""), domain="mail.test"
    )
    assert (match.case, match.by) == (ONE, "references")


def test_two_spoilt_headers_do_not_run_together():
    """In-Reply-To and References are read one behind the other; the id that begins the second is still whole."""
    headers = (("in-reply-to", "a@b.example"), ("references", f"{HEX}@mail.test"))
    ours = {f"<{HEX}@mail.test>": ONE}
    assert correlate(
        _mail("hello", headers=headers), Reply("", "", ""), CC, lambda m: ours.get(m, ""), domain="mail.test"
    ).case == ONE  # fmt: skip


@pytest.mark.parametrize("value", [f"<{HEX[:-1]}@mail.test>", f"<{HEX}0@mail.test>", f"<{HEX[:39]}g@mail.test>"])
def test_an_id_with_a_character_too_few_is_nobodys(value):
    """Forty figures and letters, all of them: a shorter or longer run is another system's."""
    ours = {f"<{HEX}@mail.test>": ONE}
    message = _mail("hello", headers=(("references", value),))
    assert correlate(message, Reply("", "", ""), CC, lambda m: ours.get(m, ""), domain="mail.test").by == "none"


def test_a_conversation_of_outlook_is_no_key():
    """Thread-Index and Thread-Topic go from one conversation into another: a tag in them names nothing."""
    headers = (("thread-topic", f"[{ONE}] your letter"), ("thread-index", "AdaBcDeFgHiJkLmNoPqRsTuVwXyZ=="))
    assert _match(_mail("hello", headers=headers)).by == "none"


KEYS = ("references", "quoted", "subject", "body")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from([ONE, TWO]), max_size=4), st.sampled_from(["Re: ", ""]))
def test_the_stated_precedence_whatever_keys_there_are(named, prefix):
    """Any keys in any mixture: one case is named by its strongest key; two cases are a conflict; none is none."""
    ids = {ONE: "<one@mail.test>", TWO: "<two@mail.test>"}
    message = _mail(
        prefix + (f"[{named['subject']}] letter" if "subject" in named else "Our answer"),
        (ids[named["references"]],) if "references" in named else (),
    )
    new = f"As to {named['body']}: we accept." if "body" in named else "We accept."
    match = _match(message, new, f"> Reference: [{named['quoted']}]" if "quoted" in named else "")
    cases = set(named.values())
    if not cases:
        assert (match.case, match.by) == ("", "none")
    elif len(cases) == 2:
        assert (match.case, match.by, set(match.others)) == ("", "conflict", cases)
        assert all(case in match.reason for case in cases)
    else:
        assert (match.case, match.by) == (cases.pop(), next(key for key in KEYS if key in named))
        assert match.reason == REASONS[match.by]
