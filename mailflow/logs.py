"""How mailflow writes its log: one line per step, as JSON for machines or plain for a person at a terminal.

In: the form, the lowest level, and the clock that wiring.py hands in.
Out: structlog and the standard library's loggers, configured to write to one stream.
Fails: ValueError for an unknown form or level.
Limits: keys that may hold a mail's words or a secret are emptied and long values cut; the words of an exception are not
    searched; libraries speak from warning upward.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
NEVER = frozenset(
    "attachment attachments authorization body code codes content html message note octets password raw reply secret "
    "subject text token".split()
)
LONGEST = 500


def configure(
    form: str = "json",
    level: str = "info",
    clock: Callable[[], datetime] | None = None,
    stream: TextIO | None = None,
) -> None:
    """Set up all logging of the process; to standard error unless a stream is given. Raises ValueError.

    Without a clock lines carry no time: the journal of systemd has its own.
    """
    if form not in ("json", "console") or level not in LEVELS:
        raise ValueError(f'Logging knows the forms "json" and "console" and the levels {", ".join(LEVELS)}.')
    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        stamp(clock),
        structlog.processors.format_exc_info,
        discreet,
    ]
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=True, default=str)
    if form == "console":
        last = structlog.dev.ConsoleRenderer(colors=stream.isatty())
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    # Libraries log protocol lines at debug and info, and these hold mail: only their warnings are let through.
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(LEVELS[level], logging.WARNING), force=True)


def stamp(clock: Callable[[], datetime] | None) -> Callable[..., MutableMapping[str, Any]]:
    """A step that adds the time of the clock in UTC; a pretended clock shows in the log as well."""

    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if clock is not None:
            event["at"] = clock().astimezone(UTC).isoformat(timespec="milliseconds")
        return event

    return add


def discreet(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what could hold words of a mail or a secret, and cut what is long; octets never appear."""
    for key in list(event):
        value = event[key]
        if key in NEVER or isinstance(value, bytes):
            event[key] = "(left out)"
        elif isinstance(value, str) and len(value) > LONGEST and key != "exception":
            event[key] = value[:LONGEST] + "..."
    return event
