"""Everything that is read from one mail, as one value: for people who ask why a mail did not match, and for programs.

In: the octets of one mail; what is known of the offices that it may have come to.
Out: Inspection; as_record() gives its plain values, the same keys for every mail, fit for JSON.
Fails: never; a mail that cannot be read gives an Inspection with its error.
Limits: no case and no person is known: whether a tag names a case that exists, and whether the sender may say what is
said, only the daemon knows.
"""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from mailflow.errors import Unreadable
from mailflow.mail import authenticity, commands, dsn, parse, reference, reply_text
from mailflow.mail.classify import Kind, classify
from mailflow.mail.message import Message
from mailflow.mail.reply_text import Reply

UNDATED = date(1970, 1, 1)
"""Stands in for the date of a mail that names none, so that a date without a year comes out plainly wrong."""
MAX_COMMAND_TEXT = 100_000
MAX_FOUND = 50
MAX_TAG_TEXT = 200_000
_OPENING_LINES = 20
_SATURDAY = 5
_NONE = Reply("", "", "")
_UNREADABLE = "unreadable"

Record = dict[str, object]
Readings = tuple[tuple[tuple[str, ...], commands.Reading], ...]


def add_weekdays(day: date, n: int) -> date:
    """The n-th day from Monday to Friday after `day`: without a configuration no public holidays are known."""
    weeks, rest = divmod(n, 5)
    day += timedelta(weeks=weeks)
    while rest > 0 or day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
        rest -= day.weekday() < _SATURDAY
    return day


@dataclass(frozen=True)
class Vocabulary:
    """The words of one procedure, by the name under which the reader knows it, and the prefix of its references."""

    name: str
    prefix: str
    forms: tuple[commands.Form, ...]


@dataclass(frozen=True)
class Surroundings:
    """What an office knows that no mail says. `address` is its mailbox.

    Without `judges` nothing is said about senders; `authserv_id` and `form` are those of authenticity.judge().
    `local_date` is the office's day of an instant; None: the writer's own day counts.
    """

    vocabularies: tuple[Vocabulary, ...] = ()
    address: str = ""
    own_domains: frozenset[str] = frozenset()
    judges: bool = False
    authserv_id: str = ""
    form: str = authenticity.RFC8601
    local_date: Callable[[datetime], date] | None = None
    add_working_days: Callable[[date, int], date] = add_weekdays


NOTHING_KNOWN = (Surroundings(),)


@dataclass(frozen=True)
class Inspection:
    """One mail as it was read. `message` is None if it could not be read; then `error` says why.

    `readings` are the words found, each with the names of the vocabularies in which it was found. `office` is the
    mailbox of the office by whose knowledge it was read, `verdict` what that thinks of the sender; "" and None if
    no installation is known.
    """

    message: Message | None
    kind: Kind
    reply: Reply = _NONE
    bounce: dsn.Bounce | None = None
    tags: tuple[str, ...] = ()
    readings: Readings = ()
    office: str = ""
    verdict: authenticity.Verdict | None = None
    error: str = ""


def inspect(octets: bytes, offices: Sequence[Surroundings] = NOTHING_KNOWN) -> Inspection:
    """Read one mail with every reader of this room. Never raises for what stands in the octets.

    Of several offices the one counts to which the mail is addressed, else the first.
    """
    try:
        message = parse.parse(octets)
    except Unreadable as error:
        return unreadable(str(error))
    addressed = {address.email for address in (*message.to, *message.cc)}
    office = next((one for one in offices if one.address in addressed), offices[0])
    kind, reply = classify(message, office.own_domains), reply_text.split(message)
    tags = reference.find_any(f"{message.subject}\n{message.text[:MAX_TAG_TEXT]}")
    return Inspection(
        message,
        kind,
        reply,
        dsn.read_bounce(message) if kind.name in {"bounce", "delay"} else None,
        tags,
        _readings(message, kind, reply, tags, office),
        office.address,
        authenticity.judge(message, office.authserv_id, office.form) if office.judges else None,
    )


def unreadable(why: str) -> Inspection:
    """The inspection of something that could not be read, and why."""
    return Inspection(None, Kind(_UNREADABLE, why, False), error=why)


