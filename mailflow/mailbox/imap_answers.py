"""What an IMAP server's answer means: whom a refusal is about, and which folders there are.

In: the error that a refused command raised; rows of LIST.
Out: plain values.
Fails: never.
Limits: knows the response codes of RFC 5530 and what two large services say; any other refusal is of the mail or
  folder at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Microsoft 365: "Request is throttled", "User is authenticated but not connected". Gmail: "[OVERQUOTA] Account exceeded
# command or bandwidth limits".
_ACCOUNT = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|LIMIT|OVERQUOTA|SERVERBUG|THROTTLED)\b|\bis throttled\b|\bnot connected\b|"
    r"\bbandwidth limits\b",
    re.IGNORECASE,
)
_GONE = re.compile(r"\[(?:NONEXISTENT|NOPERM|CANNOT|TRYCREATE)\b", re.IGNORECASE)
_CLOSED = frozenset({b"\\noselect", b"\\nonexistent"})


def about_the_account(error: BaseException) -> bool:
    """Whether the server refuses everything for now: no mail and no folder is at fault."""
    return bool(_ACCOUNT.search(str(error)))


def says_gone(error: BaseException) -> bool:
    """Whether the server says that a folder is not there, or not for us."""
    return bool(_GONE.search(str(error)))


def names(listed: Iterable[tuple[Iterable[bytes], object, str]]) -> set[str]:
    """The folders of an answer to LIST that can be opened."""
    return {name for flags, _, name in listed if not _CLOSED & {flag.lower() for flag in flags}}
