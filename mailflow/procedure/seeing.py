"""Who may see a case: one question, asked by letters, lists, summaries, reports and commands alike.

In: a case, who reads restricted cases, and an address.
Out: yes or no.
Fails: never.
Limits: a case that no row has restricted is seen by every officer of its office (domain.md Q45, Q53).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mailflow.procedure.events import Contact
from mailflow.procedure.standing import Case

READERS = "restricted_readers"  # the setting that names who may read restricted cases, by address


def named(setting: object) -> frozenset[str]:
    """The addresses that the setting names."""
    return frozenset(str(a).lower() for a in setting) if isinstance(setting, list | tuple) else frozenset()


def readers(case: Case, people: Mapping[str, tuple[Contact, ...]], setting: object) -> frozenset[str]:
    """Who may see this case once it is restricted: the people of the roles it was restricted to, and those named."""
    return named(setting) | {c.email for role in case.restricted for c in people.get(role, ())}


def may_see(address: str, case: Case, allowed: Collection[str]) -> bool:
    """Whether this person may see the case; `allowed` is what `readers` gives for it."""
    return not case.restricted or address in allowed
