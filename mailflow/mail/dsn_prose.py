"""Finds the failed recipients that a delivery report names in prose, dialect by dialect.

In: the report's own words.
Out: (address, what is said about it) in order, and which rule found them.
Fails: never.
Limits: MAX_LINES lines; the most telling rule that finds anything wins, so that an address named in passing (a help
desk, a server's owner) counts only where nothing else does.
"""

from __future__ import annotations

import re

from mailflow.mail.bounce_words import LIST_OPENERS, NOT_RECIPIENT_WORDS
from mailflow.mail.dsn_address import ADDRESS, MAX_LINE, addresses, looks_made_by_machine

MAX_LINES = 800
MAX_FOUND = 100
_SAID = 12  # lines of a diagnostic
_OPEN = 60  # lines that a list of recipients may run on

_LEAD = r"[\s*\u2022\u00b7\u25cf>|#-]{0,20}"
# "<jane@example.org>:" begins a paragraph: qmail (QSBMF), Postfix, Courier, Yahoo, Haraka.
_PARAGRAPH = re.compile(r"^\s{0,8}<[^<>\s]{1,320}>\s?(?:\([^)]{0,200}\))?\s?:")
# "Failed recipient: jane@example.org": a labelled line.
_LABEL = re.compile(
    _LEAD + r"(?:failed (?:recipients?|address(?:es)?)|undeliverable (?:address|to|recipients?)|intended recipients?|"
    r"addressed to|recipients?(?: address(?:es)?)?|recipient (?:e-?mail|name)|rcpt to|error-for|"
    r"could not be delivered to|"
    r"invalid final delivery userid|user's mailbox is full|failed to deliver to|not delivered to|delivery failed to|"
    r"bounced address|address(?:es)? in error|problem address|e-?mail address|mailbox|affected recipients?|"
    r"empf(?:ä|ae)nger(?:adresse)?|an|adressat|destinataires?|destinatarios|destinatari[oa]?|destinatários?|"
    r"ontvangers?|geadresseerden?|odbiorc[ay]|adresat|mottagare|modtagere?|mottakere?|получател[ьи]|"
    r"受信者|宛先|收件人|收信人|收信地址|配信先|수신자|받는 ?사람|alıcı)"
    r"\s{0,6}(?:\([^)]{0,40}\))?\s{0,6}[:：=]",
    re.IGNORECASE,
)
# The sentence that names the recipient itself.
_SENTENCE = re.compile(
    r"(?:(?:unable to|could ?n[o']t|cannot|can't|failed to|not able to)\s+"
    r"(?:be\s+)?(?:deliver\w*|sen[dt]|relay\w*)"
    r"(?:\s+(?:your|the|this|a|following|e-?mail|mail|messages?))*(?:\s+(?:to|for))?|"
    r"(?:delivery|message|mail)\s+(?:to|for)(?=\s+\S*@)|rejected\s+(?:the\s+)?recipient|addressed\s+to|"
    r"undeliverable\s+to|intended\s+for|returned\s+permanent\s+errors:|no\s+such\s+user|unknown\s+user|user\s+unknown|"
    r"zustellung\s+an|nachricht\s+an|konnte\s+nicht\s+an|remis\s+à|remise\s+à|envoyé\s+à|entregad[oa]\s+a|entregar\s+a|"
    r"entregue\s+a|consegnat[oa]\s+a|recapitat[oa]\s+a|bezorgd\s+(?:aan|bij)|levereras\s+till|leveres\s+til|"
    r"dostarczon[ya]\s+do|delivered\s+to)[\s:,'\"<(]{0,8}(?:<?mailto:)?",
    re.IGNORECASE,
)
_RCPT = re.compile(r"RCPT\s+TO:\s?<?([^<>\s]{1,320})>?", re.IGNORECASE)
# "... after RCPT TO:", and the address only on the next line (Exim).
_RCPT_BROKEN = re.compile(r"rcpt\s+to:?\s{0,9}$", re.IGNORECASE)
_REPLY = re.compile(r"^[\s<>]{0,8}(?:received\s>>>\s)?[45]\d\d[\s-].*@", re.IGNORECASE)
_EXPANDED = re.compile(
    r"\((?:ultimately )?(?:expanded|generated|forwarded|redirected) from:?\s?<?([^<>()\s]{1,320})>?\)", re.IGNORECASE
)
_NAME_BEFORE = re.compile(r"^[^@<>()\[\]:\n]{0,60}[<(\[](?:mailto:|smtp:)?(?=[^<>()\s]{1,320}@)", re.IGNORECASE)
_RULE_LINE = re.compile(r"^\s{0,12}[-=_*+#]{3,}")

