"""Says whose case a mail is, by what, and why, in the order of precedence of mail.md ("Whose case is it").

In: a Message, its split Reply, our prefixes, and a way to ask which case a Message-ID of ours belongs to.
Out: Match, its reason in words for the log and for the officer.
Fails: never.
Limits: names one case only if nothing else in the mail names another; never by name, address or Received line alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from mailflow.mail.compose import ids_in
from mailflow.mail.message import Message
from mailflow.mail.quote_words import FORWARD_LINES
from mailflow.mail.reference import find
from mailflow.mail.reply_text import Reply

_MOST_IDS = 200
_MOST_MARKERS = 200
_MOST_TEXT = 200_000
_MARKER = re.compile(r"(?i)\breference\s{0,3}:[\s>*_]{0,40}\[?[\s>*_]{0,8}")
_FORWARD_SUBJECT = re.compile(
    r"(?i)^(?:\s{0,9}\[[^\[\]]{0,60}\]){0,5}\s*"
    r"(?:fwd?|wg|tr|rv|enc|i|vb|vl|doorst|pd|vidb|fs|ilt|prosl|\u03c0\u03c1\u03b8|tov\u00e1bb\u00edt\u00e1s|\u8f6c\u53d1|\u8f49\u5bc4|\u8ee2\u9001)"
    r"\s*(?:\[\d+\])?\s*[:\uff1a]"
)
_REPLY_SUBJECT = re.compile(r"(?i)^\s*(?:re|aw|sv|antw|ref|r\u00e9f?)\s*(?:\[\d+\])?\s*[:\uff1a]")
# What a line says that announces a mail passed on; "original message" stands above what is only answered, too.
_PASSED_ON = (
    "forward", "fwd", "weitergeleitet", "transfér", "réexpédi", "reenviad", "inoltrat", "doorgestuurd", "przekaz",
    "encaminhad", "vidarebefordra", "videresend", "välitetty", "přepos", "předáv", "prepos", "továbbít", "redirec",
    "перес", "переадр", "перенаправл", "препратен", "iletil", "yönlendiril", "προωθ", "転送", "转发", "轉寄", "전달",
    "ymlaen", "karere tuku", "reenviat", "chuyển tiếp", "edastatud", "שהועברה", "توجيه", "proslijeđen", "posredovan",
    "terusan",
)  # fmt: skip
_FORWARDS = sorted({line for line in FORWARD_LINES if any(stem in line for stem in _PASSED_ON)}, key=len, reverse=True)
_FORWARD_BLOCK = re.compile(
    rf"(?im)^[>\s]{{0,8}}(?:-{{2,}}\s{{0,3}}(?:{'|'.join(map(re.escape, _FORWARDS))})"
    rf"|(?:{'|'.join(map(re.escape, _FORWARDS))})\s{{0,3}}[:\uff1a]\s{{0,3}}$)"
)


@dataclass(frozen=True)
class Match:
    """Whose case a mail is. `case` is "" unless exactly one is named; `others` are all cases named when they conflict.

    `by` is references, quoted, subject, body, none or conflict. `guess` is a reading of a tag that does not hold, for a
    person to confirm, never to act on.
    """

    case: str
    by: str
    reason: str
    others: tuple[str, ...]
    guess: str


def correlate(
    message: Message,
    reply: Reply,
    prefixes: frozenset[str],
    case_of_message_id: Callable[[str], str],
    spoken_of: frozenset[str] = frozenset(),
    domain: str = "",
) -> Match:
    """Whose case a mail is (domain.md G1; mail.md rows 5 and 9 to 12).

    Precedence: a Message-ID of ours in References or In-Reply-To, the line "Reference: [tag]" in the quoted body, the
    tag in the subject, the tag in the new text. Two cases named anywhere give "conflict", and so does a forward, whose
    old tags say what it encloses and not what it is, unless its writer names the case in new words.
    `case_of_message_id` answers "" for an id that is not ours. `spoken_of` are references that a command in this mail
    takes as its object ("Duplicate of ..."): in the new text they are not evidence. `domain` is that of our own
    Message-IDs, which are then known in spoilt headers too. Thread-Index and Thread-Topic are no keys: mail programs
    carry them from one conversation into another.
    """
    ids = [*message.in_reply_to, *message.references[::-1]][:_MOST_IDS]
    if domain:
        headers = (*message.all_headers("in-reply-to"), *message.all_headers("references"))
        ids += ids_in(" ".join(headers), domain)[:_MOST_IDS]
    by_ids = _unique(case_of_message_id(message_id) for message_id in dict.fromkeys(ids))
    by_quote = _unique(_marked(reply.quoted[:_MOST_TEXT], prefixes))
    in_subject = find(message.subject, prefixes)
    by_subject = _unique(found.reference for found in in_subject if found.exact)
    in_body = find(_own_words(reply), prefixes)
    by_body = _unique(found.reference for found in in_body if found.exact and found.reference not in spoken_of)
    evidence = (("references", by_ids), ("quoted", by_quote), ("subject", by_subject), ("body", by_body))
    named = _unique(case for _, cases in evidence for case in cases)
    guesses = _unique(found.guess for found in (*in_subject, *in_body) if not found.exact)
    guess = guesses[0] if len(guesses) == 1 and guesses[0] not in named else ""

    if len(named) > 1:
        places = "; ".join(f"{by}: {', '.join(cases)}" for by, cases in evidence if cases)
        return Match("", "conflict", f"The mail names more than one case ({places}).", named, guess)
    if named and _is_forward(message, by_ids, by_subject, reply):
        if by_body:
            return Match(named[0], "body", "A forward whose writer names the case in new words.", (), guess)
        reason = f"A forward that encloses a mail of {named[0]}; it may be about something else."
        return Match("", "conflict", reason, named, guess)
    for by, cases in evidence:
        if cases:
            return Match(cases[0], by, REASONS[by], (), guess)
    if any(not found.exact for found in (*in_subject, *in_body)):
        return Match("", "none", "The mail names a reference whose check characters do not hold.", (), guess)
    return Match("", "none", "Nothing in the mail names a case.", (), "")


REASONS = {
    "references": "It answers a letter of ours by Message-ID.",
    "quoted": "It quotes a letter of ours with its reference.",
    "subject": "The reference stands in the subject.",
    "body": "The reference stands in the new text.",
}
"""Why a mail belongs to its case, by what names it; what stands first weighs most."""


def _unique(cases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(case for case in cases if case))


def _marked(text: str, prefixes: frozenset[str]) -> Iterator[str]:
    """The references that stand behind the word "Reference:", as our letters write them."""
    for marker in islice(_MARKER.finditer(text), _MOST_MARKERS):
        behind = text[marker.end() : marker.end() + 120]
        yield from (found.reference for found in find(behind, prefixes) if found.exact and found.at == 0)


def _own_words(reply: Reply) -> str:
    """The new text up to a block it passes on: a tag in there is an old one."""
    new = reply.new[:_MOST_TEXT]
    block = _FORWARD_BLOCK.search(new)
    return new[: block.start()] if block else new


def _is_forward(message: Message, by_ids: tuple[str, ...], by_subject: tuple[str, ...], reply: Reply) -> bool:
    """Whether the mail passes another one on: its outermost prefix says so, or only a passed-on block names us."""
    if _FORWARD_SUBJECT.match(message.subject):
        return True
    if by_ids or by_subject or message.in_reply_to or _REPLY_SUBJECT.match(message.subject):
        return False
    return any(_FORWARD_BLOCK.search(text[:_MOST_TEXT]) for text in (reply.new, reply.quoted))
