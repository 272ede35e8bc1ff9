"""Turns the new text of a mail into lines that commands can be read from, and judges what stands around a command.

In: new text as people type it: greetings, bold, bullets, telephones' quotes and dashes.
Out: clean lines; codes; whether words are courtesy, whether they take back, limit or question what was said.
Fails: never.
Limits: English; at most 150 lines of 2,000 characters are looked at; the whole text stays on the file all the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_MOST_LINES = 150
_MOST_LENGTH = 2_000
_CODE = re.compile(r"(?<![\w#/.&=])#([a-z2-9]{10,64})(?![\w-])")
_BULLET = re.compile(r"^(?:[-*\u2022\u00b7\u25aa\u25cf\u2013\u2014]+\s{1,9})+")
_EDGES = " \t\"'\u2018\u2019\u201c\u201d`"
_NAME = r"(?:\s{1,3}[A-Z][\w'-]{0,20}){0,3}"
_HELLO = r"(?i:hi|hello|hey|dear|hiya|good\s(?:morning|afternoon|evening|day)|morning|afternoon|kia\sora|greetings)\b"
_GREETING = re.compile(
    rf"{_HELLO}(?:\s(?i:all|team|both|there|everyone|colleagues|again))?"
    rf"(?:(?:\s{{1,3}}[\w'-]{{1,20}}){{0,2}}\s{{0,3}}(?:[,!]+|$)|{_NAME}\s{{0,3}}(?:[.:\u2013-]+\s|$))\s*"
)
_BARE_HELLO = re.compile(rf"{_HELLO}[\s,!.-]*")
_THANKS = re.compile(
    rf"(?i:(?:many\s|thank\syou|thanks|thx|cheers|ta\b)(?:\s?thanks)?(?:\s(?:so\smuch|very\smuch|a\slot|again|all|both|team))?)"
    rf"{_NAME}\s{{0,3}}(?:[,!.:\u2013-]+|$)\s*"
)
_THANKS_LINE = re.compile(r"(?i)(?:many\s)?(?:thanks|thank\syou|thx|cheers)\b[^?:#]{0,50}$")
_SIGN_OFF = re.compile(
    r"(?i)(?:--\s?$|_{5,}|(?:kind(?:est)?|best|warm(?:est)?|many)?\s?regards\b|best\s?(?:wishes)?[,.]?$|yours\s(?:sincerely|faithfully)|"
    r"sent\sfrom\s(?:my|a|outlook|mail)\b|get\soutlook\sfor|kr[,.]?$|br[,.]?$|rgds\b|nga\smihi)"
)
_POLITE = re.compile(
    r"(?i)[\s,.!;:\u2013-]*(?:please|pls|plz|kindly|thanks|thank\s(?:you|u)|thankyou|many\sthanks|thx|ty|ta|cheers)\b"
    r"(?:\s(?:very\smuch|so\smuch|a\slot|again|all))?"
)
_POLITE_LEAD = re.compile(r"(?i)^(?:please|pls|plz|kindly)\b[\s,:-]*")

_TAKES_BACK = re.compile(
    r"(?i)\b(?:but|except(?:ing)?|if|unless|subject\sto|partly|partially|not|however|\w+n['\u2019]t|cannot|until|till|once|when|"
    r"wait|provided|providing|assuming)\b"
)
_LIMITS = re.compile(
    r"(?i)\b(?:only|part|some|most|mostly|mainly|largely|in\sprinciple|pending|though|although|yet|after|before|maybe|perhaps|"
    r"possibly|probably|i\sthink|instead|rather|apart|save\sfor|without|excluding|other\sthan|never|nor|neither|hold|tbc|tbd|"
    r"disagree|unsure|sort\sof|half)\b"
)
_TURNS = re.compile(
    r"(?i)[\s,;:\u2013-]*(?:but|except|however|unless|although|though|subject\sto|provided|providing|on\scondition|only|"
    r"actually|apart\sfrom|save\sthat|wait|no(?=[,.!]|\s(?:wait|sorry|not))|sorry|scrap|ignore)\b"
)
_CONDITION = re.compile(
    r"(?i)[\s,]*(?:but|except|if|unless|subject\sto|however|until|once|partly|partially|not\s(?:sure|yet|if|until))\b"
)
_SENTENCE_END = re.compile(r"(?<!\.)[.!;](?=\s|$)|\?")
_ASSENT = re.compile(
    r"(?i)(?:(?:i|we|they|this|it|think|believe|i['\u2019]m|i['\u2019]d|we['\u2019]re|am|are|is|was|have|has|had|would|will|can|do|not|don['\u2019]t|also|quite|very|"
    r"fully|really|just|be|been|it['\u2019]s|that['\u2019]s|its|all|so|to|ve|i['\u2019]ve|we['\u2019]ve|hereby|broadly|mostly|largely)\b\s*,?)*"
    r"(?:agree|happy|accept|approv|disput|refus|reject|uph[oe]ld|declin|fine\b|yes\b|yep\b|yeah\b|no(?=[,.!]|\s(?:thanks|i|we)\b|$)|nope\b|ok\b|okay\b|go\sahead|"
    r"sure\b|unsure|content\b|support|concur|confirm|(?:sounds|looks)\s(?:good|fine|right)|good\sto\sgo|decid|proceed|satisfied|upheld|eligib)"
)
_JUST_THANKS = re.compile(
    r"(?i)(?:ok|okay|fine|no\sproblem|no\sworries)?[\s,.!]*(?:many\s)?(?:thanks|thank\syou|thx|cheers|ta)\b.{0,30}$"
)


@dataclass(frozen=True)
class Line:
    """One line: as typed, clean, whether `#` was in front; `clean` is "" for an empty or quoted line."""

    typed: str
    clean: str
    hashed: bool = False


def clean_lines(new_text: str) -> list[Line]:
    """The lines up to the first sign-off, freed of bold, bullets, invisible characters and codes."""
    lines: list[Line] = []
    for typed in new_text.split("\n")[:_MOST_LINES]:
        text = _visible(typed[:_MOST_LENGTH])
        text = _CODE.sub(" ", text) if "#" in text else text
        if text.lstrip().startswith(">"):
            lines.append(Line("", ""))
            continue
        clean = tidy(text)
        hashed = clean.startswith("#")
        clean = tidy(clean.lstrip("# ")) if hashed else clean
        if _SIGN_OFF.match(clean):
            break
        lines.append(Line(typed.strip(), clean, hashed))
    return lines


def tidy(text: str) -> str:
    """A line without bold, bullet, quotation marks around it, courtesy in front, doubled spaces."""
    text = text.replace("*", " ") if not text.lstrip().startswith("* ") else text.lstrip()[2:].replace("*", " ")
    text = text.replace("`", "")
    text = re.sub(r"(?<!\w)_+|_+(?!\w)", " ", text) if "_" in text else text
    text = " ".join(text.split()).strip(_EDGES)
    if text[:1].isalpha():
        # Most lines begin with a letter: no bullet, and only these can begin a courtesy.
        return _POLITE_LEAD.sub("", text, count=1).strip(_EDGES) if text[0] in "pPkK" else text
    text = _BULLET.sub("", text).strip(_EDGES)
    return _POLITE_LEAD.sub("", text, count=1).strip(_EDGES)


def _visible(text: str) -> str:
    if text.isascii():
        return text
    kept = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc") or letter == "\t")
    return "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in kept)


def codes(text: str, words: frozenset[str]) -> tuple[str, ...]:
    """One-time codes in a text, "#" taken off (domain.md 5.2 "Buttons", G8); a `#` in front of a verb is no code."""
    found = [match[1] for match in _CODE.finditer(_visible(text)) if match[1] not in words]
    return tuple(dict.fromkeys(found))


def without_courtesy(clean: str) -> str:
    """The line without a greeting or thanks in front; "" if it is nothing else ("Hi Sam,", "Thanks for this.")."""
    for pattern in (_GREETING, _THANKS):
        match = pattern.match(clean)
        if match:
            clean = clean[match.end() :].strip()
    if _THANKS_LINE.match(clean):
        return ""
    return _POLITE_LEAD.sub("", clean, count=1)


def after_hello(clean: str) -> str:
    """The line without a bare greeting word ("Hi accepted"), whose next word may be a name or a command."""
    match = _BARE_HELLO.match(clean)
    return clean[match.end() :] if match else ""


def goes_on(line: str, following: str) -> bool:
    """Whether a line was only broken by the mail program: the next one starts small, or would not have fitted."""
    if not following:
        return False
    first = following.split(" ", 1)[0]
    return following[0].islower() or (len(line) >= 50 and len(line) + 1 + len(first) > 66)


def after_courtesy(tail: str) -> tuple[str, bool]:
    """What stands behind a command without please and thanks, and whether there was any."""
    polite = False
    while match := _POLITE.match(tail):
        tail, polite = tail[match.end() :], True
    return tail, polite


def says_nothing(text: str) -> bool:
    """Whether no letter or figure stands in it."""
    return not re.search(r"[^\W_]", text)


def only_courtesy(tail: str) -> bool:
    """Whether nothing but stops and courtesy stands behind a command."""
    return says_nothing(after_courtesy(tail)[0]) and "?" not in tail


def note_of(tail: str) -> str:
    """The words behind a command as a note, without the stop before them; "" if they are only courtesy."""
    return "" if says_nothing(after_courtesy(tail)[0]) else tail.strip(" \t,.;:!\u2013\u2014-")


def follows_directly(tail: str) -> bool:
    """Whether other words follow a command without any stop between them ("Send when ready")."""
    return bool(re.match(r"\s*[^\W_]|\s*[/&+=@]|[-'\u2019]\S", tail))


def sentence(tail: str) -> tuple[str, str]:
    """The rest of the sentence a command stands in, with its question mark if it has one, and what comes after."""
    end = _SENTENCE_END.search(tail)
    if end is None:
        return tail, ""
    return tail[: end.end()], tail[end.end() :]


def takes_back(words: str, decision: bool) -> str:
    """The word in a sentence that limits or takes back what was said, or "" (domain.md 5.2); stricter for decisions."""
    match = _TAKES_BACK.search(words) or (_LIMITS.search(words) if decision else None)
    return match.group() if match else ""


def opens_with_condition(words: str) -> str:
    """The word that makes the reasons of a decision a condition ("Withdrawn: if they agree"), or ""."""
    match = _CONDITION.match(words)
    return match.group().strip(" ,") if match else ""


def turns(words: str) -> bool:
    """Whether the next sentence turns against the one before ("But not the second point")."""
    return bool(_TURNS.match(words))


def sounds_like_decision(clean: str, openings: frozenset[str]) -> bool:
    """Whether a line begins as a decision does: with assent, refusal or the first word of a decision's form."""
    if not clean or _JUST_THANKS.match(clean):
        return False
    first = re.match(r"[^\W_]+", clean)
    return bool(_ASSENT.match(clean)) or (first is not None and first.group().casefold() in openings)
