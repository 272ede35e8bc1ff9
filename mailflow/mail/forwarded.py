"""Who may have written the mail that somebody passes on: proposed, never assumed (mail.md row 14).

In: a Message that encloses another, as a file or in its text.
Out: the addresses that its inner heads name as senders, the nearest first.
Fails: never.
Limits: what a head says proves nothing; at most MOST_MAILS enclosed mails and MOST_TEXT characters are looked at; an
inner sender who is named without an address is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.errors import Unreadable
from mailflow.mail.message import Message
from mailflow.mail.parse import parse
from mailflow.mail.quote_words import FROM_NAMES, VERBS_INSIDE, VERBS_LAST

MOST_TEXT = 100_000
MOST_MAILS = 10
_NAMES = "|".join(sorted(map(re.escape, FROM_NAMES), key=len, reverse=True))
_ADDRESS = r"([A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,63})"
# "From: Jane Roe <jane@...>", in bold as Outlook writes it, "[mailto:...]", the address folded to the next line.
_HEAD = re.compile(
    rf"^[>\s]{{0,40}}[*_]{{0,2}}(?:{_NAMES})[ \t\u00a0]?[*_]{{0,2}}[ \t\u00a0]?[:\uff1a][*_]{{0,2}}"
    rf"([^\n]{{0,200}}(?:\n[>\t ]{{0,40}}[<\[(][^\n]{{0,200}})?)",
    re.IGNORECASE | re.MULTILINE,
)
# "On Monday Jane Roe <jane@...> wrote:", as Apple Mail and Gmail pass a conversation on: a line that ends with a colon.
_WROTE = re.compile(rf"{_ADDRESS}([^\n@]{{0,90}})[:\uff1a][ \t]*$", re.MULTILINE)
_FIRST = re.compile(_ADDRESS)


def senders(message: Message) -> tuple[str, ...]:
    """The addresses that may have written what this mail passes on: of enclosed mails, then of heads in its text."""
    return tuple(dict.fromkeys([*_enclosed(message), *_named_in(message.text[:MOST_TEXT])]))


def _enclosed(message: Message) -> Iterator[str]:
    inner = [octets for kind, octets in message.parts if kind == "message/rfc822"]
    inner += [a.octets for a in message.attachments if a.name.lower().endswith(".eml") and not a.unwrapped_from]
    for octets in inner[:MOST_MAILS]:
        try:
            sender = parse(octets).from_
        except Unreadable:
            continue
        if sender:
            yield sender.email
    for file in message.attachments:
        # What a mail saved by Outlook says stands in a text that was made of it.
        if file.unwrapped_from.lower().endswith(".msg") and file.content_type == "text/plain":
            yield from _named_in(file.octets[:MOST_TEXT].decode("utf-8", "replace"))


def _named_in(text: str) -> list[str]:
    found = [(head.start(), hit[1]) for head in _HEAD.finditer(text) if (hit := _FIRST.search(head[1]))]
    for wrote in _WROTE.finditer(text):
        words = wrote[2].casefold()
        if any(verb in words for verb in (*VERBS_LAST, *VERBS_INSIDE)):
            found.append((wrote.start(), wrote[1]))
    return [address.lower().strip(".'") for _, address in sorted(found)]
