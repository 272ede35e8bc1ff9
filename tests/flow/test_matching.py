"""Whose case a mail is, through the whole office: the keys that survive servers, and the reason people can read."""

from __future__ import annotations

import structlog
from structlog.testing import capture_logs

from mailflow.flow import routing
from mailflow.flow.counting import story
from mailflow.flow.history import history
from tests.flow.bench import BOX, JOAN, Bench, Left, results


def _rewritten(octets: bytes, message_id: str) -> bytes:
    """The same letter with a Message-ID that a server has written in place of ours."""
    lines = octets.split(b"\r\n")
    return b"\r\n".join(f"Message-ID: {message_id}".encode() if x.startswith(b"Message-ID:") else x for x in lines)


def _copy_of(bench: Bench, letter: Left) -> bytes:
    with bench.store.read() as unit:
        return unit.outbox.get(letter.id)[0].octets


def test_a_message_id_that_a_server_rewrote_is_learned_from_the_copy_that_comes_home(waiting: Bench):
    """Amazon SES and some Exchange write their own Message-ID: the home copy teaches it, and References work again."""
    letter = waiting.letter("M20")
    theirs = "<0102018d3c5f-1a2b-4c3d@eu-west-2.amazonses.com>"
    copy = results("pass", BOX).encode() + _rewritten(_copy_of(waiting, letter), theirs)
    kept = waiting.kept(waiting.raw("2027-02-01 11:40", copy))
    assert (kept.state, kept.reason, kept.case) == ("done", "a copy of our own letter", waiting.ref())
    reply = [("In-Reply-To", theirs), ("References", theirs)]
    waiting.mail("2027-02-03 10:00", JOAN, "Rota changed", "We accept this.", headers=reply)
    assert waiting.state() == "RSP"


def test_a_copy_that_our_server_did_not_confirm_teaches_nothing(waiting: Bench):
    """Whoever got the letter could write such a copy: a false one makes no Message-ID ours."""
    copy = _rewritten(_copy_of(waiting, waiting.letter("M20")), "<planted@evil.example>")
    waiting.raw("2027-02-01 11:40", results("fail", BOX).encode() + copy)
    reply = [("In-Reply-To", "<planted@evil.example>")]
    waiting.mail("2027-02-03 10:00", JOAN, "Rota changed", "We accept this.", headers=reply)
    assert waiting.state() == "WPR"


def test_a_rewritten_message_id_without_a_copy_leaves_the_other_keys(waiting: Bench):
    """Where no copy comes home, References name an id nobody knows: the quote and the subject each do it alone."""
    unknown = [("In-Reply-To", "<x@eu-west-2.amazonses.com>"), ("References", "<x@eu-west-2.amazonses.com>")]
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.", headers=unknown)
    assert waiting.state() == "RSP"


def test_references_that_relays_have_cut_still_name_the_case(waiting: Bench):
    """Truncated behind our id's first half: what stands before the @ is enough."""
    cut = waiting.letter("M20").message.message_id.partition("@")[0] + "@coun"
    waiting.mail("2027-02-03 10:00", JOAN, "Rota changed", "We accept this.", headers=[("References", cut)])
    assert waiting.state() == "RSP"


def test_the_reason_is_logged_without_a_word_of_the_mail(waiting: Bench, monkeypatch):
    """Each mail that is matched says by what, and why, in one line of the log; no subject, no text."""
    monkeypatch.setattr(routing, "log", structlog.get_logger())
    with capture_logs() as lines:
        waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()} Zanzibar", "The word Popocatepetl.")
    (line,) = [x for x in lines if x["event"] == "mail.matched"]
    assert (line["by"], line["case"]) == ("subject", waiting.ref())
    assert line["why"] == "The reference stands in the subject."
    assert "Zanzibar" not in str(lines) and "Popocatepetl" not in str(lines)


def test_the_reason_stands_in_the_history_of_the_case(waiting: Bench):
    """What an officer reads about a case says how each mail of a party came to it."""
    letter = waiting.letter("M20").message
    waiting.mail("2027-02-03 10:00", JOAN, "Rota changed", "We accept this.", answers=letter)
    with waiting.store.read() as unit:
        one = story(waiting.house, unit, waiting.office, waiting.ref())
        told = str(history(one.procedure, waiting.office.calendar, one.lines, lambda data: data))
    assert "It answers a letter of ours by Message-ID." in told
