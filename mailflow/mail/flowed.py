"""Gives texts with markup of their own back as people wrote them: format=flowed and text/enriched.

In: decoded text.
Out: plain text.
Fails: never.
Limits: linear in the text.
"""

from __future__ import annotations

import re

_COMMAND = re.compile(r"<(<|/?[A-Za-z0-9-]{1,60}>)")


def unflow(value: str, delsp: bool = False) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 section 4)."""
    out: list[str] = []
    running: list[str] = []
    level = -1
    for line in value.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        body = line[quotes:]
        body = body[1:] if body.startswith(" ") else body
        soft = body.endswith(" ") and body != "-- "
        if running and quotes != level:
            out.append(_quoted(level, "".join(running)))
            running = []
        if body == "-- " and running:
            out.append(_quoted(level, "".join(running)))
            running = []
        level = quotes
        running.append(body[:-1] if soft and delsp else body)
        if not soft:
            out.append(_quoted(level, "".join(running)))
            running = []
    if running:
        out.append(_quoted(level, "".join(running)))
    return "\n".join(out)


def _quoted(level: int, line: str) -> str:
    return f"{'>' * level} {line}" if level else line


def enriched(value: str) -> str:
    """The words of text/enriched (RFC 1896): commands and their parameters gone, line breaks as they were meant."""
    out: list[str] = []
    at = hidden = 0
    for found in _COMMAND.finditer(value):
        if not hidden:
            out.append(value[at : found.start()])
        at = found.end()
        command = found[1].lower().rstrip(">")
        if command == "<":
            out.append("<" if not hidden else "")
        elif command == "param":
            hidden += 1
        elif command == "/param":
            hidden = max(0, hidden - 1)
        elif command in {"nl", "np", "paragraph", "/paragraph"}:  # of the older text/richtext (RFC 1341)
            out.append("\n\n")
    if not hidden:
        out.append(value[at:])
    # One line break is a space, n are n - 1.
    return re.sub(r"\n+", lambda found: "\n" * (len(found[0]) - 1) or " ", "".join(out))
