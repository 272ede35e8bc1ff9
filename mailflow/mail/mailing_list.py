"""Tells mailing lists from newsletters: one person's words to many, or one machine's announcement to many.

In: a Message and its Signs; the council's own domains.
Out: whether it came through a list that is not ours; a Kind "bulk", or None.
Fails: never.
Limits: RFC 2369 and 2919 headers, and what list managers and mailers write beside them. What a person says through a
discussion list is a person's word; only what a machine sent to many is bulk.
"""

from __future__ import annotations

import re

from mailflow.mail.kind import Kind
from mailflow.mail.machine_words import NEWSLETTER_PHRASES
from mailflow.mail.message import Message
from mailflow.mail.signs import Signs

ENOUGH = 4
SURELY = 5
DOUBT = 2
_DISCUSSION = frozenset({"x-beenthere", "mailing-list", "x-mailing-list", "x-google-group-id", "x-listname"})
_MAILERS = (
    "feedback-id", "x-campaign", "x-mc-user", "x-mailchimp", "x-csa-complaints", "x-sg-eid", "x-mandrill", "x-mailgun",
    "x-report-abuse", "x-cmail", "x-elq", "x-sfmc", "x-job", "x-mailer-sid", "x-mailer-recptid", "x-rpcampaign",
    "x-newsletter", "x-list-member", "x-postmark", "x-mj-", "x-sib-", "x-klaviyo", "x-hs-", "x-cid",
)  # fmt: skip
_SENDERS = re.compile(
    r"(?:e?-?news(?:letter)?s?|marketing|offers?|deals|promo(?:tions)?|updates?|bulletins?|digest|alerts?|no-?reply|mailer)\b"
)
_DIGEST = re.compile(r"\bdigest,? (?:vol|v\d|of|\d|issue)|\bdigest number \d")


def is_listed(signs: Signs, own_domains: frozenset[str]) -> bool:
    """It came through a mailing list that is not ours: mail through a list of our own is mail to us."""
    return not _is_ours(signs, own_domains) and (
        "list-id" in signs.heads
        or "list-post" in signs.heads
        or bool(_DISCUSSION & signs.heads.keys())
        or signs.head("precedence") == "list"
        or signs.head("sender").startswith("owner-")
    )


def _is_ours(signs: Signs, own_domains: frozenset[str]) -> bool:
    domain = signs.head("list-id").rpartition("<")[2].strip(" <>")
    return any(domain == own or domain.endswith("." + own) for own in own_domains)


def recognise(message: Message, signs: Signs, own_domains: frozenset[str]) -> Kind | None:
    """A newsletter, by the weight of its signs; a person's mail if they are few, None if there are none."""
    unsubscribe = "list-unsubscribe" in signs.heads
    if not (unsubscribe or is_listed(signs, own_domains)) or _is_ours(signs, own_domains):
        return None
    post = signs.head("list-post")
    closed = post.startswith("no") or "<no>" in post
    discussed = bool(post) or bool(_DISCUSSION & signs.heads.keys()) or "mailman" in " ".join(signs.heads)
    local = message.from_.email.partition("@")[0] if message.from_ else ""
    digest = bool(_DIGEST.search(signs.subject)) and local.endswith(("-request", "-owner", "-bounces", "-admin"))
    foot = message.text[:400].casefold() + message.text[-1_500:].casefold()
    said = sum(phrase in foot for phrase in NEWSLETTER_PHRASES)
    weight = (
        2 * ("list-unsubscribe-post" in signs.heads)
        + 2 * any(name.startswith(_MAILERS) for name in signs.heads)
        + 4 * closed
        + unsubscribe
        + (signs.head("precedence") in {"bulk", "junk"})
        + min(said, 2)
        + bool(_SENDERS.match(local))
        + 5 * digest
        - 3 * (signs.answer and not closed)
        - 2 * (discussed and not closed)
        - 2 * signs.ticket
        - 2 * (signs.head("sender").startswith("owner-"))
    )
    if weight < DOUBT:
        return None
    if weight < ENOUGH:
        why = "It has some marks of a newsletter, but may be one person's words to one."
        return Kind("human", why, False, listed=True)
    how = "it offers to unsubscribe (RFC 2369)"
    if closed or digest:
        how = "nobody may write to the list (List-Post: NO, RFC 2369)" if closed else "a list manager's digest"
    return Kind("bulk", f"A newsletter or announcement: {how}, and its other marks fit.", weight >= SURELY, listed=True)
