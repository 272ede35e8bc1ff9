"""Everything that is read from one mail, as one value: for people who ask why a mail did not match, and for programs.

In: the octets of one mail; the words that procedures know, if commands are wanted.
Out: Inspection; as_record() gives its plain values, the same keys for every mail, fit for JSON.
Fails: never; a mail that cannot be read gives an Inspection with its error.
Limits: knows no installation: no sender is judged, no case is known, a tag counts when its check characters hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mailflow.errors import Unreadable
from mailflow.mail import commands, dsn, parse, reference, reply_text
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


@dataclass(frozen=True)
class Vocabulary:
    """The words of one procedure, by the name under which the reader knows it, and the prefix of its references."""

    name: str
    prefix: str
    forms: tuple[commands.Form, ...]


@dataclass(frozen=True)
class Inspection:
    """One mail as it was read. `message` is None if it could not be read; then `error` says why.

    `readings` are the words found, each with the names of the vocabularies in which it was found.
    """

    message: Message | None
    kind: Kind
    reply: Reply = _NONE
    bounce: dsn.Bounce | None = None
    tags: tuple[str, ...] = ()
    readings: Readings = ()
    error: str = ""


def inspect(octets: bytes, vocabularies: Sequence[Vocabulary] = ()) -> Inspection:
    """Read one mail with every reader of this room. Never raises for what stands in the octets."""
    try:
        message = parse.parse(octets)
    except Unreadable as error:
        return unreadable(str(error))
    kind, reply = classify(message), reply_text.split(message)
    bounce = dsn.read_bounce(message) if kind.name in {"bounce", "delay"} else None
    tags = reference.find_any(f"{message.subject}\n{message.text[:MAX_TAG_TEXT]}")
    spoken = [known for known in vocabularies if any(tag.startswith(f"{known.prefix}-") for tag in tags)]
    return Inspection(message, kind, reply, bounce, tags, _readings(message, kind, reply, spoken or vocabularies))


def unreadable(why: str) -> Inspection:
    """The inspection of something that could not be read, and why."""
    return Inspection(None, Kind(_UNREADABLE, why, False), error=why)


def _readings(message: Message, kind: Kind, reply: Reply, vocabularies: Sequence[Vocabulary]) -> Readings:
    """The words of each vocabulary, alike ones together. Only a person gives commands; a machine's words are none.

    Which procedure a mail without a tag belongs to is not known here: what one of them reads clearly is told without
    the doubts of the others.
    """
    if kind.name != "human" and (kind.name != "auto_reply" or kind.surely):
        return ()
    on = message.date.date() if message.date else UNDATED
    found: dict[str, tuple[list[str], commands.Reading]] = {}
    for known in vocabularies:
        reading = _read(reply.new[:MAX_COMMAND_TEXT], message.subject, known, on)
        if reading:
            names, _ = found.setdefault(repr((reading.sayings, reading.doubts)), ([], reading))
            names.append(known.name)
    clear = any(reading.sayings for _, reading in found.values())
    return tuple((tuple(names), reading) for names, reading in found.values() if reading.sayings or not clear)


def _read(new: str, subject: str, known: Vocabulary, on: date) -> commands.Reading | None:
    """What is said, None if nothing is. A command stands on the first line that is no greeting, or behind "#": so
    where neither is one, the rest of a long mail is spared."""
    head = new
    if "#" not in new:
        lines = new.split("\n")
        spoken = [at for at, line in enumerate(lines) if line.strip()]
        head = "\n".join(lines[: spoken[_OPENING_LINES]]) if len(spoken) > _OPENING_LINES else new
    reading = commands.read(head, subject, known.forms, on, add_weekdays)
    if not reading.sayings and not reading.doubts:
        return None
    return reading if head is new else commands.read(new, subject, known.forms, on, add_weekdays)


def add_weekdays(day: date, n: int) -> date:
    """The n-th day from Monday to Friday after `day`: without a configuration no public holidays are known."""
    weeks, rest = divmod(n, 5)
    day += timedelta(weeks=weeks)
    while rest > 0 or day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
        rest -= day.weekday() < _SATURDAY
    return day


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
        "authenticity": list(message.all_headers("authentication-results")[:MAX_FOUND]) if message else [],
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
