"""Weighs the signs that a mail is a delivery report and not a person's mail about one.

In: a Message; the report's own words.
Out: Signs; why it is a report, "" if it is none.
Fails: never.
Limits: no single sign makes a report of prose; what people add to a mail (Re:, Fwd:, a mail program, a list) speaks
against it, unless a mail system sent it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, takewhile

from mailflow.mail.auto_words import ABSENCE_SUBJECTS, AUTO_SUBJECTS
from mailflow.mail.bounce_words import (
    BOUNCE_PHRASES,
    BOUNCE_SUBJECTS,
    CHALLENGE_PHRASES,
    DELAY_PHRASES,
    DELAY_SUBJECTS,
    GENERIC,
    OPENINGS,
    PERSONAL_WORDS,
    ROLE_LOCALS,
    SPEAKER_WORDS,
    SPEAKERS_VERBS,
)
from mailflow.mail.dsn_prose import IN_PASSING, Found, recipients
from mailflow.mail.dsn_returned import RETURNED
from mailflow.mail.dsn_sender import FORWARDED, sender_is_system, surely_system, system_address, what_people_do
from mailflow.mail.dsn_verdict import STATUS
from mailflow.mail.dsn_verdict_words import SURELY_DEAD_PHRASES
from mailflow.mail.message import Message

OPENING_LINES = 8
_SYSTEM_WORDS = frozenset(
    "mail email system server gateway admin administrator delivery service daemon notification report support team"
    " subsystem agent mailer postmaster post office message exchange filter lsmtp router smtp robot no reply".split()
)
HEAD = 6_000

_TAGS = re.compile(r"^(?:\s*(?:\[[^\]]{1,40}\]|\*{3,5}[^*]{1,30}\*{3,5}|\{[^}]{1,20}\}))+\s*")
_REPLY_LINE = re.compile(
    r"(?:^|[\s:>(\[])(?:421|43\d|45\d|50[0-4]|51\d|52[13]|53[0458]|55\d)[\s-](?:[45]\.\d\.\d{1,3}|[^\W\d]|[<#'])",
    re.MULTILINE,
)


def _said(words: Sequence[str]) -> re.Pattern[str]:
    """One of these words by itself, no part of an address or of a host's name; or "I" and what somebody does."""
    says_i = rf"i (?:{'|'.join(SPEAKERS_VERBS)})"
    return re.compile(rf"(?<![\w@./-])(?:{'|'.join(words)}|{says_i})(?!\w|[.@/-]\w)")


_PERSONAL = _said(PERSONAL_WORDS)
_SPEAKER = _said(SPEAKER_WORDS)
_WE = re.compile(r"(?<!\w)(?:we|our)(?!\w)")


