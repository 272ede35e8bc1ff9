"""Addresses that no person reads: daemons, senders that take no replies, the machines of mailing lists.

In: an address.
Out: whether anybody may be thought to read it.
Fails: never.
Limits: goes by the part before the @ alone (RFC 2142, RFC 5321 section 4.5.5, RFC 3834 section 4), in the languages of
the other tables of words; "home-owner" and "office-admin" are people.
"""

from __future__ import annotations

import re

_MACHINES = (
    "mailer-?daemon", "mail-?daemon", "daemon", "bounces?", "mail-?bounces?", "nobody", "dev-?null",
    "null", "auto-?(?:reply|responder|mailer|notify)", "listserv", "majordomo", "mailman", "sympa", "ecartis", "lyris",
)  # fmt: skip
_NO_REPLIES = (
    r"(?:do)?[-_.]?no[-_.]?t?[-_.]?repl(?:y|ies)", "ne-?pas-?repondre", "sans-?reponse", "keine-?antwort(?:en)?",
    "nicht-?antworten", "no-?(?:responder|responda|contestar)", "nao-?(?:responda|responder)", "non-?rispondere",
    "niet-?(?:beantwoorden|antwoorden)", "geen-?antwoord", "nie-?odpowiadac", "svara-?(?:inte|ej)", "ikke-?svar(?:e)?",
    "dim-?ateb", "peidiwch-?ag-?ateb",
)  # fmt: skip
_NEVER = re.compile(rf"(?:{'|'.join((*_MACHINES, *_NO_REPLIES))}|srs[01])(?:[+.=_-].*)?@", re.IGNORECASE)
# RFC 2142: postmaster is a person's task, but what writes from there is a program; the rest are a list's commands.
_UNLESS_LISTED = re.compile(
    r"(?:postmaster|owner-[^@]+|[^@]+-(?:requests?|bounces?|(?:un)?subscribe|confirm)(?:[+=].*)?)@", re.IGNORECASE
)


def takes_no_mail(address: str) -> bool:
    """Whether nobody reads what is written to this address, whoever lists it; so it is with the null sender."""
    address = address.strip().strip("<>")
    return "@" not in address or bool(_NEVER.match(address))


def is_a_machines(address: str) -> bool:
    """Whether a program writes from this address as a rule; a person may read it where somebody lists it."""
    return takes_no_mail(address) or bool(_UNLESS_LISTED.match(address.strip().strip("<>")))


def bare(address: str) -> str:
    """The address without what stands behind a plus sign (RFC 5233), lower case: the mailbox it leads to."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"
