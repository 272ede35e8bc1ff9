"""Reads delivery reports: which recipient, for ever or only this time, and which letter of ours came back.

In: a Message.
Out: Bounce, or None if the mail is no report of a failure or delay.
Fails: never.
Limits: RFC 3464 reports, and the prose of qmail, Exim, Postfix, Exchange, Gmail and their like; prose counts only from
a mail daemon or with a null return path, so that a person who forwards a report is still a person. Reports can be
forged: the letter they name must be one of ours to that recipient, which the caller checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailflow.mail import decode
from mailflow.mail.bounce_words import BOUNCE_PHRASES, BOUNCE_SUBJECTS, DEAD_PHRASES, DELAY_PHRASES, DELAY_SUBJECTS
from mailflow.mail.message import Message

MAX_RECIPIENTS = 100
MAX_DIAGNOSTIC = 300
MAX_PROSE = 30_000
LETTER_HEADER = "x-mailflow-letter"

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.-])([45][0-5]\d)(?=[ -])")
_ADDRESS = re.compile(r"[^\s<>\"'(),:;@\[\]]{1,64}@[a-z0-9.-]{1,255}", re.IGNORECASE)
_DAEMONS = (
    "mailer-daemon", "mailerdaemon", "postmaster", "mail-daemon", "microsoftexchange", "mdaemon", "mail.daemon",
)  # fmt: skip
_LETTER = re.compile(r"[\w.:=+/-]{1,200}(?:;\s{1,9}\w{1,40})?", re.ASCII)
_NO_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.310", "5.2.1"})
_ORIGINAL_STARTS = (
    "this is a copy of the message", "--- below this line is a copy of the message", "original message headers",
    "original message follows", "------ the body of the message", "----- original message -----",
    "----- message header", "original headers", "--- the header of the original", "----- unsent message follows",
    "\nreceived: ", "\nreturn-path: ", "\nmessage-id: ", "\nx-mailflow-letter: ",
    "en-têtes de message d'origine", "ursprüngliche nachrichtenkopfzeilen",
)  # fmt: skip
_RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_QUEUE_WORDS = ("remote-mta:", "reporting-mta", "server at", "generating server")


@dataclass(frozen=True)
class Failure:
    """One recipient not reached. `status` is an enhanced code (RFC 3463) or ""; `dead_address`: no such mailbox."""

    recipient: str
    status: str
    permanent: bool
    dead_address: bool
    diagnostic: str


@dataclass(frozen=True)
class Bounce:
    """A report. With `delayed` the failures are only postponed (permanent False) and the letter may still arrive.

    `original_letter_id` is X-Mailflow-Letter as returned, token and all: who acts on it checks that we wrote it.
    """

    failures: tuple[Failure, ...]
    delayed: bool
    original_message_id: str
    original_letter_id: str


def read_bounce(message: Message) -> Bounce | None:
    """Read a failure or a delay; None for anything else, also for a report of success (RFC 3464 section 2.3.3)."""
    blocks = _blocks(message)
    if blocks:
        return _standard(message, blocks)
    if from_daemon(message):
        return _prose(message)
    return None


def is_success_report(message: Message) -> bool:
    """Whether it is an RFC 3464 report in which every recipient was delivered, relayed or expanded."""
    actions = {block.get("action", "").split(";")[0].strip().lower() for block in _blocks(message) if "action" in block}
    return bool(actions) and actions <= {"delivered", "relayed", "expanded"}


def from_daemon(message: Message) -> bool:
    """Whether the sender is a mail system: null return path (RFC 5321 section 4.5.5) or a daemon's name."""
    if message.header("return-path").strip() == "<>" or message.has_header("x-failed-recipients"):
        return True
    local = message.from_.email.partition("@")[0] if message.from_ else ""
    return not message.from_ or local.startswith(_DAEMONS)


# --- RFC 3464 --------------------------------------------------------------------------------------------------


def _blocks(message: Message) -> list[dict[str, str]]:
    """The per-recipient field groups of all delivery-status parts (RFC 3464 section 2.1)."""
    blocks: list[dict[str, str]] = []
    for kind, octets in message.parts:
        if kind in {"message/delivery-status", "message/global-delivery-status"}:
            for group in decode.text(octets).split("\n\n"):
                fields = _fields(group)
                if {"final-recipient", "original-recipient", "action"} & fields.keys():
                    blocks.append(fields)
    return blocks[:MAX_RECIPIENTS]


