"""What the tests of the loops share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import fresh_stores


@pytest.fixture(scope="module", autouse=True)
def _fresh_stores() -> Iterator[None]:
    """New stores are copies of a migrated one (tests/fresh_stores.py)."""
    with fresh_stores.copied():
        yield