@dataclass(frozen=True)
class Signs:
    """The signs of one mail. `report` is its text without the returned letter, `rest` that letter's text."""

    message: Message
    report: str
    rest: str

    @cached_property
    def standard(self) -> bool:
        """multipart/report; report-type=delivery-status (RFC 6522 section 3)."""
        content_type = self.message.header("content-type").lower().replace('"', "").replace(" ", "")
        return (
            "multipart/report" in content_type
            and "report-type=disposition" not in content_type
            and ("report-type=feedback" not in content_type)
        )

    @cached_property
    def daemon(self) -> str:
        """By what a mail system is known as the sender, "" if it is not."""
        return sender_is_system(self.message)

    @cached_property
    def subject(self) -> bool:
        """The subject begins as only a mail system's does."""
        subject = _TAGS.sub("", self.message.subject).casefold().replace("’", "'").lstrip(" *-\"'!")
        late = any(words in subject for words in DELAY_SUBJECTS) and bool(self.daemon)
        if subject.startswith(BOUNCE_SUBJECTS) or late:
            return True
        # "Mail from x: returned" and the like: a system may put its words last.
        return bool(self.daemon) and any(words in subject for words in BOUNCE_SUBJECTS if len(words) > 9)

    @cached_property
    def opening(self) -> str:
        """The mail system whose reports begin as this text does, "" if none."""
        return self._opening(OPENING_LINES)

    @cached_property
    def first(self) -> str:
        """As `opening`, but the very first line, and in words that only one system has."""
        system = self._opening(1)
        return system if system != GENERIC else ""

    def _opening(self, most: int) -> str:
        return next((system for line in self.first_lines[:most] if (system := _system_of(line))), "")

    @cached_property
    def first_lines(self) -> list[str]:
        """The first lines with words in them, folded."""
        lines = (" ".join(line.split()) for line in self.report[:HEAD].split("\n") if any(c.isalnum() for c in line))
        return [line.casefold().replace("’", "'") for line in islice(lines, OPENING_LINES)]

    @cached_property
    def says_i(self) -> bool:
        """Somebody says "I" before the report's own first line."""
        return any(_SPEAKER.search(line) for line in self._before_report())

    def _before_report(self) -> list[str]:
        return list(islice(takewhile(lambda line: not _system_of(line), self.first_lines), 3))

    @cached_property
    def speaks_first(self) -> bool:
        """Somebody greets or speaks before the report's own first line, as who passes it on does."""
        lines = self._before_report()
        # "Sorry, we couldn't deliver your message": so speaks a company's server too.
        return any(_PERSONAL.search(_WE.sub("", line) if _tells(line) else line) for line in lines)

    @cached_property
    def named_person(self) -> bool:
        """The sender has a person's name: two words or more, none of them a system's."""
        name = self.message.from_.name.casefold() if self.message.from_ else ""
        words = re.findall(r"[^\W\d_]{2,}", name.partition("@")[0])
        return len(words) > 1 and not any(word in _SYSTEM_WORDS for word in words)

    @cached_property
    def says_so(self) -> bool:
        """Words of a failure or a delay stand in it."""
        folded = self.report[:HEAD].casefold().replace("’", "'")
        return _tells(" ".join(folded.split()))

    @cached_property
    def codes(self) -> bool:
        """A reply or status code of a mail server stands in it (RFC 5321 section 4.2, RFC 3463)."""
        head = self.report[:HEAD]
        return bool(_REPLY_LINE.search(head) or STATUS.search(head))

    @cached_property
    def returned(self) -> bool:
        """The letter is a part of its own (RFC 6522 section 2)."""
        return any(kind in RETURNED for kind, _ in self.message.parts)

    @cached_property
    def converses(self) -> bool:
        """It answers a mail, as people's mails do and servers' rarely."""
        return bool(self.message.in_reply_to or self.message.references)

    @cached_property
    def personal(self) -> bool:
        """Somebody speaks in it: greets, says "I" or "we", thanks."""
        return bool(_PERSONAL.search(self.report[:HEAD].casefold().replace("’", "'")))

    @cached_property
    def found(self) -> tuple[Found, str]:
        """Who was not reached by the report's own words, and how that was found; its own parties last."""
        m = self.message
        own = frozenset(a.email for a in (m.from_, m.sender, *m.to, *m.reply_to) if a)
        return recipients(self.report, own)

    @cached_property
    def names(self) -> bool:
        """It names who was not reached where reports do, not in passing."""
        return self.found[1] not in {"", IN_PASSING}

    @cached_property
    def by_role(self) -> str:
        """The sender is a role that systems use but people too, "" if it is not."""
        sender = self.message.from_
        if sender is None:
            return "it names no sender"
        local = sender.email.partition("@")[0]
        return f"its sender is {local[:40]}" if local.startswith(ROLE_LOCALS) else ""

    @cached_property
    def letter(self) -> bool:
        """A letter, or its headers, comes with it."""
        return bool(self.rest.strip()) or self.returned

    @cached_property
    def automatic(self) -> bool:
        """Its own headers say that no person wrote it (RFC 3834, RFC 5321 section 4.5.5)."""
        submitted = self.message.header("auto-submitted").strip().lower()
        return (submitted not in {"", "no"}) or self.message.header("return-path").strip() == "<>"

    @cached_property
    def asks_to_confirm(self) -> bool:
        """A challenge: the letter waits for its sender's confirmation and is not lost."""
        folded = " ".join(self.report[:HEAD].split()).casefold()
        return any(words in folded for words in CHALLENGE_PHRASES)

    @cached_property
    def person(self) -> str:
        """What in it only people do, "" if nothing."""
        return what_people_do(self.message)


def _tells(folded: str) -> bool:
    return any(words in folded for table in (BOUNCE_PHRASES, DELAY_PHRASES, SURELY_DEAD_PHRASES) for words in table)


