"""What kind of mail it is, as one value.

In: the rule that applied.
Out: Kind.
Fails: never.
Limits: a reading, never evidence; classify.py has the order of the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Kind:
    """`name`: human auto_reply bounce delay receipt calendar bulk report unreadable. `reason` names the rule.

    `surely` False puts it to an officer (domain.md G4): something else than a person's word if it looks automatic but a
    person may stand behind it; a human mail if a machine has carried it and may have written it, as ticket systems do.
    `absent_until` is the day an absence note names, None if it names none. `listed`: it came through a mailing list
    that is not ours, so that an answer might go to everybody.
    """

    name: str
    reason: str
    surely: bool
    absent_until: date | None = None
    listed: bool = False
