"""The errors of the house, each written for the person who must act.

In: what went wrong, where, and what to do next.
Out: exceptions with one plain English sentence per fault.
Fails: never.
Limits: no word of any mail's text goes into an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class MailflowError(Exception):
    """Anything mailflow raises on purpose."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file: where (file, line; line 0 = whole file), what, and how to mend it."""

    file: str
    line: int
    what: str
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}" + (f" Fix: {self.fix}" if self.fix else "")


class ConfigurationError(MailflowError):
    """All faults of the configuration, registers, procedures and templates, found in one go (exit 78, EX_CONFIG)."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(str(f) for f in self.faults))


class Unreadable(MailflowError):
    """A message that even the tolerant parser cannot read; its octets are kept and it is quarantined."""


class Conflict(MailflowError):
    """Another loop wrote to this case first: read again and decide again."""


class Unavailable(MailflowError):
    """A server or the database is away at the moment: wait, try again with back-off, say so once."""


class MailboxUnavailable(Unavailable):
    """The mailbox cannot be reached or read at the moment."""


class StoreUnavailable(Unavailable):
    """The database cannot be reached or is locked at the moment."""


class LeaseLost(Unavailable):
    """This daemon was away for so long that another one may do its work now: nothing of this unit is kept."""


class CannotRender(MailflowError):
    """A letter's template needs something its stage cannot give: the case is held visibly, the mail is not lost."""


class EditionUnreadable(MailflowError):
    """A case follows an edition of its procedure that cannot be read any more: it stands still, the others go on."""
