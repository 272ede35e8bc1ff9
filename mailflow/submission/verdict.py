"""What an SMTP answer means for one recipient of a letter.

In: the last phase reported, the server's answer or None, a sentence about the error if there was no answer.
Out: `Verdict`: sent, deferred, refused or in doubt; whether the server asks us to slow down; words for a person.
Fails: never; what is not understood is temporary (or in doubt after the final dot).
Limits: pure; knows the codes of the RFCs and the documented exceptions of large mail services; reads no free text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

PHASES = ("connected", "mail", "rcpt", "data", "dot", "reply")
SENT, DEFERRED, REFUSED, IN_DOUBT = "sent", "deferred", "refused", "in_doubt"


@dataclass(frozen=True)
class Answer:
    """A server's answer for one recipient: reply code, enhanced status ("" if none), text."""

    recipient: str
    code: int
    enhanced: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """state: sent, deferred, refused, in_doubt; throttled: the server asks us to slow down; words: one sentence."""

    state: str
    throttled: bool
    words: str


class Phased(Protocol):
    """Is told of each phase before it begins, with the verdicts on those whom the server has turned away so far."""

    def __call__(self, phase: str, refused: Mapping[str, Verdict] = ..., /) -> None: ...


# Codes and statuses that say "too fast" to us as a whole (Exchange Online: 432 4.3.2; Gmail: 421 4.7.28).
_THROTTLE_CODES = frozenset({421, 432})
_THROTTLE_STATUS = frozenset({"4.3.2", "4.4.5", "4.7.28", "5.4.5", "5.2.121", "5.1.90"})
# A 5xx that the documents call temporary all the same:
_TEMPORARY_STATUS = frozenset(
    {
        "5.2.2",  # mailbox full: RFC 3463 section 3.3 files it under persistent transient failures
        "5.3.1",  # mail system full, RFC 3463 section 3.4
        "5.3.2",  # system not accepting mail at present, RFC 3463 section 3.4
        "5.4.5",  # congestion, RFC 3463 section 3.5; Gmail's daily sending quota
        "5.2.121",  # Exchange: hourly limit from one sender
        "5.2.122",  # Exchange: hourly limit of the recipient
        "5.1.90",  # Exchange Online: the sender's daily limit of recipients
    }
)
_TEMPORARY_CODES = frozenset(
    {
        503,  # bad sequence of commands: the connection's fault, not the letter's
        530,  # authentication required, RFC 4954 section 6
        534,  # authentication mechanism too weak
        535,  # credentials invalid: every letter would be refused for the operator's mistake
        538,  # encryption required
    }
)
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def answer(recipient: str, code: int, text: str) -> Answer:
    """Read a raw reply into an Answer (RFC 2034: the enhanced status begins the text)."""
    found = _STATUS.match(text)
    return Answer(recipient, code, found.group(1) if found else "", text)


def judge(phase: str, answer: Answer | None, error: str = "") -> Verdict:
    """The verdict for one recipient, given how far the transaction came.

    `phase` is the last phase reported: "" (not connected), then PHASES; "dot" means that the final dot went out and
    no answer was read. A 250 to RCPT alone is no delivery: without a final answer the letter is deferred.
    """
    after_dot = phase in ("dot", "reply")
    if answer is None or not _readable(answer.code):
        said = _sentence(error) if answer is None else f"The server gave an unreadable answer: {_quoted(answer)}"
        if after_dot:
            # RFC 5321 section 4.1.1.4: once the final dot is out the server may have taken the letter.
            return Verdict(IN_DOUBT, False, f"{said} The letter may or may not have left.")
        return Verdict(DEFERRED, False, said)
    said = f"The server said: {_quoted(answer)}"
    kind = answer.code // 100
    if kind == 2:
        if after_dot:
            return Verdict(SENT, False, said)
        return Verdict(DEFERRED, False, "The server accepted the address, but the letter was not handed over.")
    # Exchange Online, "554 5.2.0 ... SubmissionQuotaExceededException": the sender's quota of the day is used up, which
    # it says when it has read the letter. Before that 5.2.0 is about the recipient's mailbox.
    quota = after_dot and answer.enhanced == "5.2.0"
    throttled = quota or answer.code in _THROTTLE_CODES or answer.enhanced in _THROTTLE_STATUS
    if kind == 5 and not throttled and _about_the_letter(phase, answer):
        return Verdict(REFUSED, False, said)
    return Verdict(DEFERRED, throttled, said)


def _about_the_letter(phase: str, answer: Answer) -> bool:
    """Whether a 5xx really refuses this recipient for good."""
    if phase in ("", "connected"):
        return False  # RFC 5321 section 3.1: 554 at the greeting is about the server, never about a letter
    if answer.code in _TEMPORARY_CODES or answer.enhanced in _TEMPORARY_STATUS:
        return False
    if answer.code == 552 and phase == "rcpt" and not answer.enhanced:
        return False  # RFC 5321 section 4.5.3.1.10: an old "too many recipients" is to be read as 452
    return not answer.enhanced.startswith("4.")  # a code and a status that contradict each other: temporary


def retry_after(attempts: int, jitter: float) -> timedelta:
    """How long to wait after the n-th attempt: 1, 2, 4 ... minutes, at most 4 hours, times 0.75 to 1.25.

    attempts: 1 after the first try; jitter: 0.0 to 1.0, handed in because this module rolls no dice.
    RFC 5321 section 4.5.4.1 asks for growing pauses; ours begin shorter because the peer is our own submission server.
    """
    minutes = min(240.0, 2.0 ** min(max(attempts, 1) - 1, 10))
    return timedelta(minutes=minutes * (0.75 + 0.5 * min(max(jitter, 0.0), 1.0)))


def _readable(code: int) -> bool:
    return code // 100 in (2, 4, 5)


def _quoted(answer: Answer) -> str:
    text = _UNPRINTABLE.sub(" ", answer.text).strip()[:300]
    return f"{answer.code} {text}".strip()


def _sentence(error: str) -> str:
    text = _UNPRINTABLE.sub(" ", error).strip()[:300] or "The server gave no answer"
    return text if text.endswith(".") else f"{text}."