def _fields(group: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in group.split("\n")[:200]:
        if line[:1] in {" ", "\t"} and name:
            fields[name] = f"{fields[name]} {line.strip()}"[:2_000]
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields.setdefault(name, value.strip()[:2_000])
    return fields


def _standard(message: Message, blocks: list[dict[str, str]]) -> Bounce | None:
    failed: dict[str, Failure] = {}
    delayed: dict[str, Failure] = {}
    for block in blocks:
        action = block.get("action", "").split(";")[0].split("(")[0].strip().lower()
        status = _STATUS.search(block.get("status", ""))
        code = status[1] if status else ""
        if not action:
            action = {"5": "failed", "4": "delayed"}.get(code[:1], "")
        # What the letter was sent to counts, not what an alias made of it.
        recipient = _typed(block.get("original-recipient", "")) or _typed(block.get("final-recipient", ""))
        failure = _failure(recipient, code, block.get("diagnostic-code", ""), action == "failed")
        if action == "failed":
            failed[recipient] = failure
        elif action == "delayed":
            delayed[recipient] = failure
    if not failed and not delayed:
        return None
    return _bounce(message, failed or delayed, not failed)


def _typed(value: str) -> str:
    """The address in "rfc822; jane@example.org" (RFC 3464 section 2.3.1), also percent- or angle-bracketed."""
    found = _ADDRESS.search(value.rpartition(";")[2])
    return found[0].lower().rstrip(".") if found else ""


def _failure(recipient: str, status: str, diagnostic: str, failed: bool) -> Failure:
    said = " ".join(diagnostic.split())[:MAX_DIAGNOSTIC]
    if not status or status.endswith(".0.0"):
        deeper = _STATUS.search(said)
        status = deeper[1] if deeper else status
    code = _CODE.search(said)
    first = status[:1] or (code[1][:1] if code else "")
    permanent = failed and first != "4"
    folded = said.casefold()
    dead = permanent and (status in _NO_MAILBOX or any(words in folded for words in DEAD_PHRASES))
    return Failure(recipient, status, permanent, dead and not status.startswith("5.7."), said)


def _bounce(message: Message, failures: dict[str, Failure], delayed: bool) -> Bounce:
    message_id, letter = _original(message)
    return Bounce(tuple(failures.values()), delayed, message_id, letter)


def _original(message: Message) -> tuple[str, str]:
    """Message-ID and letter id out of the returned headers, else out of the prose, else what the report answers."""
    heads = [decode.text(octets[:50_000]).split("\n\n")[0] for kind, octets in message.parts if kind in _RETURNED]
    message_id = letter = ""
    for fields in [*(_fields(head) for head in heads), _fields_anywhere(message.text[:MAX_PROSE])]:
        found = re.search(r"<[^<>\s]{1,500}>", fields.get("message-id", "").replace(" ", ""))
        message_id = message_id or (found[0] if found else "")
        name = _LETTER.match(fields.get(LETTER_HEADER, ""))
        letter = letter or (" ".join(name[0].split()) if name else "")
    if not message_id:
        message_id = next(iter((*message.in_reply_to, *reversed(message.references))), "")
    return message_id, letter


def _fields_anywhere(text: str) -> dict[str, str]:
    wanted: dict[str, str] = {}
    lines = text.split("\n")
    for at, line in enumerate(lines):
        name, colon, value = line.lstrip(" >\t").partition(":")
        if colon and name.lower() in {"message-id", LETTER_HEADER}:
            value = value.strip() or (lines[at + 1].strip(" \t") if at + 1 < len(lines) else "")
            wanted.setdefault(name.lower(), value[:600])
    return wanted


# --- prose -----------------------------------------------------------------------------------------------------


def _prose(message: Message) -> Bounce | None:
    subject = message.subject.casefold()
    text = message.text[:MAX_PROSE]
    folded = text.casefold()
    by_subject = any(words in subject for words in BOUNCE_SUBJECTS)
    by_text = any(words in folded for words in BOUNCE_PHRASES)
    late = any(words in subject for words in DELAY_SUBJECTS) or any(words in folded for words in DELAY_PHRASES)
    if not (by_subject or by_text or (late and message.from_ and _daemon_name(message))
            or message.has_header("x-failed-recipients")):  # fmt: skip
        return None
    report = _report_only(text)
    failures: dict[str, Failure] = {}
    for recipient, words in _recipients(message, report):
        status = _STATUS.search(words) or _STATUS.search(report)
        failures.setdefault(recipient, _failure(recipient, status[1] if status else "", words, not late))
    return _bounce(message, failures, late)


def _daemon_name(message: Message) -> bool:
    return bool(message.from_) and message.from_.email.startswith(_DAEMONS)


def _report_only(text: str) -> str:
    """The report without the letter that it returns, whose addresses are nobody's failure."""
    folded = text.casefold()
    ends = [at for words in _ORIGINAL_STARTS if (at := folded.find(words)) > 0]
    return text[: min(ends)] if ends and len(folded) == len(text) else text


def _recipients(message: Message, report: str) -> list[tuple[str, str]]:
    """(address, what is said about it): from X-Failed-Recipients (Exim, Gmail), else the addresses in the report."""
    own = {a.email for a in (message.from_, message.sender, *message.to, *message.reply_to) if a}
    lines = report.split("\n")
    named = [a.lower() for a in _ADDRESS.findall(message.header("x-failed-recipients"))]
    found: dict[str, str] = {}
    for at, line in enumerate(lines):
        if any(word in line.casefold() for word in _QUEUE_WORDS):
            continue
        for hit in _ADDRESS.findall(line[:1_000])[:20]:
            address = hit.lower().rstrip(".")
            if address not in own and "." in address.partition("@")[2] and len(found) < MAX_RECIPIENTS:
                found.setdefault(address, " ".join(lines[at : at + 6]))
    if named:
        return [(address, found.get(address, " ".join(lines[:40]))) for address in named[:MAX_RECIPIENTS]]
    return list(found.items())
