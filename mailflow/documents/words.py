"""How values are said in letters: dates with the weekday, clean single values, safe link addresses.

In: dates, texts and other values of a context.
Out: plain strings in British English; nothing here is escaped (each form of a letter escapes for itself).
Fails: Empty for a value that a sentence needs and that is None; TypeError for a datetime (its local date is not known).
Limits: English only; does not judge whether a text is true or polite.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from markupsafe import Markup

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# Control characters but tab and newline, and the marks that turn a line's direction (a name could hide behind them).
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# domain.md 5.2 (buttons): only these schemes may stand behind a link.
_LINK = re.compile(r"(?:mailto:|https://)[^\s<>\"'\\]+", re.ASCII | re.IGNORECASE)


class Unset(str):
    """An empty text that no sentence should state: `said` refuses it, so that a trial finds the place."""

    __slots__ = ()


class Empty(Exception):
    """A sentence needs a value that is None: an empty place in a letter would mislead its reader."""


def clean(value: object) -> str:
    """The text of a value with \\n line ends and without control or direction characters."""
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", str(value)))


def one_line(value: object) -> str:
    """The value said on one line, all white space folded."""
    return " ".join(said(value).split())


def sentence(value: object) -> str:
    """The value on one line with a full stop at its end, so that another sentence can follow."""
    text = one_line(value)
    return text if not text or text.rstrip("\"')")[-1:] in (".", "!", "?", ":") else f"{text}."


def day(value: date | None) -> str:
    """A local date as "Tuesday 30 March 2027" (domain.md 6.1); raises Empty for None, TypeError for anything else."""
    if not known(value):
        raise Empty("date")
    if isinstance(value, datetime) or not isinstance(value, date):
        raise TypeError("a letter states local dates, not instants")
    return f"{WEEKDAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]} {value.year}"


def said(value: object) -> str:
    """Any value as a letter says it; markup that a macro made passes as it is; None raises Empty."""
    if value is None or isinstance(value, Unset):
        raise Empty("value")
    if isinstance(value, Markup):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return day(value)
    return clean(value)


def needed(value: object) -> object:
    """The value, which a formal letter cannot do without; raises Empty where there is none."""
    if not known(value):
        raise Empty("value")
    return value


def known(value: object) -> bool:
    """True when there is something to say (0 and False count, None and blank text do not)."""
    return value is not None and bool(str(value).strip())


def field(value: object, name: str) -> object:
    """A named part of a mapping or an object, None when it has none."""
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name, None)


def when(due: object) -> str:
    """The effective moment of a deadline, "4pm on Tuesday 30 March 2027" or the date alone (K5); raises Empty."""
    if due is None:
        raise Empty("deadline")
    at, on = field(due, "at"), day(field(due, "day"))  # type: ignore[arg-type]
    return f"{at} on {on}" if known(at) else on


def worked_out(due: object) -> str:
    """The rule of a deadline and its working in one sentence each; "" when neither is known."""
    parts = (one_line(field(due, name) or "").rstrip(".") for name in ("clause", "working"))
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)


def safe_link(address: object) -> str:
    """The address if it may stand behind a link (mailto or https, no white space), else ""."""
    address = str(address or "")
    return address if _LINK.fullmatch(address) else ""
