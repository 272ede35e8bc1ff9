"""A procedure of three stages, as small as one can be: for what must work with any file."""

from __future__ import annotations

from mailflow.procedure.definition import Procedure
from mailflow.procedure.reading import read

TINY = """
[procedure]
id = "tiny"
title = "Lost keys"
case_word = "loss"
prefix = "LK"
main = "loss"
opened_by = "finder"

[roles]
porter = { title = "Porter", who = "officer", above = "warden" }
warden = { title = "Warden", who = "officer" }
finder = { title = "Finder", who = "person", field = "finder" }

[fields]
finder = { title = "Finder", type = "address" }

[settings]
hold_days = { value = 28 }

[ladders]
up = [{ on = "+1", at = "09:00", letter = "T9", to = ["above"] }]

[acts]
recorded = "T2"
received_only = "T2"
which = "T2"
refused = "T2"
refused_holder = "T2"
who = "T9"
status = "T2"
help = "T2"
correction = "T2"
undelivered = "T9"
filed = "T9"
daily = "T9"
weekly = "T9"
health = "T9"

[letters]
T1 = { to = "porter" }
T2 = { to = "actor" }
T9 = { to = "owner" }

[states]
NEW = { stage = "Reported", title = "Reported", owner = "porter" }
LOOK = { stage = "Looked for", title = "Looked for", owner = "porter" }
FOUND = { stage = "Found", title = "Found", ends = true }

[timers]
D1 = { clause = "In two days", from = "entry", due = "2 working days", runs = ["NEW"], ladder = "up", step = "Look" }
D2 = { clause = "In five days", from = "entry", due = "5 working days", runs = ["LOOK"], ladder = "up", step = "Find" }

[hold]
timer = "DH"
clause = "Held"
above = "warden"
letter = "T9"
lapse_letter = "T9"
max_setting = "hold_days"

[[row]]
id = "k1"
on = [{ mail = "anyone" }]
to = "NEW"
set = { finder = "@sender" }
letters = ["T1"]

[[row]]
id = "k2"
from = ["NEW"]
on = [{ said = "look" }]
to = "LOOK"

[[row]]
id = "k3"
from = ["LOOK"]
on = [{ said = "found" }]
to = "FOUND"

[verbs]
look = { by = ["porter"], label = "Looking", say = ["Looking"] }
found = { by = ["porter"], label = "Found", say = ["Found"] }
"""


def tiny(*changes: tuple[str, str]) -> Procedure:
    """The tiny procedure, with words of its file replaced; it must still read without faults."""
    text = TINY
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    procedure, faults = read(text, "tiny.toml")
    assert procedure is not None and not faults, [str(f) for f in faults]
    return procedure
