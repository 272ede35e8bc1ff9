"""Decides what a delivery report means for one recipient: for ever or for now, and whether the address is dead.

In: the action and status of RFC 3464, the words of the remote server, the words of the report.
Out: Failure.
Fails: never.
Limits: codes come before words, the most exact code first; where neither says anything, a failure is permanent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailflow.mail.dsn_verdict_words import (
    DEAD_PHRASES,
    LASTING_PHRASES,
    SURELY_DEAD_PHRASES,
    SURELY_LASTING_PHRASES,
    SURELY_TEMPORARY_PHRASES,
    TEMPORARY_PHRASES,
)

MAX_DIAGNOSTIC = 300
MAX_WORDS = 4_000

# The class and subject of RFC 3463; four parts are a version or an IP address, "v5.1.1" is a version.
STATUS = re.compile(r"(?<![\dvV.])([245]\.[0-7]\.\d{1,3})(?!\.?\d)")
# A reply code of RFC 5321 stands first, or behind what introduces it; 550 of "550 bytes" does not.
_CODE = re.compile(
    r"(?:^|[:<>(#'\"\[,;=]\s?|(?:said|code|error|status|reply|response|smtp|\bwith|returned|answer|\bwas|respuesta)\s)"
    r"([45][0-5]\d)(?=[\s\-#:,.;)'\"\]<]|$)(?!\s(?:bytes|kb|mb|gb|days|hours|minutes|seconds)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_SOMEONE = re.compile(r"<[^<>\s]{1,200}>|\([^()\s]{1,200}@[^()\s]{1,200}\)|[^\s<>\"',;()]{1,128}@[\w.-]{1,200}")
_NO_MAILBOX = frozenset(
    {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.310", "5.2.1", "5.7.13", "5.7.17", "5.7.18"}
)


@dataclass(frozen=True)
class Failure:
    """One recipient not reached. `status` is an enhanced code (RFC 3463) or ""; `dead_address`: no such mailbox."""

    recipient: str
    status: str
    permanent: bool
    dead_address: bool
    diagnostic: str


def judge(recipient: str, *, status: str = "", said: str = "", around: str = "", failed: bool = True) -> Failure:
    """The verdict on one recipient.

    `status` is the Status field, `said` what was said about this recipient, `around` the rest of the report, which
    counts only if the first two are silent. `failed` False: the server keeps trying (RFC 3464 section 2.3.3).
    """
    words = " ".join(said[:MAX_WORDS].split())
    rest = " ".join(around[:MAX_WORDS].split())
    silent = not _code(words) and not _by_words(words)
    exact = _exact(status, words)
    if silent and (not exact or exact.endswith(".0.0")):
        exact = _exact(exact, rest)
    code = _code(words) or (_code(rest) if silent and not exact else "")
    kind = exact[:1] if exact and not exact.endswith(".0.0") else code[:1] or exact[:1]
    lasting = kind == "5" if kind in {"4", "5"} else (_by_words(words) or _by_words(rest) or "5") == "5"
    permanent = failed and lasting
    telling = words if _code(words) or STATUS.search(words) or _by_words(words) else f"{words} {rest}"
    return Failure(recipient, exact, permanent, permanent and _dead(exact, telling), words[:MAX_DIAGNOSTIC])


def _exact(status: str, words: str) -> str:
    """The most telling enhanced code: the field's, unless it only gives a class and the words say more."""
    own = STATUS.search(status)
    field = own[1] if own and own[1][0] != "2" else ""
    if field and not field.endswith(".0.0"):
        return field
    found = [code for code in STATUS.findall(words) if code[0] != "2"]
    return next((code for code in found if not code.endswith(".0.0")), "") or field or next(iter(found), "")


def _code(words: str) -> str:
    found = _CODE.search(words)
    return found[1] if found else ""


def _by_words(words: str) -> str:
    """ "5", "4" or "" by what people read in it: an unknown user is for ever, a full mailbox or a timeout is not."""
    folded = _plain(words)
    if any(phrase in folded for phrase in SURELY_TEMPORARY_PHRASES):
        return "4"
    if any(phrase in folded for phrase in (*SURELY_DEAD_PHRASES, *SURELY_LASTING_PHRASES)):
        return "5"
    if any(phrase in folded for phrase in TEMPORARY_PHRASES):
        return "4"
    return "5" if any(phrase in folded for phrase in LASTING_PHRASES) else ""


def _plain(words: str) -> str:
    """The words without the addresses between them: "User <jane@example.org> unknown" says "user unknown"."""
    return " ".join(_SOMEONE.sub(" ", words).split()).casefold().replace("\u2019", "'")


def _dead(status: str, words: str) -> bool:
    """No such mailbox or domain. A refusal by policy (X.7) is about the letter, unless it speaks of the user."""
    if status in _NO_MAILBOX:
        return True
    folded = _plain(words)
    if status.startswith("5.7."):
        return any(phrase in folded for phrase in SURELY_DEAD_PHRASES)
    if status.startswith(("5.2.2", "5.2.3", "5.3.4")):
        return False
    return any(phrase in folded for phrase in DEAD_PHRASES)
