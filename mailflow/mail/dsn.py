"""Reads delivery reports: which recipient, for ever or only this time, and which letter of ours came back.

In: a Message.
Out: Bounce, or None if the mail is no report of a failure or delay.
Fails: never.
Limits: RFC 3464 reports, and the prose of the mail systems named in bounce_words.py and their like; prose counts only
with two independent signs (dsn_signs.py), so that a person who forwards a report is still a person. Reports can be
forged: the letter they name must be one of ours to that recipient, which the caller checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailflow.mail import dsn_standard
from mailflow.mail.bounce_words import DELAY_PHRASES, DELAY_SUBJECTS, GIVEN_UP_PHRASES, SURE_DELAY_PHRASES
from mailflow.mail.dsn_address import addresses
from mailflow.mail.dsn_prose import IN_PASSING, bare_names
from mailflow.mail.dsn_returned import LETTER_HEADER, MAX_PROSE, Returned, report_only, returned
from mailflow.mail.dsn_sender import sender_is_system
from mailflow.mail.dsn_signs import Signs, why_report
from mailflow.mail.dsn_verdict import Failure, judge
from mailflow.mail.message import Message

__all__ = ["LETTER_HEADER", "Bounce", "Failure", "is_success_report", "read_bounce"]

_SUCCESS_PHRASES = (
    "successful delivery notification", "was successfully delivered", "has been successfully",
    "successfully delivered to",
    "successfully relayed", "delivery to these recipients or groups is complete", "successful mail delivery report",
    "was delivered to the following recipient", "delivered to the following recipients successfully",
)  # fmt: skip


@dataclass(frozen=True)
class Bounce:
    """A report. With `delayed` the failures are only postponed (permanent False) and the letter may still arrive.

    `original_letter_id` is X-Mailflow-Letter as returned, token and all: who acts on it checks that we wrote it.
    `why` says by what it was recognised and how its recipients were found, for people.
    """

    failures: tuple[Failure, ...]
    delayed: bool
    original_message_id: str
    original_letter_id: str
    why: str = ""


def read_bounce(message: Message) -> Bounce | None:
    """Read a failure or a delay; None for anything else, also for a report of success (RFC 3464 section 2.3.3)."""
    text = message.text[:MAX_PROSE]
    report, rest = report_only(text)
    signs = Signs(message, report, rest)
    told, where = dsn_standard.stated(message, report)
    if where == "part" and not _passed_on(signs):
        return None if _done(told) else _standard(signs, told, "a delivery-status part (RFC 3464)")
    why = why_report(signs)
    if not why or (_successful(signs) and not told):
        return None
    found, how = signs.found
    passing, header = how in {"", IN_PASSING}, message.has_header("x-failed-recipients")
    if not _done(told) and (where == "text" or (passing and not header)):
        place = "its fields are those of RFC 3464" if where == "text" else "a report lies within it (RFC 3464)"
        return _standard(signs, told, f"{why}; {place}")
    reached = {address for one in told for address in one.recipient.split()}
    if told and _done(told) and not header and (passing or reached.issuperset(address for address, _ in found)):
        return None
    return _prose(signs, why)


def is_success_report(message: Message) -> bool:
    """Whether it reports that every recipient was delivered, relayed or expanded (RFC 3464 section 2.3.3)."""
    told, where = dsn_standard.stated(message, "")
    if where == "part":
        return _done(told)
    if not sender_is_system(message):
        return False
    report, rest = report_only(message.text[:MAX_PROSE])
    told, _ = dsn_standard.stated(message, report)
    return _done(told) if told else _successful(Signs(message, report, rest))


def _done(told: list[dsn_standard.Stated]) -> bool:
    """Whether every recipient that the fields name was reached; so it is where they name none."""
    return all(one.outcome == "done" for one in told)


def _passed_on(signs: Signs) -> bool:
    """A person forwards a report: its status part comes along in a mail of theirs."""
    return not signs.standard and not signs.daemon and (bool(signs.person) or signs.personal or signs.converses)


def _successful(signs: Signs) -> bool:
    folded = " ".join(signs.report[:3_000].split()).casefold()
    return any(words in folded for words in _SUCCESS_PHRASES) and not signs.codes


def _standard(signs: Signs, told: list[dsn_standard.Stated], why: str) -> Bounce:
    letter = returned(signs.message, signs.rest)
    prose = _named(signs, letter)[0]
    failed, delayed = dsn_standard.failures(told, letter, [address for address, _ in prose], signs.report)
    failures = failed or delayed
    return Bounce(tuple(f for f in failures if f.recipient) or tuple(failures), not failed, letter.message_id,
                  letter.letter, why)  # fmt: skip


def _prose(signs: Signs, why: str) -> Bounce:
    letter = returned(signs.message, signs.rest)
    late = _late(signs)
    found, how = _named(signs, letter)
    failures = [judge(address, said=words, around=signs.report, failed=not late) for address, words in found]
    return Bounce(tuple(failures), late, letter.message_id, letter.letter, f"{why}; recipients: {how}" if how else why)


def _named(signs: Signs, letter: Returned) -> tuple[list[tuple[str, str]], str]:
    """The recipients that the report names: in its header, in its words, or else whom the letter was sent to."""
    message = signs.message
    header = list(dict.fromkeys(a for value in message.all_headers("x-failed-recipients") for a in addresses(value)))
    found, how = signs.found
    if header:
        said = dict(found)
        return [(address, said.get(address, signs.report)) for address in header], "X-Failed-Recipients"
    if found:
        sent_to = {*letter.to, *letter.also_to}
        if how == IN_PASSING and sent_to & {address for address, _ in found}:
            found = [(address, words) for address, words in found if address in sent_to]
        return found, how
    to = letter.to or letter.also_to
    if len(to) == 1:
        return [(to[0], signs.report)], "the returned letter's To"
    names = bare_names(signs.report) if signs.daemon else []
    if names and message.from_:
        known = [address for name in names for address in to if address.partition("@")[0] == name]
        found = [(address, signs.report) for address in known or [f"{name}@{message.from_.domain}" for name in names]]
        return found, "names without a domain, of the server that reports"
    return [], ""


def _late(signs: Signs) -> bool:
    """Whether the server keeps trying: its subject or its words say so, and nothing says that it has given up."""
    subject = signs.message.subject.casefold()
    words = " ".join(signs.report.split()).casefold().replace("\u2019", "'")
    late = any(word in subject for word in DELAY_SUBJECTS)
    if any(phrase in words for phrase in SURE_DELAY_PHRASES):
        return True
    given_up = any(phrase in words for phrase in GIVEN_UP_PHRASES)
    return (late or any(phrase in words for phrase in DELAY_PHRASES)) and not given_up
