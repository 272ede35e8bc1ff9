"""An office over another database than the one in which it was played, and whether all of it is sound there."""

from __future__ import annotations

from mailflow.flow import rebuilding, verifying
from mailflow.store import Store
from tests.flow.bench import Bench


def gone_on(bench: Bench, store: Store) -> Bench:
    """The same office at the same instant over another store."""
    found = Bench(store)
    found.left, found.now, found._uid = list(bench.left), bench.now, bench._uid
    return found


def faults(bench: Bench) -> list[str]:
    """Everything that `verify` and `rebuild` would name."""
    with bench.store.read() as unit:
        found = [str(f) for each in verifying.prove(unit, bench.house.offices.values()) for f in each]
        for ref in rebuilding.cases(bench.house, unit):
            found += map(str, rebuilding.rebuild_case(bench.house, unit, ref))
        for identity in unit.inbox.identities():
            found += map(str, rebuilding.rebuild_mail(bench.house, unit, identity) or [])
    return found
