"""What all tests share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.preloaded import Nursery  # this file must also stand alone (tests/test_house.py)
    from tests.servers.postgres import Postgres

# Marker: the Debian packages that bring the server (.ci/servers installs them where it can).
SERVERS = {
    "dovecot": "dovecot-core, dovecot-imapd and dovecot-lmtpd",
    "postfix": "postfix, and root to start it",
    "postgres": "postgresql (14 or newer) and the Python package psycopg",
    "openssl": "openssl, which Dovecot brings along",
}


# Files that look at one long trial (tests/procedure/trials.py): one worker runs them all, and makes it once.
TOGETHER = ("tests/cli/test_shipped.py", "tests/flow/test_soundness.py", "tests/procedure/test_proof.py")
# What takes long goes first, so that no worker is left with it when the others have finished.
LONG = (TOGETHER, "tests/demo/", "tests/crash/", "tests/personalities/", "tests/acceptance/", "tests/loops/")

# Memory that serves as a disk, and how much of it must be free: a run of all tests leaves a third of that behind.
MEMORY = Path("/dev/shm")
ROOM = 3 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Tests write into memory where there is enough: thousands of commits wait for a disk, and no test cuts the power.

    TMPDIR or --basetemp say otherwise.
    """
    if "TMPDIR" in os.environ or config.getoption("basetemp", None):
        return
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    if usable and min(shutil.disk_usage(MEMORY).free, _free_memory()) > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # what it was found to be is forgotten


def _free_memory() -> int:
    """Octets; 0 where the kernel does not say."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 0)


def _must_run() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where the checks run, a server test that was skipped proves nothing: it counts as failed."""
    report = yield
    needs = [packages for marker, packages in SERVERS.items() if item.get_closest_marker(marker)]
    if needs and report.skipped and not hasattr(report, "wasxfail") and _must_run():
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI is set, but this test was skipped ({why}). It needs {'; '.join(needs)}."
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """The same for a whole file that skips itself: its markers are not known then, so none may."""
    report = yield
    if report.skipped and _must_run():
        report.outcome = "failed"
        report.longrepr = f"CI is set, but this whole file was skipped: {report.longrepr[2]}"
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several workers, the long files first; each file's tests stay as they stand."""
    if config.getoption("dist", "no") != "no" or "PYTEST_XDIST_WORKER" in os.environ:
        ranks = len(LONG)
        items.sort(key=lambda item: next((n for n in range(ranks) if item.nodeid.startswith(LONG[n])), ranks))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file's tests go to one worker, and so do those of the files that belong together."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return TOGETHER[0] if file in TOGETHER else file

    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where a worker's daemons come from (tests/preloaded.py)."""
    from tests.preloaded import Nursery

    with Nursery() as opened:
        yield opened


@pytest.fixture(scope="session")
def one_postgres() -> Iterator[Postgres]:
    """One for each worker: a fixture that several files import by its name would be made for each of them."""
    from tests.servers.postgres import Postgres, lacking

    if lacking():
        pytest.skip(lacking())
    with Postgres() as server:
        yield server


@pytest.fixture(scope="module")
def forked_daemons(nursery: Nursery) -> Iterator[None]:
    """The daemons of a file's stages are forked."""
    from mailflow.demo.stage import Stage

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "begin", staticmethod(nursery.begin))
        yield
