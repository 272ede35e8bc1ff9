"""Reads the fields of a standard delivery report (RFC 3464), in its own part or wherever a server has put them.

In: a Message; the report's own words; the returned letter.
Out: Groups of fields; the failures and delays that they state.
Fails: never.
Limits: MAX_GROUPS recipients; fields in plain text count as those of a delivery-status part with another label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailflow.mail import decode, transfer
from mailflow.mail.dsn_address import local_name, typed, unrouted
from mailflow.mail.dsn_returned import RETURNED, Returned, fields
from mailflow.mail.dsn_verdict import STATUS, Failure, judge
from mailflow.mail.message import Message

MAX_GROUPS = 100
MAX_INNER = 60_000
MAX_LINES = 10_000
_INDENTED = re.compile(r"[ >]{1,8}[A-Z][\w-]{2,40}:")

STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
_OF_ONE = frozenset({*_RECIPIENT_FIELDS, "action", "status", "diagnostic-code"})
_STARTS = re.compile(r"^[ \t>]{0,8}(?:final-recipient|original-recipient|reporting-mta)[ \t]{0,3}:", re.I | re.M)
# Some servers write the action in other words than RFC 3464 section 2.3.3, or add a remark.
_FAILED = ("fail", "undeliver", "not delivered", "reject", "error", "bounce", "expired", "unknown")
_DELAYED = ("delay", "defer", "warn", "transient", "retry", "postpone")
_DONE = ("deliver", "relay", "expand", "success")


@dataclass(frozen=True)
class Stated:
    """What the fields say of one recipient: `outcome` is "failed", "delayed", "done" or "" (no word of it)."""

    recipient: str
    name: str
    outcome: str
    status: str
    said: str


def stated(message: Message, report: str) -> tuple[list[Stated], str]:
    """What the fields state of each recipient, and where they stood: "part", "text" or "within" an inner mail."""
    for where, texts in (
        ("part", [_text(octets) for kind, octets in message.parts if kind in STATUS_PARTS]),
        ("text", [report] if _STARTS.search(report) else []),
        ("within", [t for t in _inner(message) if _STARTS.search(t)]),
    ):
        found = [one for text in texts for one in _groups(text)][:MAX_GROUPS]
        if found:
            return [_stated(group) for group in found], where
    return [], ""


def _text(octets: bytes) -> str:
    text = decode.text(octets)
    return text if ":" in text[:2_000] else decode.text(transfer.base64(octets))


def _inner(message: Message) -> list[str]:
    """The beginning of inner mails and of files that are text: a gateway may have wrapped the whole report."""
    return [decode.text(octets[:MAX_INNER]) for kind, octets in message.parts if kind in RETURNED]


def _groups(text: str) -> list[dict[str, str]]:
    """One group of fields a recipient; a second recipient field without a blank line begins the next."""
    out: list[dict[str, str]] = []
    lines: list[str] = []
    for raw in [*text.split("\n", MAX_LINES)[:MAX_LINES], ""]:
        line = raw.lstrip(" >") if _INDENTED.match(raw) else raw
        name = line.partition(":")[0].strip().lower()
        again = name == "final-recipient" and any(known.lower().startswith("final-recipient") for known in lines)
        if not line.strip() or again:
            _add(out, lines)
            lines = []
        lines.append(line)
    return [group for group in out if _has_recipient(group)]


def _has_recipient(group: dict[str, str]) -> bool:
    return any(field in group for field in _RECIPIENT_FIELDS) or ("action" in group and "status" in group)


def _add(out: list[dict[str, str]], lines: list[str]) -> None:
    group = {name: value for name, value in fields("\n".join(lines)).items() if name in _OF_ONE}
    if out and not any(field in group for field in _RECIPIENT_FIELDS):
        # The group was torn by a blank line or a broken one.
        for name, value in group.items():
            out[-1].setdefault(name, value)
    else:
        out.append(group)


def _stated(group: dict[str, str]) -> Stated:
    original, final = typed(group.get("original-recipient", "")), typed(group.get("final-recipient", ""))
    actual = typed(group.get("x-actual-recipient", ""))
    name = next(
        (n for field in ("original-recipient", "final-recipient") if (n := local_name(group.get(field, "")))), ""
    )
    both = " ".join(dict.fromkeys(a for a in (original, final, actual) if a))
    return Stated(both, name, _outcome(group), group.get("status", ""), group.get("diagnostic-code", ""))


def _outcome(group: dict[str, str]) -> str:
    action = group.get("action", "").strip().lower()
    for outcome, words in (("failed", _FAILED), ("delayed", _DELAYED), ("done", _DONE)):
        if action.startswith(words):
            return outcome
    status = STATUS.search(group.get("status", "")) or STATUS.search(group.get("diagnostic-code", ""))
    return {"5": "failed", "4": "delayed", "2": "done"}[status[1][0]] if status else ""


def failures(
    told: Sequence[Stated], returned: Returned, prose: Sequence[str], report: str
) -> tuple[list[Failure], list[Failure]]:
    """(failed, delayed) of all recipients with a word about them."""
    out: dict[str, list[Failure]] = {"failed": [], "delayed": []}
    alone = len(told) == 1
    for one in told:
        outcome = one.outcome or "failed"
        if outcome in out:
            recipient = _recipient(one, returned, prose, alone)
            around = report if alone else ""
            failure = judge(recipient, status=one.status, said=one.said, around=around, failed=outcome == "failed")
            if recipient not in {known.recipient for known in out[outcome]}:
                out[outcome].append(failure)
    return out["failed"], out["delayed"]


def _recipient(one: Stated, returned: Returned, prose: Sequence[str], alone: bool) -> str:
    """The address that the sender knows: of several names for one recipient, that which the letter was sent to."""
    named = one.recipient.split()
    sent_to = (*returned.to, *returned.also_to)
    for address in sent_to:
        if address in named:
            return address
    for name in named:
        if unrouted(name) in sent_to:
            return unrouted(name)
    if named:
        return unrouted(named[0])
    known = (*prose, *sent_to)
    by_name = [address for address in known if address.partition("@")[0] == one.name]
    return next(iter(by_name or (known if alone else ())), "")