_BARE_NAME = re.compile(r"^\s{1,16}<?([A-Za-z][\w.-]{2,40})>?\s{0,9}$")
_FEW = 4  # lines between the words that open a list and its first name
IN_PASSING = "an address in its words"
Found = list[tuple[str, str]]


def recipients(report: str, own: frozenset[str] = frozenset()) -> tuple[Found, str]:
    """The recipients by the first rule that finds any, and that rule in words. `own` are the report's own parties."""
    lines = report.split("\n")[:MAX_LINES]
    fallback: tuple[Found, str] = ([], "")
    for rule, why in _RULES:
        at: dict[str, int] = {}
        for number, address in rule(lines):
            if len(at) < MAX_FOUND and not looks_made_by_machine(address):
                at.setdefault(address, number)
        others = {address: number for address, number in at.items() if address not in own}
        if others:
            return _with_words(lines, others), why
        if at and not fallback[1] and why != IN_PASSING:
            fallback = _with_words(lines, at), why
    return fallback


def _with_words(lines: list[str], at: dict[str, int]) -> Found:
    """Each address with the lines from its own to the next recipient's; silent ones get all lines that name them."""
    starts = sorted(set(at.values()))
    out: Found = []
    for address, number in at.items():
        after = next((start for start in starts if start > number), len(lines))
        own = lines[number : min(after, number + _SAID)]
        also = [line for n, line in enumerate(lines) if n >= number + _SAID and address in line.lower()][:3]
        out.append((address, " ".join([*own, *also])))
    return out


def bare_names(report: str) -> list[str]:
    """Names without a domain in a list of recipients: "janedoe77" alone on its line (AOL, universities)."""
    out: list[str] = []
    left = 0
    for line in report.split("\n")[:MAX_LINES]:
        if left and (found := _BARE_NAME.match(line)):
            out.append(found[1].lower())
        elif line.strip():
            left = _FEW if any(words in line.casefold() for words in LIST_OPENERS) else max(0, left - 1)
    return list(dict.fromkeys(out))[:MAX_FOUND]


# --- the rules, most telling first -----------------------------------------------------------------------------


def _paragraphs(lines: list[str]) -> list[tuple[int, str]]:
    out: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        if _PARAGRAPH.match(line) and not _RCPT_BROKEN.search(lines[number - 1] if number else ""):
            behind = _EXPANDED.search(line)
            out += [(number, address) for address in addresses(behind[1] if behind else line)[:1]]
    return out


def _listed(lines: list[str]) -> list[tuple[int, str]]:
    """Lines that begin with an address, below a line that announces them."""
    out: list[tuple[int, str]] = []
    left = 0
    for number, line in enumerate(lines):
        folded = " ".join((line + " " + (lines[number + 1] if number + 1 < len(lines) else "")).split()).casefold()
        if not line.strip():
            continue
        expanded = _EXPANDED.search(line) if left else None
        leading = _leading(line) if left and "@" in line and not _runs_on(lines, number) else ""
        if expanded and out and number - out[-1][0] <= 3 and not _begins_another(lines, out[-1][0], number):
            # "<jane@inner>" of a list or alias: the sender knows what it was expanded from (Sendmail).
            out[-1] = (out[-1][0], next(iter(addresses(expanded[1])), out[-1][1]))
        elif expanded:
            out += [(number, address) for address in addresses(expanded[1])]
        elif leading:
            out.append((number, leading))
        elif "successful" in folded:
            left = 0  # Sendmail lists below this who did get the letter
        elif any(words in folded for words in LIST_OPENERS):
            left = _OPEN
            out += [(number, a) for a in _behind_opener(line)]
        elif out and left and _RULE_LINE.match(line):
            left = 0
        left -= left > 0
    return out


