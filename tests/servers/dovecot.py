"""A private Dovecot 2.3 with IMAP and LMTP, as root or as an ordinary user; starts in about 0.06 s."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.servers.ports import fill, free_port, wait_for_greeting

EXECUTABLE = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") or ""
MODULES = Path("/usr/lib/dovecot")


def lacking() -> str:
    """What to install before this rig can run, or ""."""
    packages = {"dovecot-core": bool(EXECUTABLE), "dovecot-imapd": (MODULES / "imap").exists()}
    packages["dovecot-lmtpd"] = (MODULES / "lmtp").exists()
    needed = [name for name, there in packages.items() if not there]
    return f"Debian's {' and '.join(needed)} (version 2.3) is not installed" if needed else ""


class Dovecot:
    """users: login (a full address) to password. tls_files: certificate and key in PEM to offer TLS with."""

    host = "127.0.0.1"

    def __init__(self, users: Mapping[str, str], tls_files: tuple[Path, Path] | None = None) -> None:
        self.users, self.tls_files = dict(users), tls_files
        self.imap_port, self.imaps_port, self.lmtp_port = free_port(), free_port(), free_port()

    def __enter__(self) -> Dovecot:
        # A short path: unix sockets must stay below 104 characters.
        self.directory = Path(tempfile.mkdtemp(prefix="dv"))
        self.directory.chmod(0o755)
        me, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(os.getegid())
        owner, internal, login = me, (me.pw_name, group.gr_name), me.pw_name
        if os.geteuid() == 0:
            # Dovecot refuses uid 0 for mail.
            owner, internal, login = pwd.getpwnam("nobody"), ("dovecot", "dovecot"), "dovenull"
        for name in ("run", "state", "mail", "home"):
            (self.directory / name).mkdir()
            if os.geteuid() == 0 and name in ("mail", "home"):
                os.chown(self.directory / name, owner.pw_uid, owner.pw_gid)
        lines = [f"{user}:{{PLAIN}}{password}::::::\n" for user, password in self.users.items()]
        (self.directory / "users").write_text("".join(lines), "utf-8")
        certificate, key = self.tls_files or ("", "")
        config = self.directory / "dovecot.conf"
        config.write_text(
            fill(
                "dovecot-2.3.conf.in",
                DIR=self.directory,
                IMAP_PORT=self.imap_port,
                IMAPS_PORT=self.imaps_port if self.tls_files else 0,
                LMTP_PORT=self.lmtp_port,
                SSL="yes" if self.tls_files else "no",
                SSL_CERT=f"<{certificate}" if certificate else "",
                SSL_KEY=f"<{key}" if key else "",
                INTERNAL_USER=internal[0],
                INTERNAL_GROUP=internal[1],
                LOGIN_USER=login,
                MAIL_UID=owner.pw_uid,
                MAIL_GID=owner.pw_gid,
            ),
            "ascii",
        )
        self.log = self.directory / "dovecot.log"
        self._process = subprocess.Popen([EXECUTABLE, "-F", "-c", str(config)], start_new_session=True)
        for port in (self.imap_port, self.lmtp_port):
            wait_for_greeting(port, self._process, self.log)
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._spare_the_second()
        self._process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _spare_the_second(self) -> None:
        """Dovecot gives what it has started a second to end, and waits for all of it though only its log is left."""
        master = self._process.pid
        end = time.monotonic() + 1
        while self._process.poll() is None and time.monotonic() < end:
            with suppress(OSError):  # not every kernel lists them; and they may have gone by themselves
                left = Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split()
                if len(left) <= 1:
                    for process in (*map(int, left), master):
                        os.kill(process, signal.SIGKILL)
                    return
            time.sleep(0.005)  # the server is ending; nothing else can be waited for
