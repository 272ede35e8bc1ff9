"""Which mails to ask for together: bounded batches, with poison mails last and alone.

In: the UIDs to fetch, which of them broke a connection before, their sizes.
Out: batches of UIDs.
Fails: never.
Limits: remembers broken fetches in memory only; a restart tries everything afresh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

BATCH = 50
BATCH_OCTETS = 20_000_000  # a batch is held in memory, so it is bounded by size as well
STRIKES = 3  # once in a batch and twice alone
LOOKS_ASIDE = 100  # then it gets one more chance: the network may have been at fault, not the mail


class Batches:
    """Plans fetches and remembers which UIDs were asked for when a connection broke."""

    def __init__(self) -> None:
        self._strikes: Counter[tuple[str, int, int]] = Counter()
        self._aside: Counter[tuple[str, int, int]] = Counter()

    def plan(self, folder: str, uidvalidity: int, uids: Iterable[int]) -> tuple[list[list[int]], set[int]]:
        """Batches in UID order, suspects after them one by one, and the set of those left aside this time."""
        sound, suspects, aside = [], [], set()
        for uid in sorted(uids):
            key = (folder, uidvalidity, uid)
            if self._strikes[key] < STRIKES:
                (suspects if self._strikes[key] else sound).append(uid)
                continue
            self._aside[key] += 1
            if self._aside[key] % LOOKS_ASIDE:
                aside.add(uid)
            else:
                suspects.append(uid)
        batches = [sound[i : i + BATCH] for i in range(0, len(sound), BATCH)]
        return batches + [[uid] for uid in suspects], aside

    def broke(self, folder: str, uidvalidity: int, uids: Iterable[int]) -> None:
        """The connection broke while these were being fetched."""
        for uid in uids:
            self._strikes[folder, uidvalidity, uid] += 1


def by_weight(uids: Iterable[int], sizes: Mapping[int, int], bound: int = BATCH_OCTETS) -> list[list[int]]:
    """Groups in the given order, each at most `bound` octets together; what is heavier stands alone."""
    groups: list[list[int]] = []
    weight = 0
    for uid in uids:
        size = sizes.get(uid, 0)
        if not groups or weight + size > bound:
            groups.append([])
            weight = 0
        groups[-1].append(uid)
        weight += size
    return groups
