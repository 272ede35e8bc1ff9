"""The facts of a mail that the rules about its kind weigh, each read once.

In: a Message; the council's own domains.
Out: Signs.
Fails: never.
Limits: what only a person could judge is not in here. Words are casefolded and bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailflow.mail import reply_text
from mailflow.mail.machine_words import ANNOUNCING, ASKING, GREETED_MANY
from mailflow.mail.message import Message

MAX_OWN = 2_000
_TAGS = re.compile(
    r"\s*(?:(?:\[[^\]]{1,60}\]|\u3010[^\u3011]{1,40}\u3011|\*{2,5}[^*]{1,30}\*{2,5}"
    r"|(?:external|extern|ext|spam|sec|official)\s?[:\uff1a])\s*){1,4}"
)
_BRACKETED = re.compile("[\\]\u3011]")
_COUNT = r"\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:\uff1a]"
ANSWER = re.compile(
    r"(?:re|aw|sv|vs|antw|antwort|odp|odpowiedź|rif|r|res|resp|rta|ynt|yan|atb|ateb|ref|rép|rep|vá|svar|bls"
    r"|απ|σχετ|отв|отг|відп"
    r"|回复|答复|回覆|答覆|回信|返信|회신|답장"
    rf"|תשובה|השב|رد){_COUNT}"
)
_FORWARD = re.compile(r"(?:fw|fwd|wg|tr|trs|rv|i|doorst|vl|vb|enc|ilt|pd|转发|轉寄|転送|пересл)" + _COUNT)
_TICKET_HEADERS = (
    "x-zendesk", "x-delivery-context", "x-fd-", "x-freshdesk", "x-otrs", "x-zammad", "x-servicenow", "x-sfdc",
    "x-helpscout", "x-kayako", "x-osticket", "x-freescout", "x-hesk", "x-gorgias", "x-intercom", "x-jira", "x-github",
    "x-gitlab", "x-gitea", "x-discourse", "x-bugzilla", "x-redmine", "x-launchpad", "x-trac-", "x-roundup",
    "x-debian-pr", "x-phabricator", "x-gerrit", "x-rt-", "rt-", "x-asana", "x-teamwork", "x-basecamp", "x-front-",
)  # fmt: skip
_TICKET_PROGRAMS = (
    "zendesk", "otrs", "znuny", "zammad", "osticket", "freescout", "kayako", "request tracker", "helpdesk",
)  # fmt: skip
_TICKET_SUBJECT = re.compile(
    r"\[(?:[\w .-]{1,40}[ #:])?#?\d{3,20}\]"
    r"|\b(?:ticket|case|request|incident)\s?(?:id|no\.?|number)?\s?[#:]\s?\w{0,6}-?\d{2,}"
    r"|\[ ?ref:[\w.]{6,60}:ref ?\]|\binc\d{5,}\b|\[[a-z]{2,10}-\d{1,7}\]"
)
_TICKET_LINE = re.compile(r"(?:reply|response|comments?) (?:above|over) this line")
_SERVICE_DESK = ("servicedesk", "service-desk", "service.desk", "helpdesk", "help-desk", "itsupport", "support")
_LINK = re.compile(r"https?://\S{1,500}")


@dataclass(frozen=True)
class Signs:
    """What is weighed. `heads` has the first value of each header, lower-case names, stripped; `subject` stands
    without the tags that gateways put in front, `tag` is the first of those in brackets; `own` is what its writer
    has typed (all of the text if nothing is left), `length` its length before it was cut.

    `answer`: it answers another mail. `several`: it was sent to more than one address, as automatic replies are not.
    `asks`: its words ask its reader for something. `ticket`: a ticket system, tracker or forum has sent it.
    """

    heads: dict[str, str]
    subject: str
    tag: str
    own: str
    length: int
    answer: bool
    reply_subject: bool
    forward: bool
    quotes: bool
    several: bool
    greets_many: bool
    asks: bool
    ticket: bool
    files: int

    def head(self, name: str) -> str:
        """A header in lower case, "" if there is none."""
        return self.heads.get(name, "").lower()


def read_signs(message: Message) -> Signs:
    """All signs of a mail."""
    heads: dict[str, str] = {}
    for name, value in message.headers:
        heads.setdefault(name, value.strip())
    split = reply_text.split(message)
    own = split.new or message.text.strip()
    said = " ".join(own[: 2 * MAX_OWN].replace("\u2019", "'").casefold().split())[:MAX_OWN]
    full = _plain(message.subject)
    tags = _TAGS.match(full)
    subject = full[tags.end() :] if tags and tags.end() < len(full) else full
    reply_subject = bool(ANSWER.match(subject))
    unlinked = _LINK.sub("", said)
    return Signs(
        heads=heads,
        subject=subject,
        tag=_BRACKETED.split(full[1:])[0].strip() if full[:1] in {"[", "\u3010"} else "",
        own=said,
        length=len(own),
        answer=reply_subject or bool(message.in_reply_to or message.references),
        reply_subject=reply_subject,
        forward=bool(_FORWARD.match(subject)),
        quotes=len(split.quoted) > 20 and bool(split.new),
        several=len(message.to) + len(message.cc) > 1,
        greets_many=said.startswith(GREETED_MANY),
        asks="?" in unlinked or "？" in unlinked or _asks(said),
        ticket=_is_ticket(message, heads, full, message.text[:4_000].casefold()),
        files=sum(not attachment.inline for attachment in message.attachments),
    )


def _asks(said: str) -> bool:
    """ "We would like to acknowledge ..." announces and asks nothing."""
    for announced in ANNOUNCING:
        said = said.replace(announced, " ")
    return any(words in said for words in ASKING)


def _plain(subject: str) -> str:
    """Casefolded, without the marks of direction and emphasis that programs put round it."""
    folded = subject.replace("\u2019", "'").replace("\xa0", " ").casefold()
    return "".join(c for c in folded if c.isprintable()).strip()


def _is_ticket(message: Message, heads: dict[str, str], subject: str, text: str) -> bool:
    if any(name.startswith(_TICKET_HEADERS) for name in heads):
        return True
    program = " ".join(heads.get(name, "") for name in ("x-mailer", "user-agent", "x-powered-by")).lower()
    local = message.from_.email.partition("@")[0] if message.from_ else ""
    return (
        any(name in program for name in _TICKET_PROGRAMS)
        or bool(_TICKET_SUBJECT.search(subject))
        or ("this line" in text and bool(_TICKET_LINE.search(text)))
        or local.startswith(_SERVICE_DESK)
    )
