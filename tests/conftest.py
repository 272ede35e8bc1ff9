"""What all tests share."""

from __future__ import annotations

import os

import pytest

# Marker: the Debian packages that bring the server (.ci/servers installs them where it can).
SERVERS = {
    "dovecot": "dovecot-core, dovecot-imapd and dovecot-lmtpd",
    "postfix": "postfix, and root to start it",
    "openssl": "openssl, which Dovecot brings along",
}


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