def _runs_on(lines: list[str], number: int) -> bool:
    """The line goes on with a sentence that tells whom to ask: "Please reply to", next line the address."""
    before = lines[number - 1].strip() if number else ""
    return bool(before) and before[-1].isalpha() and _of_others(before)


def _begins_another(lines: list[str], first: int, last: int) -> bool:
    """Between the two a line stands no deeper than the first: the next entry, such as a file or a pipe (Exim)."""
    depth = _depth(lines[first])
    return any(line.strip() and _depth(line) <= depth for line in lines[first + 1 : last])


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _behind_opener(line: str) -> list[str]:
    """ "... to the following recipients: jane@example.org, joe@example.org" on the opener's own line."""
    _, colon, rest = line.rpartition(": ")
    return addresses(rest) if colon else []


def _leading(line: str) -> str:
    """The address a line begins with, behind bullets, quotes, "SMTP:" or the recipient's name; "" if it does not."""
    if _of_others(line.partition("@")[0]):
        return ""
    bare = line[:MAX_LINE].lstrip(" \t*\u2022\u00b7\u25cf>|#-='\"＜[(0123456789.)")
    for start in ("smtp:", "smtp=", "mailto:", "rfc822;", "to:", "user:", "<"):
        if bare.lower().startswith(start):
            bare = bare[len(start) :].lstrip(" <'\"")
    found = ADDRESS.match(bare)
    if found is None:
        named = _NAME_BEFORE.match(bare)
        found = ADDRESS.match(bare, named.end()) if named else None
    elif line.lstrip()[:1].isdigit():
        whole = addresses(line)
        return whole[0] if whole else ""
    return next(iter(addresses(found[0])), "") if found else ""


def _labelled(lines: list[str]) -> list[tuple[int, str]]:
    out: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        found = None if line.lstrip().startswith(">>>") else _LABEL.match(line[:MAX_LINE])
        if found and not _of_others(found[0]):
            rest = line[found.end() :].strip() or (lines[number + 1] if number + 1 < len(lines) else "")
            out += [(number, address) for address in addresses(rest)[:10]]
    return out


def _sentences(lines: list[str]) -> list[tuple[int, str]]:
    out: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        if "@" not in line and not (number + 1 < len(lines) and "@" in lines[number + 1]):
            continue
        two = line[:MAX_LINE] + "\n" + (lines[number + 1][:MAX_LINE] if number + 1 < len(lines) else "")
        for found in _SENTENCE.finditer(two):
            rest = two[found.end() :].lstrip(" \n<'\"(")
            if found.start() <= len(line) and (hit := ADDRESS.match(rest)):
                out += [(number, address) for address in addresses(hit[0])]
    return out


def _transcript(lines: list[str]) -> list[tuple[int, str]]:
    """The SMTP dialogue: replies of failure that name an address, else the recipients asked for."""
    refused = [(n, a) for n, line in enumerate(lines) if _REPLY.match(line[:MAX_LINE]) for a in addresses(line)[:1]]
    if refused:
        return refused
    asked = [(n, found[1]) for n, line in enumerate(lines) if (found := _RCPT.search(line[:MAX_LINE]))]
    return [(n, a) for n, text in asked for a in addresses(text)]


def _alone(lines: list[str]) -> list[tuple[int, str]]:
    """Lines that hold nothing but an address, or begin with one."""
    return [(n, a) for n, line in enumerate(lines) if "@" in line and not _runs_on(lines, n) and (a := _leading(line))]


def _anyone(lines: list[str]) -> list[tuple[int, str]]:
    """Any address in lines that do not speak of servers, senders or help."""
    return [
        (number, address)
        for number, line in enumerate(lines)
        if "@" in line and not _of_others(line)
        for address in addresses(line)
    ]


def _of_others(words: str) -> bool:
    folded = words.casefold()
    return any(phrase in folded for phrase in NOT_RECIPIENT_WORDS)


_RULES = (
    (_paragraphs, "paragraphs that begin with the address"),
    (_listed, "a list of addresses that could not be reached"),
    (_labelled, "a line that names the recipient"),
    (_sentences, "a sentence that names the recipient"),
    (_transcript, "the dialogue with the other server"),
    (_alone, "a line that begins with the address"),
    (_anyone, IN_PASSING),
)