def _readings(message: Message, kind: Kind, reply: Reply, tags: tuple[str, ...], office: Surroundings) -> Readings:
    """The words of each vocabulary, alike ones together. Only a person gives commands; a machine's words are none.

    Which procedure a mail without a tag belongs to is not known here: what one of them reads clearly is told without
    the doubts of the others.
    """
    if kind.name != "human" and (kind.name != "auto_reply" or kind.surely):
        return ()
    tagged = [known for known in office.vocabularies if any(tag.startswith(f"{known.prefix}-") for tag in tags)]
    found: dict[str, tuple[list[str], commands.Reading]] = {}
    for known in tagged or office.vocabularies:
        reading = _read(reply.new[:MAX_COMMAND_TEXT], message, known, office)
        if reading:
            names, _ = found.setdefault(repr((reading.sayings, reading.doubts)), ([], reading))
            names.append(known.name)
    clear = any(reading.sayings for _, reading in found.values())
    return tuple((tuple(names), reading) for names, reading in found.values() if reading.sayings or not clear)


def _read(new: str, message: Message, known: Vocabulary, office: Surroundings) -> commands.Reading | None:
    """What is said, None if nothing is. A command stands on the first line that is no greeting, or behind "#": so
    where neither is one, the rest of a long mail is spared."""
    head = new
    if "#" not in new:
        lines = new.split("\n")
        spoken = [at for at, line in enumerate(lines) if line.strip()]
        head = "\n".join(lines[: spoken[_OPENING_LINES]]) if len(spoken) > _OPENING_LINES else new
    on = written_on(message, office)
    reading = commands.read(head, message.subject, known.forms, on, office.add_working_days)
    if not reading.sayings and not reading.doubts:
        return None
    return reading if head is new else commands.read(new, message.subject, known.forms, on, office.add_working_days)


def written_on(message: Message, office: Surroundings = NOTHING_KNOWN[0]) -> date:
    """The day by which the dates in its words are read: the office's day, else the writer's own, else UNDATED."""
    if message.date and office.local_date:
        return office.local_date(message.date)
    try:
        return date(*(email.utils.parsedate(message.header("date")) or ())[:3])
    except Exception:  # TypeError, ValueError, IndexError: a date header can hold anything
        return message.date.date() if message.date else UNDATED


def as_record(seen: Inspection) -> Record:
    """Its plain values: strings, numbers, true, false, None, lists and dicts of these; every key is always there."""
    message, kind = seen.message, seen.kind
    failures = seen.bounce.failures if seen.bounce else ()
    failed = kind.name in {"bounce", "delay"}
    return {
        "kind": kind.name,
        "reason": kind.reason,
        "recipients": [failure.recipient for failure in failures if failure.recipient],
        "permanent": is_permanent(seen) if failed else None,
        "dead_address": any(failure.dead_address for failure in failures) if failed else None,
        "original_message_id": seen.bounce.original_message_id if seen.bounce else "",
        "subject": message.subject if message else "",
        "from": message.from_.email if message and message.from_ else "",
        "reply_text": seen.reply.new,
        "quoted_text": seen.reply.quoted,
        "signature": seen.reply.signature,
        "body_text": message.text if message else "",
        "references": list(dict.fromkeys((*message.in_reply_to, *message.references))) if message else [],
        "reference_tags": list(seen.tags),
        "attachments": [
            {
                "name": a.name,
                "type": a.content_type,
                "size": len(a.octets),
                "digest": a.digest,
                "unwrapped_from": a.unwrapped_from,
            }
            for a in (message.attachments if message else ())
        ],
        "absent_until": kind.absent_until.isoformat() if kind.absent_until else None,
        "authenticity": {
            "found": list(message.all_headers("authentication-results")[:MAX_FOUND]) if message else [],
            "judged": asdict(seen.verdict) if seen.verdict else None,
        },
        "commands": [entry for names, reading in seen.readings for entry in _said(names, reading)],
        "error": seen.error or None,
    }


def is_permanent(seen: Inspection) -> bool:
    """Whether a report says that a letter will never arrive, for at least one recipient."""
    if seen.kind.name != "bounce":
        return False
    return not seen.bounce or not seen.bounce.failures or any(failure.permanent for failure in seen.bounce.failures)


def _said(names: tuple[str, ...], reading: commands.Reading) -> list[Record]:
    """Commands and doubts, alike in shape: `doubt` is None for words that would be acted on."""
    said = [
        (s.verb, [s.verb], s.line, {name: _plain(v) for name, v in s.blanks.items()}, None) for s in reading.sayings
    ]
    said += [("", list(d.verbs), d.line, {}, d.why) for d in reading.doubts]
    return [
        {"verb": verb, "verbs": verbs, "line": line, "blanks": blanks, "doubt": doubt, "procedures": list(names)}
        for verb, verbs, line, blanks, doubt in said[:MAX_FOUND]
    ]


def _plain(value: object) -> object:
    """A blank's value as JSON can say it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
