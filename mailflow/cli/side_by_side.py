"""Mails answered by several processes, in the order in which they came.

In: pieces of mail, as they are found; what is to be said about each.
Out: the answers, in order.
Fails: MailflowError when a process ends in the middle, for example for want of memory.
Limits: few mails are read by this process alone; never more than some batches are under way, so memory is bounded.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from mailflow.cli.mail_files import STDIN, Piece
from mailflow.errors import MailflowError

FEW = 40
BATCH, BATCH_OCTETS = 25, 2_000_000
AHEAD = 3
"""Batches under way for each process."""

Answer = tuple[bytes, bool]
Answering = Callable[[Piece], Answer]


def in_order(pieces: Iterable[Piece], answering: Answering, jobs: int) -> Iterator[Answer]:
    """The answers to all pieces, in their order; `answering` must be a function that other processes can find."""
    pieces = iter(pieces)
    first = list(islice(pieces, FEW))
    if len(first) < FEW or jobs <= 1:
        for piece in chain(first, pieces):
            yield answering(piece)
        return
    yield answering(first[0])  # loads all that is needed, so that processes which are copies have it at once
    yield from _by_processes(_batches(chain(first[1:], pieces)), answering, jobs)


def _by_processes(batches: Iterator[list[Piece]], answering: Answering, jobs: int) -> Iterator[Answer]:
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    waiting: deque[Future[list[Answer]]] = deque()
    with ProcessPoolExecutor(jobs, initializer=_prepare, initargs=(answering,)) as pool:
        try:
            while True:
                for batch in islice(batches, AHEAD * jobs - len(waiting)):
                    waiting.append(pool.submit(_answers, batch))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        except BrokenProcessPool:
            why = "A process that reads mails ended in the middle, perhaps for want of memory. Try --jobs 1."
            raise MailflowError(why) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_PREPARED: list[Answering] = []


def _prepare(answering: Answering) -> None:
    """In a process of its own: what every batch needs. An interrupt is the first process's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _PREPARED[:] = [answering]


def _answers(batch: list[Piece]) -> list[Answer]:
    return [_PREPARED[0](piece) for piece in batch]


def _batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """So many pieces that handing them over costs little, and no more octets than fit in memory with ease."""
    batch: list[Piece] = []
    octets = 0
    for found in pieces:
        # The standard input belongs to the first process: it is read here and handed over.
        piece = found.held() if found.path == STDIN else found
        batch.append(piece)
        octets += piece.size
        if len(batch) >= BATCH or octets >= BATCH_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch
