"""Recipients named in prose: the most telling rule wins, and no text takes long."""

from __future__ import annotations

import time

import pytest

from mailflow.mail.dsn_prose import recipients


@pytest.mark.parametrize(
    ("report", "found", "why"),
    [
        ("Sorry.\n\n<a@x.example>:\nno\n\n<b@x.example>:\nno", ["a@x.example", "b@x.example"], "paragraphs"),
        ("The following addresses failed:\n  a@x.example\n    550 no, ask help@y.example\n", ["a@x.example"], "a list"),
        ("could not be delivered to the following recipients: a@x.example, b@x.example",
         ["a@x.example", "b@x.example"], "a list"),
        ("   ----- The following addresses had permanent fatal errors -----\n<jane@in.example>\n"
         "    (expanded from: <office@x.example>)", ["office@x.example"], "a list"),
        ("Recipient: <a@x.example>\nReason: no", ["a@x.example"], "a line that names"),
        ("宛先：a@x.example", ["a@x.example"], "a line"),
        ("We could not deliver your message to a@x.example. Write to help@y.example", ["a@x.example"], "a sentence"),
        (">>> RCPT TO:<a@x.example>\n<<< 550 no", ["a@x.example"], "the dialogue"),
        ("It failed.\nFor help contact help@y.example\nIt was for a@x.example, said mx.x.example",
         ["a@x.example"], "an address"),
        ("Remote-MTA: dns; mx@x.example", [], ""),
    ],
)  # fmt: skip
def test_recipients_by_rule(report: str, found: list[str], why: str) -> None:
    """Each rule finds its own; addresses of help desks and servers are nobody's failure."""
    named, rule = recipients(report)
    assert [address for address, _ in named] == found
    assert rule.startswith(why)


def test_each_recipient_has_its_own_words() -> None:
    """What is said about one recipient is not said about the next."""
    named, _ = recipients("<a@x.example>:\nmailbox full\n\n<b@x.example>:\nuser unknown\n")
    assert ["full" in words for _, words in named] == [True, False]


def test_the_reports_own_parties_are_not_recipients() -> None:
    """Who gets the report or sends it is not who was not reached, unless nobody else is named."""
    own = frozenset({"me@y.example"})
    assert [a for a, _ in recipients("me@y.example\na@x.example", own)[0]] == ["a@x.example"]


@pytest.mark.parametrize("seed", ["<a@", "a@b.c ", "unable to deliver your message ", "to: ", "(((", "@", "RCPT TO:<"])
def test_hostile_lines_take_no_time(seed: str) -> None:
    """Time is linear in the text, whatever stands in it."""
    start = time.process_time()
    recipients(seed * (30_000 // len(seed)))
    recipients(f"{seed}\n" * (30_000 // (len(seed) + 1)))
    assert time.process_time() - start < 0.5
