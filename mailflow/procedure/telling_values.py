"""The words of each source from which a row fills a field.

In: the words of a procedure (telling_names.py) and the parts of a source such as "@blank reason or date".
Out: a noun phrase in plain English.
Fails: never.
Limits: one entry for each shape of values.py, under the same pattern; a test keeps both equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailflow.procedure.telling_names import Names

Words = Callable[[Names, re.Match[str]], str]

_INSTEAD = {"date": "today's date", "actor": "the speaker", "last mail date": "the date of the last mail"}


def _actor(t: Names, m: re.Match[str]) -> str:
    if m[2]:
        return f"the speaker, unless they are {t.noun(m[2])}"
    return "the speaker, if nobody stands there yet" if m[1] else "the speaker"


def _blank(t: Names, m: re.Match[str]) -> str:
    given = f"the {t.blank(m[1])} given with the word"
    return given + (f", otherwise {_INSTEAD[m[3]]}" if m[3] else "")


def _field(t: Names, m: re.Match[str]) -> str:
    return f"what stands in {t.field(m[1])}{', if nothing stands there yet' if m[2] else ''}"


def _days_on(t: Names, m: re.Match[str]) -> str:
    return f"{t.setting(m[3])} days after {t.field(m[2]) if m[2] else 'today'}"


def _verb(t: Names, m: re.Match[str]) -> str:
    return f"the word said by {t.role(m[2])}" if m[2] else "the word that was said"


def _copy(t: Names, m: re.Match[str]) -> str:
    own = f", or from an officer's own letter to {t.role(m[2])}" if m[2] else ""
    return f"the approved copy: what is enclosed, or the original if so said{own}"


VALUES: dict[str, Words] = {
    r"@at": lambda t, m: "the time at which it happens",
    r"@at unless waiting (\w+)": lambda t, m: f"the time of the first mail from {t.role(m[1])} that waits to be judged",
    r"@date": lambda t, m: "today's date",
    r"@sender": lambda t, m: "the sender",
    r"@subject": lambda t, m: "the subject of the mail",
    r"@actor( if empty| unless (\w+))?": _actor,
    r"@blank (\w+)( or (date|actor|last mail date))?": _blank,
    r"@last mail": lambda t, m: "the time of the last mail",
    r"@since if setting (\w+) = (\w+)": lambda t, m: f'the start of the stage, if the setting {m[1]} is "{m[2]}"',
    r"@verb( if (\w+))?": _verb,
    r"@field (\w+)( if empty)?": _field,
    r"@on duty (\w+)": lambda t, m: f"{t.role(m[1])} on duty",
    r"@(date|field (\w+)) plus setting (\w+)": _days_on,
    r"@parent (\w+) or at": lambda t, m: f"what stands in {t.field(m[1])}, otherwise the time at which it happens",
    r"@note": lambda t, m: "the rest of the mail",
    r"@copy( or own letter to (\w+))?": _copy,
    r"@yes if (\w+) after (\w+)": lambda t, m: f'"yes" if {t.field(m[1])} is later than {t.field(m[2])}',
    r"@own letter": lambda t, m: "the officer's own mail",
}
