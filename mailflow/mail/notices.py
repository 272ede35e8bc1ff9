"""Recognises what programs send by themselves beside replies: invitations, receipts, reactions, reports of machines.

In: a Message and its Signs.
Out: a Kind, or None.
Fails: never.
Limits: standards first (RFC 5545, 8098, 5965, 8460); a subject alone is never enough, people write such subjects too.
"""

from __future__ import annotations

import re

from mailflow.mail import dsn, machine_words, reply_text
from mailflow.mail.kind import Kind
from mailflow.mail.message import Message
from mailflow.mail.signs import Signs

LONG_TEXT = 400
_REACTION = 200
_NAME = 80
_RECEIPT = 1_500
_METHOD = re.compile(rb"^METHOD:([A-Z]+)", re.MULTILINE | re.IGNORECASE)
_METHOD_PARAMETER = re.compile(r"method=\"?([a-z]+)")


def delivery(message: Message, _signs: Signs) -> Kind | None:
    """A report about a letter: not delivered, delayed or delivered (RFC 3464, and the prose of mail servers)."""
    bounce = dsn.read_bounce(message)
    if bounce:
        if bounce.delayed:
            return Kind(
                "delay", f"A delivery report: delivery is delayed, the server keeps trying ({bounce.why}).", True
            )
        return Kind("bounce", f"A delivery report: the letter was not delivered ({bounce.why}).", True)
    if dsn.is_success_report(message):
        return Kind("receipt", "A delivery report (RFC 3464): the letter was delivered.", True)
    return None


def statistics(message: Message, signs: Signs) -> Kind | None:
    """Reports of mail servers to mail servers: complaints (RFC 5965), DMARC (RFC 7489), TLS (RFC 8460)."""
    content_type = signs.head("content-type").replace('"', "")
    if "report-type=feedback-report" in content_type or any(
        kind == "message/feedback-report" for kind, _ in message.parts
    ):
        return Kind("report", "A complaint report of a mail server (RFC 5965).", True)
    if (
        (signs.subject.startswith("report domain:") and "submitter" in signs.subject)
        or "tls-rpt" in content_type
        or "tls-report-domain" in signs.heads
    ):
        return Kind("report", "A DMARC or TLS report of another mail server (RFC 7489, 8460).", True)
    return None


def calendar(message: Message, signs: Signs) -> Kind | None:
    """Invitations and their answers (RFC 5545, RFC 6047). A published date ("for your diary") is a person's mail."""
    for kind, octets in message.parts:
        if kind != "text/calendar":
            continue
        method = _METHOD.search(octets[:20_000])
        word = method[1].decode().upper() if method else _parameter(signs)
        if word and word != "PUBLISH":
            surely = word == "REPLY" or len(reply_text.split(message).new) < LONG_TEXT
            return Kind("calendar", f"A calendar message (RFC 5545, METHOD:{word}).", surely)
    if signs.head("content-class") == "urn:content-classes:calendarmessage":
        return Kind("calendar", "A calendar message (Content-Class of Exchange).", signs.length < LONG_TEXT)
    if signs.subject.startswith(machine_words.CALENDAR_SUBJECTS) and _has_invitation(message):
        return Kind("calendar", "An answer to an invitation, by its subject and its calendar file.", True)
    return None


def _parameter(signs: Signs) -> str:
    """The method in Content-Type (RFC 6047 section 2.4), where the calendar is the whole mail."""
    content_type = signs.head("content-type")
    found = _METHOD_PARAMETER.search(content_type) if content_type.startswith("text/calendar") else None
    return found[1].upper() if found else ""


def _has_invitation(message: Message) -> bool:
    return any(a.name.lower().endswith(".ics") for a in message.attachments) or any(
        kind == "text/calendar" for kind, _ in message.parts
    )


def reaction(message: Message, signs: Signs) -> Kind | None:
    """A program's word about somebody's thumb; a thumb that somebody types is an answer."""
    # The header x-ms-reactions allows or forbids reactions and stands on ordinary mail, so it says nothing.
    kinds = {kind for kind, _ in message.parts} | {a.content_type for a in message.attachments}
    if "text/vnd.google.email-reaction+json" in kinds:
        return Kind("receipt", "A reaction (emoji) to a mail, not an answer.", True)
    opening = signs.own[:_REACTION]
    if signs.length < _REACTION and any(_ends_reaction(opening, p) for p in machine_words.REACTION_PHRASES):
        return Kind("receipt", "A reaction (emoji) to a mail, not an answer.", True)
    return None


def _ends_reaction(opening: str, phrase: str) -> bool:
    """A name in front and nothing but a colon behind: "Jane Roe liked your message:"."""
    before, found, after = opening.partition(phrase)
    named = 0 < len(before) < _NAME and not before.startswith("i ")
    return bool(found) and named and after.strip(" .")[:1] in {"", ":"}


def receipt(message: Message, signs: Signs) -> Kind | None:
    """Receipts for reading and delivery (RFC 8098, or in prose), and mails that a program tries to recall."""
    content_type = signs.head("content-type").replace('"', "")
    if "report-type=disposition-notification" in content_type or any(
        kind == "message/disposition-notification" for kind, _ in message.parts
    ):
        return Kind("receipt", "A read receipt (RFC 8098).", True)
    subject, opening = signs.subject, message.text[:_RECEIPT].casefold()
    if subject.startswith(machine_words.RECALL_SUBJECTS) and any(p in opening for p in machine_words.RECALL_PHRASES):
        return Kind("receipt", "The sender's program tries to recall an earlier mail.", True)
    if subject.startswith(machine_words.RECEIPT_SUBJECTS) and len(message.text) < _RECEIPT and not signs.asks:
        if any(phrase in opening for phrase in machine_words.RECEIPT_PHRASES):
            return Kind("receipt", "A read or delivery receipt, by its subject and its words.", True)
    return None


def housekeeping(message: Message, signs: Signs) -> Kind | None:
    """Output of cron, monitors and backups, and the lists of mail filters: a machine reports, nobody is answered."""
    if "x-cron-env" in signs.heads:
        return Kind("report", "The output of a job of cron (X-Cron-Env).", True)
    local = message.from_.email.partition("@")[0] if message.from_ else ""
    if local.startswith(machine_words.SYSTEM_SENDERS) and signs.subject.startswith(machine_words.SYSTEM_SUBJECTS):
        return Kind("report", "A monitor or a job of a server reports, by its sender and its subject.", True)
    automatic = (
        "auto-submitted" in signs.heads or "quarantine" in local or "spam" in local or local.startswith("postmaster")
    )
    if (
        automatic
        and any(words in signs.subject for words in machine_words.QUARANTINE_SUBJECTS)
        and not signs.reply_subject
    ):
        return Kind("report", "A mail filter lists what it has held back.", True)
    return None
