"""The manners of large mail services as a table of traits; manners.py gives them to Dovecot and Postfix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Where the copy of a letter goes that names the mailbox itself as a recipient.
INBOX, JUNK, NOWHERE = "INBOX", "Junk", ""


@dataclass(frozen=True)
class Personality:
    """What one service does otherwise than Dovecot and Postfix; `dataclasses.replace` switches a single trait.

    capabilities: what it says it can, None for what Dovecot says. folders: Dovecot's name to the name people see.
    keywords: flags of one's own are kept, and CONDSTORE's HIGHESTMODSEQ is told. rewrites: the octets of a mail are
    others at each FETCH but the first. drops_second: a Message-ID that the mailbox has got is not delivered again.
    own_copy: the folder that gets the mailbox's own copy of what it sends. sent_copy: what is submitted is put into
    Sent. empty_every: of so many UIDs one is listed, but not given at the first FETCH. archive: the folder that keeps
    what is deleted from the inbox. idle: "news", "deaf" (no news is ever pushed), "bye" (the session ends in IDLE).
    per_minute: so many letters may be submitted in a minute, 0 for any number; too_fast: the answer to more.
    throttled: the answer to an IMAP command while `Manners.throttle` says so; hangs_up: the session ends after it.
    """

    name: str
    capabilities: str | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    keywords: bool = True
    rewrites: bool = False
    drops_second: bool = False
    own_copy: str = INBOX
    sent_copy: bool = False
    empty_every: int = 0
    archive: str = ""
    idle: str = "news"
    per_minute: int = 0
    too_fast: str = "451 4.7.1 Try again later"
    throttled: str = "NO [UNAVAILABLE] Try again later"  # RFC 5530
    hangs_up: bool = False


PLAIN = Personality("plain")

EXCHANGE = Personality(
    "exchange",
    # As sessions with outlook.office365.com show (jstedfast/MailKit#849, #1282): no CONDSTORE, no QRESYNC.
    capabilities="IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE "
    "LITERAL+",
    folders={"Sent": "Sent Items", "Junk": "Junk Email"},
    # Its PERMANENTFLAGS name the system flags and $MDNSent, never \* (RainLoop/rainloop-webmail#686).
    keywords=False,
    # A mail is kept as properties and written anew for IMAP: mail.md, "Identity of a message".
    rewrites=True,
    # Duplicate detection by Message-ID: mail.md, "Reading the mailbox".
    drops_second=True,
    # A mail to oneself from outside the client is judged by the spam filter like any other.
    own_copy=JUNK,
    # Authenticated submission stores what it sends in Sent Items, 3 connections at once, 30 messages a minute
    # (Microsoft's "Message storage and concurrent connection throttling for SMTP Authenticated Submission").
    sent_copy=True,
    per_minute=30,
    too_fast="432 4.3.2 Concurrent connections limit exceeded",
    # A UID in SEARCH that FETCH does not answer (OfflineIMAP/offlineimap#62).
    empty_every=5,
    # imap_tools#135, simonrob/email-oauth2-proxy#191: NO or BAD, then "BYE Connection closed. 14".
    throttled="BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds",
    hangs_up=True,
    idle="bye",
)

GMAIL = Personality(
    "gmail",
    # jstedfast/MailKit#1396.
    capabilities="IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS ENABLE MOVE CONDSTORE "
    "ESEARCH LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=35651584",
    # "IMAP Extensions" of Google's documentation: special uses stand in every LIST.
    folders={"Sent": "[Gmail]/Sent Mail", "Junk": "[Gmail]/Spam", "All Mail": "[Gmail]/All Mail"},
    # Its help: a message that you send to a list you are on, or to yourself, skips the inbox; look in Sent Mail.
    own_copy=NOWHERE,
    # The submission server copies what it takes to Sent Mail (nodemailer/wildduck, wiki "Gmail sending").
    sent_copy=True,
    drops_second=True,
    # The default of its IMAP settings: what is deleted from the last folder shown is archived.
    archive="All Mail",
    # chatwoot/chatwoot#6082, ljmerza/ha-email-sensor#16: 2.5 GB a day, then every FETCH is refused.
    throttled="NO [OVERQUOTA] Account exceeded command or bandwidth limits.",
    too_fast="421 4.7.28 Our system has detected an unusual rate of mail, try again later",
    # News by IDLE may be late or missing; a mail program polls as well.
    idle="deaf",
)

PERSONALITIES = {one.name: one for one in (PLAIN, EXCHANGE, GMAIL)}
