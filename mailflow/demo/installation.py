"""Writes the folder of an installation: settings, secrets, registers, all for servers on this machine.

In: a folder, the offices to open, the ports and passwords of their mailboxes, changed registers and settings.
Out: mailflow.toml and what it names, with new secrets; the people that the registers name.
Fails: OSError.
Limits: the shipped procedures, pretended time; what is shipped is named where it lies, not copied, but for the
  registers.
"""

from __future__ import annotations

import csv
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mailflow import places
from mailflow.demo.offices import DemoOffice

Table = dict[str, object]


def copy_registers(folder: Path, office: DemoOffice, changed: Mapping[str, str]) -> dict[str, str]:
    """Put an office's registers into a folder; returns every address in them with the login it belongs to."""
    target = folder / "register" / office.register
    target.mkdir(parents=True, exist_ok=True)
    for source in places.shipped("config").joinpath("register", office.register).glob("*.csv"):
        shutil.copyfile(source, target / source.name)
    for name, text in changed.items():
        (target / name).write_text(text, "utf-8")
    found: dict[str, str] = {}
    for row in (*_rows(target / "officers.csv"), *_rows(target / "contacts.csv")):
        login = row["email"].strip().lower()
        for address in (login, *(row.get("other_emails") or "").split(";")):
            if address.strip():
                found.setdefault(address.strip().lower(), login)
    return found


def contracts_by_email() -> dict[str, str]:
    """The shipped contracts, each with its letters by email: one that wants post would have an officer print them."""
    shipped = places.shipped("config").joinpath("register", "contracts.csv").read_text("utf-8")
    return {"contracts.csv": shipped.replace(",post,", ",email,")}


def names(folder: Path) -> dict[str, str]:
    """Address to name, of everybody in the registers of a folder."""
    files = [*(folder / "register").rglob("officers.csv"), *(folder / "register").rglob("contacts.csv")]
    return {row["email"].strip().lower(): row["name"].strip() for path in files for row in _rows(path)}


def _rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    return list(csv.DictReader(lines))


def new_password() -> str:
    """A password nobody knows yet."""
    return secrets.token_urlsafe(15)


def secret_file(folder: Path, name: str, words: str) -> None:
    """A secret that only this user may read; one that is there already stays."""
    path = folder / "secrets" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(words + "\n", "utf-8")


def write_settings(
    folder: Path,
    *,
    offices: Sequence[DemoOffice],
    host: str,
    imap_port: int,
    smtp_port: int,
    login: bool,
    authserv_id: str,
    settings: Mapping[str, object],
    sections: Mapping[str, Mapping[str, object]],
) -> None:
    """Write mailflow.toml. login: whether the way out asks for the mailbox's password; settings: the first office's."""
    config = places.shipped("config")
    server: Table = {"host": host, "tls": "none", "timeout": 20}
    tables: dict[str, Table] = {
        "": {"calendars": str(config / "calendars")},
        "store": {"url": "sqlite:///mailflow.sqlite3"},
        "secrets": {"id_file": "secrets/id"},
        "testing": {"pretend_time": True},
        "log": {"form": "json", "level": "info"},
    }
    for number, office in enumerate(offices):
        name = f"office.{office.id}"
        key: Table = {"user": office.address, "password_file": f"secrets/{office.secret}"}
        tables |= {
            name: {
                "procedure": str(config / "procedures" / f"{office.procedure}.toml"),
                "address": office.address,
                "calendar": office.calendar,
                "register": str(Path("register", office.register)),
                "templates": str(places.shipped("templates")),
                "reports": "reports" if number == 0 else f"reports-{office.id}",
                **office.table,
            },
            f"{name}.imap": {**server, "port": imap_port, **key},
            f"{name}.smtp": {**server, "port": smtp_port, **(key if login else {})},
            f"{name}.auth": {"authserv_id": authserv_id, "internal_domains": []},
            f"{name}.texts": dict(office.texts),
            f"{name}.signposts": dict(office.signposts),
            f"{name}.settings": dict(settings) if number == 0 else {},
        }
    for name, table in sections.items():
        tables.setdefault(name, {}).update(table)
    # A table that is written twice would be a fault, one that comes before its parent's keys would swallow them.
    lines = []
    for name, table in sorted(tables.items()):
        lines += [f"[{name}]"] if name else []
        lines += [f"{_key(key)} = {_value(value)}" for key, value in table.items()]
        lines.append("")
    (folder / "mailflow.toml").write_text("\n".join(lines), "utf-8")
    for number, office in enumerate(offices):
        (folder / ("reports" if number == 0 else f"reports-{office.id}")).mkdir(exist_ok=True)


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() else _value(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    words = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{words}"'
