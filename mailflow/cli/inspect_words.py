"""What was read from a mail, in words for a person who asks why it did not match.

In: the name of the mail and what was read from it.
Out: lines of at most WIDTH columns.
Fails: never.
Limits: shows the beginning of long parts; everything from a mail is escaped, so that it cannot write on the terminal.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from mailflow.mail.dsn import Failure
from mailflow.mail.inspection import Inspection, Record, as_record
from mailflow.mail.message import Attachment, Message

WIDTH = 100
LABEL = 12
MOST_LINES = 12
MOST_LISTED = 20
_ONE_LINE = 300


def told(name: str, seen: Inspection, ms: float) -> Iterator[str]:
    """One mail in words."""
    record, message = as_record(seen), seen.message
    yield safe(name)[:WIDTH]
    yield from _said("Kind", f"{seen.kind.name.replace('_', ' ')}. {seen.kind.reason}")
    if message is None:
        return
    if not seen.kind.surely:
        yield from _said("", "This is not certain: with a case at hand an officer is asked.")
    yield from _said("From", _sender(message))
    yield from _said("Subject", message.subject or "none")
    yield from _said(
        "Sent", f"{message.date:%d %B %Y %H:%M} UTC, as it says" if message.date else "no date that can be read"
    )
    if seen.kind.absent_until:
        yield from _said("Away until", seen.kind.absent_until.isoformat())
    if seen.kind.name in {"bounce", "delay"}:
        yield from _report(seen, record)
    yield from _case(record)
    yield from _text("New text", seen.reply.new, "none: nothing in it counts as the sender's own words")
    yield from _cut("Quoted", seen.reply.quoted)
    yield from _cut("Signature", seen.reply.signature)
    yield from _listed("Files", (_file(a) for a in message.attachments), "none")
    whose = "this procedure" if seen.office else "a shipped procedure"
    yield from _listed("Words", (_word(entry) for entry in record["commands"]), f"no command of {whose}")
    yield from _proof(seen, record)
    yield from _listed("Odd", message.defects, "nothing")
    yield from _said("Read in", f"{ms:.0f} ms")


def safe(text: str) -> str:
    """A text on one line in which every character that is not plainly visible is written out, as \\x1b."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c in "\xa0\t\n\r" else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _said(label: str, words: str) -> list[str]:
    """A label and what is said, wrapped."""
    head = f"  {label:<{LABEL}}"
    shown = safe(words)
    shown = shown if len(shown) <= _ONE_LINE else shown[:_ONE_LINE] + " ..."
    return textwrap.wrap(shown, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head.rstrip()]


def _listed(label: str, words: Iterable[str], none: str) -> Iterator[str]:
    listed = list(words)
    for at, one in enumerate(listed[:MOST_LISTED] or [none]):
        yield from _said("" if at else label, one)
    if len(listed) > MOST_LISTED:
        yield from _said("", f"and {len(listed) - MOST_LISTED} more")


def _text(label: str, text: str, none: str) -> Iterator[str]:
    lines = text.split("\n") if text else []
    if not lines:
        yield from _said(label, none)
        return
    yield from _said(label, f"{_counted(len(lines), 'line')}, {_counted(len(text), 'character')}:")
    indent = " " * (LABEL + 2)
    for line in lines[:MOST_LINES]:
        shown = safe(line)
        yield f"{indent}| {shown if len(shown) <= WIDTH - LABEL - 4 else shown[: WIDTH - LABEL - 8] + ' ...'}".rstrip()
    if len(lines) > MOST_LINES:
        yield f"{indent}and {_counted(len(lines) - MOST_LINES, 'line')} more"


def _cut(label: str, text: str) -> Iterator[str]:
    """What does not count as new text; the line where it begins is the reason why it was cut."""
    if text:
        first = next((line.strip() for line in text.split("\n") if line.strip(" >")), "")
        lines = _counted(text.count("\n") + 1, "line")
        yield from _said(label, f'{lines} cut, from the line "{first[:80]}"')
    else:
        yield from _said(label, "none found")


def _sender(message: Message) -> str:
    if message.from_ is None:
        return "nobody: no address can be read"
    others = [a.email for a in (message.sender, *message.reply_to) if a and a.email != message.from_.email]
    more = f"; also named, and no proof of anything: {', '.join(others[:5])}" if others else ""
    return f"{message.from_.email}{more}"


def _report(seen: Inspection, record: Record) -> Iterator[str]:
    yield from _listed(
        "Recipients", map(_failure, seen.bounce.failures if seen.bounce else ()), "none that can be read"
    )
    yield from _said("Our letter", str(record["original_message_id"]) or "the report does not say which")


def _failure(one: Failure) -> str:
    how = "for good" if one.permanent else "for now"
    dead = "; there is no such mailbox" if one.dead_address else ""
    code = f", code {one.status}" if one.status else ""
    said = f": {one.diagnostic}" if one.diagnostic else ""
    return f"{one.recipient or 'an address that is not named'} refused {how}{code}{dead}{said}"


def _case(record: Record) -> Iterator[str]:
    tags, ids = record["reference_tags"], record["references"]
    yield from _listed("Case tags", tags, "none whose check characters hold, in the subject or the text")
    yield from _listed("Answers", ids, "no Message-ID in In-Reply-To or References")


def _proof(seen: Inspection, record: Record) -> Iterator[str]:
    """What stands in the headers, and what the installation thinks of it if one is known."""
    yield from _listed("Checked by", record["authenticity"]["found"], "no server wrote Authentication-Results")
    if seen.verdict:
        proved = "proved" if seen.verdict.passed else "false" if seen.verdict.failed else "not proved"
        yield from _said("Sender", f"{proved} for {seen.office}. {seen.verdict.why}")


def _file(file: Attachment) -> str:
    inside = f", out of {file.unwrapped_from}" if file.unwrapped_from else ""
    note = f"; {file.note}" if file.note else ""
    return f"{file.name} ({file.content_type}, {_counted(len(file.octets), 'octet')}{inside}){note}"


def _word(entry: Record) -> str:
    known = f"known to {' and '.join(entry['procedures'])}"
    if entry["doubt"]:
        return f'"{entry["line"]}" would be asked back: {entry["doubt"]} ({known})'
    blanks = "".join(f", {name}: {value}" for name, value in entry["blanks"].items())
    return f'"{entry["line"]}" is {entry["verb"]}{blanks} ({known})'


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
