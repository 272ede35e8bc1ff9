"""A fresh bench per test; the usual beginnings are played once and copied."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailflow.store import Store
from tests import fresh_stores
from tests.flow.bench import Bench, Left


@pytest.fixture(scope="module", autouse=True)
def _fresh_stores() -> Iterator[None]:
    """New stores are copies of a migrated one (tests/fresh_stores.py)."""
    with fresh_stores.copied():
        yield


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "mailflow.db"
    first = Store(f"sqlite:///{path}")
    first.migrate()
    first.close()
    return path


Begin = Callable[..., Bench]
Played = tuple[Path, list[Left], object]


@pytest.fixture
def bench_of(tmp_path: Path, empty_store: Path) -> Iterator[Begin]:
    """Makes a bench on a copy of a database; keywords change the office."""
    opened: list[Store] = []

    def begin(source: Path = empty_store, **changes: object) -> Bench:
        path = tmp_path / f"mailflow-{len(opened)}.db"
        shutil.copy(source, path)
        opened.append(Store(f"sqlite:///{path}", busy_ms=500))
        return Bench(opened[-1], **changes)

    yield begin
    for store in opened:
        store.close()


@pytest.fixture
def bench(bench_of: Begin) -> Bench:
    """An office that has had no mail yet."""
    return bench_of()


def _play(folder: Path, empty: Path, beginning: Callable[[Bench], object]) -> Played:
    path = folder / "mailflow.db"
    shutil.copy(empty, path)
    store = Store(f"sqlite:///{path}")
    played = Bench(store)
    beginning(played)
    store.close()
    return path, played.left, played.now


@pytest.fixture(scope="session")
def played_with_provider(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Played:
    return _play(tmp_path_factory.mktemp("provider"), empty_store, lambda b: b.with_provider())


@pytest.fixture(scope="session")
def played_closed(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Played:
    return _play(tmp_path_factory.mktemp("closed"), empty_store, lambda b: b.closed())


def _resume(begin: Begin, played: Played) -> Bench:
    path, left, now = played
    found = begin(path)
    found.left, found.now = list(left), now  # type: ignore[assignment]
    return found


Begun = Callable[..., Bench]


@pytest.fixture(scope="module")
def _played_here() -> dict[tuple[Callable[[Bench], object], ...], Played]:
    return {}


@pytest.fixture
def after(
    bench_of: Begin,
    empty_store: Path,
    tmp_path_factory: pytest.TempPathFactory,
    _played_here: dict[tuple[Callable[[Bench], object], ...], Played],
) -> Begun:
    """A bench on which beginnings of this file have been played, one after the other: once for all its tests, each has
    a copy."""

    def go_on(path: Path, played: Played | None, beginning: Callable[[Bench], object]) -> Played:
        def from_there(bench: Bench) -> None:
            if played is not None:
                bench.left, bench.now = list(played[1]), played[2]  # type: ignore[assignment]
                bench._uid = itertools.count(1500)
            beginning(bench)

        return _play(path, played[0] if played is not None else empty_store, from_there)

    def begin(*beginnings: Callable[[Bench], object]) -> Bench:
        played: Played | None = None
        for n, beginning in enumerate(beginnings, 1):
            if beginnings[:n] not in _played_here:
                _played_here[beginnings[:n]] = go_on(tmp_path_factory.mktemp("begun"), played, beginning)
            played = _played_here[beginnings[:n]]
        assert played is not None
        found = _resume(bench_of, played)
        found._uid = itertools.count(2000)  # further mails are others than those of the beginnings
        return found

    return begin


@pytest.fixture
def waiting(bench_of: Begin, played_with_provider: Played) -> Bench:
    """A concern sent to the provider on Monday 1 February 2027; the answer is due on Monday 15 February."""
    return _resume(bench_of, played_with_provider)


@pytest.fixture
def closed(bench_of: Begin, played_closed: Played) -> Bench:
    """A concern closed on Friday 19 February 2027."""
    return _resume(bench_of, played_closed)
