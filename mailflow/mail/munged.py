"""Mail whose From a mailing list or a form has rewritten: who may really have written it.

In: a Message.
Out: whether its From is a list's and not its writer's, and the addresses that it claims for the writer.
Fails: never.
Limits: the claims (X-Original-From, X-Original-Sender, Reply-To) prove nothing and are only for a person to confirm
(mail.md row 15). Lists rewrite From because of DMARC (RFC 7960): Google Groups "'Jane Roe' via Concerns", Mailman "Jane
Roe via Concerns", LISTSERV and groups.io their own address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailflow.mail.message import Message

MOST_CLAIMED = 3
_VIA = re.compile(
    r"(?:^|[\s'\"])(?:via|through|\u00fcber|par l'interm\u00e9diaire de|a trav\u00e9s de|attraverso|tramite|door)\s+\S",
    re.I,
)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,40}")
_POST = re.compile(r"<mailto:([^?>\s]{3,300})")
_LIST_SIGNS = ("list-id", "list-post", "x-google-group-id", "x-beenthere", "mailing-list", "x-mailman-version")
_CLAIMS = ("x-original-from", "x-original-sender", "x-mailfrom", "x-real-from", "x-reply-to")


@dataclass(frozen=True)
class Munged:
    """A rewritten From. `list_address`: the list's own; `claimed`: who may have written it, likeliest first."""

    list_address: str
    claimed: tuple[str, ...]
    reason: str


def munged(message: Message) -> Munged | None:
    """Whether a list or a form wrote its own address into From; None if From is its writer's."""
    if message.from_ is None:
        return None
    sender, via = message.from_.email, bool(_VIA.search(message.from_.name))
    listed = any(message.has_header(name) for name in _LIST_SIGNS)
    claimed = _claimed(message, sender)
    if sender in set(_list_addresses(message)):
        return Munged(sender, claimed, "its From is the address of the mailing list, not of whoever wrote it")
    original = any(message.has_header(name) for name in _CLAIMS[:2])
    if via and (listed or original):
        return Munged(sender, claimed, "a mailing list has put its own address in the place of the writer's")
    replies = [a for a in message.reply_to if a.domain != message.from_.domain]
    if via and replies:
        return Munged(sender, claimed, "it was sent by a service in somebody's name")
    return None


def _list_addresses(message: Message) -> Iterator[str]:
    """The addresses of the list that it came through: List-Post (RFC 2369), List-Id (RFC 2919), older signs."""
    for value in message.all_headers("list-post"):
        yield from (post.lower() for post in _POST.findall(value[:2_000]))
    for name in ("x-beenthere", "mailing-list"):
        for value in message.all_headers(name):
            yield from (found.lower() for found in _ADDRESS.findall(value[:2_000]))
    for value in message.all_headers("list-id"):
        name, _, domain = value.rpartition("<")[2].lower().strip(" >").partition(".")
        yield f"{name}@{domain}"


def _claimed(message: Message, sender: str) -> tuple[str, ...]:
    """The addresses that the mail names for its writer, not the list's own; the caller takes out ours."""
    own = {*_list_addresses(message), sender}
    found = [hit.lower() for name in _CLAIMS for v in message.all_headers(name) for hit in _ADDRESS.findall(v[:1_000])]
    found += [address.email for address in message.reply_to]
    return tuple(address for address in dict.fromkeys(found) if address not in own)[:MOST_CLAIMED]
