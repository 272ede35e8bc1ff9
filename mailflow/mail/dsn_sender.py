"""Tells a mail system from a person by the head of a mail: its sender, its return path, what only people do.

In: a Message.
Out: by what the sender shows as a mail system or as a person, in words.
Fails: never.
Limits: a postmaster may be a person, and then answers, forwards, uses a list or a person's mail program.
"""

from __future__ import annotations

import re

from mailflow.mail.bounce_words import DAEMON_LOCALS, DAEMON_NAMES, PEOPLES_PROGRAMS
from mailflow.mail.message import Message

_REPLIED = re.compile(
    r"^\s*(?:\[[^\]]{1,60}\]\s*)?(?:re|aw|sv|vs|antw?|odp|res|rif|ynt|回复|答复|回覆)\s?(?:\[\d+\])?\s?[:：]", re.I
)
FORWARDED = re.compile(
    r"^\s*(?:\[[^\]]{1,60}\]\s*)?(?:fwd?|wg|tr|rv|i|enc|vb|doorst|pd|vl|ilt|转发|轉寄)\s?[:：]|\(fwd\)\s*$", re.I
)
_PROGRAM = re.compile(r"(?<![a-z])(?:" + "|".join(re.escape(name) for name in PEOPLES_PROGRAMS) + r")(?![a-z])")
_LISTS = ("list-id", "list-post", "list-unsubscribe", "x-mailing-list", "mailing-list", "x-beenthere", "x-loop-list")
_NO_PERSON = ("mailer-daemon", "mailerdaemon", "mail-daemon", "mdaemon", "microsoftexchange")
_REPORT_HEADERS = (
    "x-failed-recipients", "x-ms-exchange-message-is-ndr", "x-ndr", "x-postfix-queue-id-bounced", "x-bounce-report",
)  # fmt: skip


def sender_is_system(message: Message) -> str:
    """How the sender shows as a mail system: null return path (RFC 5321 section 4.5.5), its name, its headers."""
    if message.header("return-path").strip() == "<>":
        return "its return path is empty"
    if any(message.has_header(name) for name in _REPORT_HEADERS):
        return "only delivery reports have such headers"
    sender = message.from_
    if sender is None:
        return _without_address(message)
    local = sender.email.partition("@")[0]
    named = local.startswith(tuple(words.rstrip("@") for words in DAEMON_LOCALS if not words.endswith("@")))
    named = named or f"{local}@" in DAEMON_LOCALS
    name = sender.name.casefold().strip(" '\"")
    surely = local.replace("_", "-").startswith(("mailer-daemon", "mailerdaemon"))
    if not surely and what_people_do(message):
        return ""
    if named:
        return f"its sender is {local[:40]}"
    return f"its sender calls itself {sender.name[:40]}" if any(n in name for n in DAEMON_NAMES) else ""


def _without_address(message: Message) -> str:
    """A From of a name alone ("MAILER-DAEMON", "System Administrator") is a mail system's."""
    name = message.header("from").casefold().strip(" <>\"'")
    local = name.replace(" ", "")
    if local.startswith(tuple(words.rstrip("@") for words in DAEMON_LOCALS)) or any(n in name for n in DAEMON_NAMES):
        return "its sender is a mail system without an address"
    return ""


def what_people_do(message: Message) -> str:
    if any(message.has_header(name) for name in _LISTS):
        return "it came through a mailing list"
    subject = message.subject
    if FORWARDED.search(subject):
        return "its subject says that it was forwarded"
    program = f"{message.header('user-agent')} {message.header('x-mailer')}".casefold()
    if _PROGRAM.search(program) and not _system_name(message):
        return "a person's mail program wrote it"
    if _REPLIED.search(subject) and (message.in_reply_to or message.references):
        return "its subject says that it is an answer"
    return ""


def _system_name(message: Message) -> bool:
    """Exchange sends its reports as "Microsoft Outlook", and some gateways name a person's program as theirs."""
    name = message.from_.name.casefold() if message.from_ else message.header("from").casefold()
    return any(n in name for n in DAEMON_NAMES)


def surely_system(message: Message) -> bool:
    """No person has this address or this return path."""
    local = message.from_.email.partition("@")[0].replace("_", "-") if message.from_ else "mailer-daemon"
    return local.startswith(_NO_PERSON) or message.header("return-path").strip() == "<>"


def system_address(message: Message) -> bool:
    local = message.from_.email.partition("@")[0] if message.from_ else "mailer-daemon"
    return local.startswith(("mailer", "postmaster", "mail-daemon", "mdaemon"))