def _system_of(line: str) -> str:
    """The mail system whose reports begin with this folded line, "" if none."""
    bare = line.lstrip("*#-=+ ")
    for words, system in OPENINGS:
        mark = words[0] in "*-"  # these words count behind such marks only: people begin with them too
        if bare.startswith(words.lstrip("* -")) and (not mark or line.startswith(words[:2])):
            return system
    return ""


def why_report(signs: Signs) -> str:
    """Why this prose is a delivery report, "" if it is none: at least two independent signs."""
    message = signs.message
    if FORWARDED.search(message.subject):
        return ""
    if message.has_header("x-failed-recipients"):
        return "its header X-Failed-Recipients names who was not reached"
    if not (signs.daemon or signs.standard or signs.automatic or signs.subject or signs.returned):
        return ""  # none of the rules below can hold: most mails need no look at their text
    if not signs.codes and (signs.asks_to_confirm or _absence(message.subject.casefold())):
        return ""
    return _why_of_system(signs) if signs.daemon else _why_of_anyone(signs)


def _why_of_system(signs: Signs) -> str:
    """A mail system's mail is a report by one more sign; a postmaster, who may be a person, must not speak in it."""
    brings = signs.codes or signs.letter or signs.automatic or signs.standard or signs.opening
    if not surely_system(signs.message):
        if signs.says_i and not signs.standard and not signs.automatic:
            return ""
        if not brings and (signs.personal or not signs.says_so):
            return ""
    for sign, words in (
        (signs.standard and (signs.says_so or signs.codes), "it is a multipart/report (RFC 6522)"),
        (signs.subject, "its subject is that of a report"),
        (signs.opening and (signs.says_so or signs.codes), f"it begins as reports of {signs.opening} do"),
        (signs.says_so and (signs.codes or signs.letter or signs.automatic), "it says that a letter was not delivered"),
        (signs.says_so and signs.names, "it says that a letter was not delivered, and to whom"),
        (signs.codes and signs.letter, "it brings a server's reply and the letter back"),
        (signs.letter and system_address(signs.message), "it brings a letter back"),
        (signs.names and surely_system(signs.message), "it names who was not reached"),
    ):
        if sign:
            return f"{signs.daemon}, and {words}"
    return ""


def _why_of_anyone(signs: Signs) -> str:
    """Who does not show as a mail system must be one by the form of the mail; whatever only people do speaks against.

    A person who tells of a report writes words of their own before it: so its very first line must be a report's.
    """
    if signs.person or not (signs.says_so or signs.codes):
        return ""
    brings = signs.codes or signs.letter
    if not signs.standard and not signs.automatic and (signs.speaks_first or signs.named_person):
        return ""
    alone = not signs.converses and not signs.personal
    for sign, words in (
        (signs.standard, "it is a multipart/report (RFC 6522), and it tells of a failure"),
        (
            signs.automatic and signs.subject and (brings or signs.opening),
            "its headers say that no person wrote it, and its subject is that of a report",
        ),
        (
            signs.automatic and signs.opening and brings,
            f"its headers say that no person wrote it, and it begins as reports of {signs.opening} do",
        ),
        (
            signs.first and signs.letter and (signs.subject or signs.returned),
            f"its first line is that of reports of {signs.first}, and the letter comes with it",
        ),
        (
            signs.first and signs.subject and signs.codes and alone,
            f"its first line is that of reports of {signs.first}, its subject fits, and it brings a server's reply",
        ),
        (
            signs.by_role and signs.subject and (brings or signs.opening) and not signs.converses,
            f"{signs.by_role}, its subject is that of a report, and it tells of a failure",
        ),
        (
            signs.subject and signs.says_so and signs.names and (brings or signs.first) and alone,
            "its subject is that of a report, it names who was not reached, and nobody speaks in it",
        ),
    ):
        if sign:
            return words
    return ""


def _absence(subject: str) -> bool:
    """The subject of an absence note: vacation programs use the daemon's address too."""
    for start in (*AUTO_SUBJECTS, *ABSENCE_SUBJECTS):
        if subject.startswith(start) and subject[len(start) :].lstrip()[:1] in {"", ":", "：", "(", "[", "-"}:
            return True
    return False
