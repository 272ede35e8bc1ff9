"""Delivery reports: believed soon, by a token that only we can make, and while the recipient is silent."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from mailflow.flow.returning import LETTER_HEADER
from mailflow.mail.compose import letter_header, letter_named
from tests.flow.bench import BOX, JOAN, MAYA, VICTOR, Bench, Left, results

DAEMON = "mailer-daemon@oakfield.example"


def report(returned: str, *to: str, auth: str = "", n: int = 1) -> bytes:
    """A report (RFC 3464) that some recipients do not exist, with these headers of the letter."""
    blocks = "".join(f"Final-Recipient: rfc822; {who}\nAction: failed\nStatus: 5.1.1\n\n" for who in to)
    words = (
        f"Return-Path: <>\nFrom: {DAEMON}\nTo: {BOX}\nSubject: Undeliverable\nMessage-ID: <r{n}@oakfield.example>\n"
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        f"--B\nContent-Type: text/plain\n\nfailed {n}\n--B\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.oakfield.example\n\n{blocks}--B\n"
        f"Content-Type: text/rfc822-headers\n\n{returned}\n--B--\n"
    )
    return results(auth, DAEMON).encode() + words.replace("\n", "\r\n").encode()


def marked(letter: Left) -> str:
    return f"X-Mailflow-Letter: {letter.message.header(LETTER_HEADER)}"


def named(letter: Left) -> str:
    return f"Message-ID: {letter.message.message_id}"


def held(bench: Bench, identity: str, why: str) -> None:
    """The report moved nothing; the owner has one question about it."""
    kept = bench.kept(identity)
    assert (kept.state, kept.case) == ("held", bench.ref()) and why in kept.reason
    assert bench.left[-1].to == (MAYA,) and "did not arrive" in bench.left[-1].words
    assert not bench.letters("M21")


@pytest.mark.parametrize("returned", [marked, named])
def test_a_report_is_believed_by_our_token_or_our_message_id(waiting: Bench, returned):
    """With nobody reached the letter comes back to its stage and the officer is told."""
    letter = waiting.letter("M20")
    waiting.raw("2027-02-02 09:00", report(returned(letter), *letter.to))
    assert waiting.letters("M21", MAYA) and waiting.state() != "WPR"


def test_a_folded_token_is_still_ours(waiting: Bench):
    """Servers fold long header lines at any blank (RFC 5322 section 2.2.3)."""
    letter = waiting.letter("M20")
    waiting.raw("2027-02-02 09:00", report(marked(letter).replace("; ", ";\n\t"), *letter.to))
    assert waiting.letters("M21", MAYA)


@pytest.mark.parametrize("token", ["", "; 000000000000", ";"])
def test_a_guessed_letter_id_names_no_letter(waiting: Bench, token: str):
    """Ids can be counted up by anybody; without our token a report moves and asks nothing."""
    letter, before, sent = waiting.letter("M20"), waiting.standing(), len(waiting.left)
    identity = waiting.raw("2027-02-02 09:00", report(f"X-Mailflow-Letter: {letter.id}{token}", *letter.to))
    assert "names no letter of ours" in waiting.kept(identity).reason
    assert waiting.standing() == before and len(waiting.left) == sent


def test_the_token_of_one_letter_is_not_that_of_another():
    """What a recipient learns from their own letter says nothing about the next."""
    header = letter_header("CC-1/concern/M20/8", b"x" * 32)
    assert letter_named(header, b"x" * 32) == "CC-1/concern/M20/8"
    assert letter_named(header, b"y" * 32) == letter_named(header.replace("/8;", "/9;"), b"x" * 32) == ""
    assert (
        letter_named("CC-1; \xe9", b"x" * 32) == letter_named("\xe9; 1", b"x" * 32) == letter_named("", b"x" * 32) == ""
    )


def test_a_report_that_our_server_found_false_is_held(waiting: Bench):
    """Whoever has the letter can write such a report: a false sender is for a person to judge."""
    letter, before = waiting.letter("M20"), waiting.standing()
    identity = waiting.raw("2027-02-02 09:00", report(marked(letter), *letter.to, auth="fail"))
    held(waiting, identity, "could not confirm who sent it")
    assert waiting.standing() == before


def test_a_report_long_after_the_letter_is_held(waiting: Bench):
    """Servers give up within days; a letter is not undone weeks after it was served."""
    letter = waiting.letter("M20")
    identity = waiting.raw("2027-02-09 09:00", report(marked(letter), *letter.to))
    held(waiting, identity, "long after")
    assert waiting.state() == "WPR"


def test_a_report_about_somebody_who_has_written_since_is_held(waiting: Bench):
    """A recipient who has answered has an address that works."""
    letter = waiting.letter("M20")
    waiting.mail("2027-02-02 09:00", letter.to[0], f"Re: {waiting.tag()}", "We have changed the rota.")
    before = waiting.standing()
    identity = waiting.raw("2027-02-02 10:00", report(marked(letter), letter.to[0]))
    held(waiting, identity, "have written to us")
    assert waiting.standing() == before


def test_a_colleagues_mail_does_not_speak_for_a_dead_address(waiting: Bench):
    """Only mail of the very recipient shows that the address works."""
    letter = waiting.letter("M20")
    assert {JOAN, VICTOR} >= set(letter.to)
    waiting.mail("2027-02-02 09:00", letter.to[0], f"Re: {waiting.tag()}", "We have changed the rota.")
    identity = waiting.raw("2027-02-02 10:00", report(marked(letter), letter.to[-1]))
    assert len(letter.to) > 1 and waiting.kept(identity).state == "done"


def test_a_flood_of_doubtful_reports_asks_once(waiting: Bench):
    """One question for each letter; the rest is filed."""
    letter = waiting.letter("M20")
    for n in range(1, 5):
        waiting.raw(f"2027-02-02 09:0{n}", report(marked(letter), *letter.to, auth="fail", n=n))
    assert len(waiting.open_questions()) == 1
    waiting.nothing_lost()


def test_an_officer_says_that_a_held_report_is_true(waiting: Bench):
    """The letter then counts as not delivered: the case goes back to the stage that sends it, and M21 says so."""
    letter = waiting.letter("M20")
    identity = waiting.raw("2027-02-09 09:00", report(marked(letter), *letter.to))
    asked = waiting.letters("M57", MAYA)[-1]
    assert "From provider" not in asked.message.text and "New concern" not in asked.message.text
    subject, body = asked.button("Not delivered")
    waiting.mail("2027-02-09 10:00", MAYA, subject, body)
    assert waiting.state() == "ALC" and waiting.letters("M21", MAYA)
    assert waiting.kept(identity).state == "done" and not waiting.open_questions()


@pytest.mark.parametrize("named", ["somebody.else@oakfield.example", ""])
def test_a_report_that_names_none_of_several_is_put_to_a_person(waiting: Bench, named: str):
    """As a gateway or a person passes it on: nobody knows who has the letter, so an officer is asked; their word counts
    for all of them."""
    letter, before = waiting.letter("M20"), waiting.standing()
    assert len(letter.to) == 2
    identity = waiting.raw("2027-02-02 09:00", report(marked(letter), named))
    held(waiting, identity, "does not say to whom")
    assert waiting.standing() == before
    subject, body = waiting.letters("M57", MAYA)[-1].button("Not delivered")
    waiting.mail("2027-02-02 10:00", MAYA, subject, body)
    assert waiting.state() == "ALC" and waiting.letters("M21", MAYA) and not waiting.open_questions()


def test_a_report_about_our_own_copy_says_nothing_of_the_reader(waiting: Bench):
    """Our mailbox is full: the only reader of the letter has it all the same."""
    letter, before = waiting.letter("M20"), waiting.standing()
    with waiting.store.unit() as unit:
        unit.outbox._work.write(text(f"DELETE FROM envelopes WHERE recipient='{VICTOR}'"))
    identity = waiting.raw("2027-02-02 09:00", report(marked(letter), BOX))
    assert waiting.kept(identity).reason == "our own copy of a letter did not arrive"
    assert waiting.standing() == before and not waiting.letters("M21") and not waiting.open_questions()


def test_only_a_report_can_be_said_to_be_true(waiting: Bench):
    """The word is no answer to any other held mail, and nothing moves by it."""
    waiting.mail("2027-02-02 09:00", "stranger@mail.test", f"Re: {waiting.tag()}", "Hello?")
    before, tag = waiting.standing(), waiting.open_questions()[0]
    waiting.mail("2027-02-02 10:00", MAYA, f"Re: [{tag}]", "Not delivered")
    assert waiting.standing() == before and waiting.open_questions() == [tag]
