"""The floors of the house: who may import whom, which library enters by which door, who may ask the world.

Each rule is a function from modules to faults, so that a test can plant an offender for every rule and see it caught.
"""

from __future__ import annotations

import graphlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.tree import PACKAGE, Module, modules, none

# Top to bottom. Rooms on one line do not know each other.
FLOORS = (
    {"__main__"},
    {"cli"},
    {"demo"},
    {"wiring"},
    {"reloading"},
    {"installation"},
    {"settings", "logs", "loops"},
    {"flow", "study", "stated"},
    {"store", "mailbox", "submission", "documents", "register"},
    {"procedure", "mail"},
    {"places", "logins"},  # places raises an error of the house; no error needs a place
    {"errors", "failpoints", "durable"},
    {""},  # mailflow/__init__.py
)
LEVEL = {room: level for level, rooms in enumerate(reversed(FLOORS)) for room in rooms}

# Library: the rooms or files it may enter by. A library that is not here has no door at all.
DOORS = {
    "aiosmtpd": ("demo/",),
    "aiosmtplib": ("submission/smtp.py",),
    "alembic": ("store/",),
    "asyncio": ("submission/smtp.py", "demo/"),
    "authres": ("mail/authenticity.py",),
    "click": ("cli/",),
    "css_inline": ("documents/",),
    "holidays": ("register/holiday_calendars.py",),
    "icalendar": ("documents/",),
    "imapclient": ("mailbox/imap.py", "mailbox/imap_connection.py"),
    "imaplib": ("mailbox/imap.py", "mailbox/imap_connection.py", "demo/"),  # imapclient raises imaplib's errors
    "jinja2": ("documents/",),
    "markupsafe": ("documents/",),
    "mailparser": ("mail/addresses.py",),
    "nh3": ("mail/html_text.py",),
    "psycopg": ("store/",),
    "proxyprotocol": ("demo/",),
    "pymap": ("demo/",),
    "pysasl": ("demo/",),
    "resiliparse": ("mail/html_text.py",),
    "resvg_py": ("documents/raster.py",),
    "smtplib": ("demo/",),
    "sqlalchemy": ("store/",),
    "sqlite3": ("store/",),
    "structlog": ("logs.py", "loops/", "flow/", "reloading.py"),
    "typst": ("documents/",),
}

PURE = ("procedure/", "mail/")
# By these a pure room could touch the world, roll dice or write a log. io is not here: BytesIO is memory.
WORLD = (
    "asyncio builtins.input builtins.open builtins.print concurrent fcntl fileinput ftplib getpass glob http "
    "importlib io.open imaplib locale logging mmap multiprocessing os pathlib random sched secrets select selectors "
    "shelve shutil signal smtplib socket socketserver sqlite3 ssl structlog subprocess sys.argv sys.stderr sys.stdin "
    "sys.stdout syslog tempfile threading time urllib.request uuid.getnode uuid.uuid1 uuid.uuid4 "
    "email.message_from_file email.message_from_binary_file"
).split()
# mail-parser logs the words of mails through logging; the only file that knows it makes it be silent.
SILENCED = ("mail/addresses.py", "logging")
PURE_PATHS = ("pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath")  # names of paths, no files

CLOCKS = (
    "datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today time.time time.time_ns "
    "time.localtime time.gmtime time.ctime time.asctime time.strftime time.clock_gettime email.utils.localtime "
    "email.utils.formatdate email.utils.make_msgid uuid.uuid1 sqlalchemy.func.now sqlalchemy.func.current_timestamp "
    "sqlalchemy.func.localtimestamp sqlalchemy.sql.func.now"
).split()
# The demonstration is its own little world with a pretended calendar, and must say when it was played.
CLOCK_DOORS = ("wiring.py", "demo/")

ENVIRONMENT = "os.environ os.environb os.getenv os.getenvb os.putenv os.unsetenv dotenv".split()
# demo/stage.py reads nothing from it: it hands the whole environment on to the daemon it starts.
ENVIRONMENT_DOORS = ("settings.py", "wiring.py", "demo/stage.py")

Faults = Iterator[str]


def undeclared(house: Sequence[Module]) -> Faults:
    for module in house:
        if module.room not in LEVEL:
            yield f"mailflow/{module.path} stands on no declared floor"


def upward(house: Sequence[Module]) -> Faults:
    for module in house:
        for target, line in module.imports():
            room = _room_of(target)
            if room is None or module.room == room or module.room not in LEVEL:
                continue
            if LEVEL.get(room, len(LEVEL)) >= LEVEL[module.room]:
                yield f"mailflow/{module.path}:{line} imports {target}, which is not on a floor below"


def circles(house: Sequence[Module]) -> Faults:
    names = {module.name for module in house}
    graph = {m.name: {_nearest(target, names) for target, _ in m.imports()} - {m.name, ""} for m in house}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as circle:
        yield " imports ".join(reversed(circle.args[1]))


def wrong_door(house: Sequence[Module]) -> Faults:
    for module in house:
        for target, line in module.imports():
            doors = DOORS.get(target.split(".")[0])
            if doors is not None and not module.path.startswith(doors):
                yield f"mailflow/{module.path}:{line} imports {target}; its door is {', '.join(doors)}"


def no_door(house: Sequence[Module]) -> Faults:
    for module in house:
        for target, line in module.imports():
            library = target.split(".")[0]
            if library not in sys.stdlib_module_names and library != "mailflow" and library not in DOORS:
                yield f"mailflow/{module.path}:{line} imports {library}, which has no door in DOORS (test_floors.py)"


def by_string(house: Sequence[Module]) -> Faults:
    for module in house:
        for name, line in module.uses():
            if name in ("importlib.import_module", "builtins.__import__"):
                yield f"mailflow/{module.path}:{line} imports by a string, past all doors"


def logs_configured(house: Sequence[Module]) -> Faults:
    for module in house:
        for name, line in module.uses():
            if name.startswith("structlog.configure") and module.path != "logs.py":
                yield f"mailflow/{module.path}:{line} configures the log"


def impure(house: Sequence[Module]) -> Faults:
    for module in house:
        if not module.path.startswith(PURE):
            continue
        for name, line in sorted({*module.imports(), *module.uses()}):
            if (module.path, name.split(".")[0]) == SILENCED:
                continue
            if _is_of(name, (*WORLD, *CLOCKS)) and name != "pathlib" and not _is_of(name, PURE_PATHS):
                yield f"mailflow/{module.path}:{line} uses {name} in a pure room"


def clocks(house: Sequence[Module]) -> Faults:
    for module in house:
        if module.path.startswith(CLOCK_DOORS):
            continue
        for name, line in sorted({*module.imports(), *module.uses()}):
            if name in CLOCKS:
                yield f"mailflow/{module.path}:{line} reads the clock by {name}"
        for text, line in module.strings():
            if "CURRENT_TIMESTAMP" in text.upper() or "datetime('now" in text.lower():
                yield f"mailflow/{module.path}:{line} lets the database read the clock"


def environment(house: Sequence[Module]) -> Faults:
    for module in house:
        if module.path in ENVIRONMENT_DOORS:
            continue
        for name, line in sorted({*module.imports(), *module.uses()}):
            if _is_of(name, ENVIRONMENT):
                yield f"mailflow/{module.path}:{line} reads the environment by {name}"


# advance.py writes the log of cases; office_mail.py the office's own stream and settling.py that of each mail, which
# belong to no case.
LOG_WRITERS = ("flow/advance.py", "flow/office_mail.py", "flow/settling.py")
APPENDS = re.compile(r"\blog\.append\(")


def log_written(house: Sequence[Module]) -> Faults:
    for module in house:
        # rehearsal.py keeps a list of facts that it calls a log; procedure/ cannot reach the store anyway.
        if module.path in LOG_WRITERS or module.path.startswith(("store/", "procedure/")):
            continue
        for line, text in enumerate(module.text.splitlines(), 1):
            if APPENDS.search(text):
                yield f"mailflow/{module.path}:{line} writes the log beside flow/advance.py"


def _room_of(target: str) -> str | None:
    """The room of an imported name; "" for mailflow itself, None for anything from outside."""
    top, _, rest = target.partition(".")
    return None if top != "mailflow" else rest.split(".")[0]


def _nearest(target: str, names: set[str]) -> str:
    """The module that an imported name comes from, or ""."""
    while target and target not in names:
        target = target.rpartition(".")[0]
    return target


def _is_of(name: str, things: Sequence[str]) -> bool:
    return any(name == thing or name.startswith(f"{thing}.") for thing in things)


@pytest.fixture(scope="module")
def house() -> list[Module]:
    """All modules as they stand."""
    return modules()


def test_every_module_stands_on_a_declared_floor(house):
    """A stray file breaks the build: each module lies in a room that the table of floors names."""
    none(undeclared(house))


def test_every_folder_is_a_room():
    """No folder lies in mailflow/ that is not a room of the table."""
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= set(LEVEL), sorted(folders - set(LEVEL))


def test_imports_only_go_down(house):
    """No room knows one above it, nor its neighbours on the same floor; lazy imports count."""
    none(upward(house))


def test_imports_make_no_circle(house):
    """No module needs itself by way of others, within a room either."""
    none(circles(house))


def test_each_library_enters_by_one_door(house):
    """A library can be replaced by changing one room: nobody else imports it."""
    none(wrong_door(house))


def test_no_library_without_a_door(house):
    """A new library gets a line in the table of doors before it is used."""
    none(no_door(house))


def test_no_import_by_string(house):
    """What is imported can be read from the source, so that the other rules here cannot be gone around."""
    none(by_string(house))


def test_only_logs_configures_the_log(house):
    """structlog is configured in logs.py only; other rooms ask for a logger."""
    none(logs_configured(house))


def test_pure_rooms_do_not_touch_the_world(house):
    """procedure/ and mail/ do no I/O, read no clock, roll no dice and write no log."""
    none(impure(house))


def test_only_wiring_reads_the_clock(house):
    """`now` is an argument everywhere, so that a year can pass in a test and a decision can be repeated."""
    none(clocks(house))


def test_only_settings_and_wiring_read_the_environment(house):
    """Configuration and secrets come in at one place, where all faults are found in one go."""
    none(environment(house))


def test_only_advance_writes_the_log(house):
    """One event, one transaction: a second writer would make facts that no decision made (invariant 6)."""
    none(log_written(house))


OFFENDERS = [
    (log_written, {"flow/sort.py": "unit.log.append('CC-1', 0, [])"}),
    (undeclared, {"stray.py": ""}),
    (upward, {"flow/sort.py": "from mailflow.loops import intake"}),
    (upward, {"flow/sort.py": "from mailflow import wiring"}),
    (upward, {"flow/sort.py": "def f():\n    import mailflow.cli.main"}),
    (upward, {"flow/sort.py": "from ..loops.intake import Intake"}),
    (upward, {"mail/parse.py": "from mailflow.procedure.case import Case"}),
    (upward, {"errors.py": "from mailflow.places import shipped"}),
    (upward, {"store/log.py": "from mailflow.nowhere import x"}),
    (circles, {"mail/a.py": "from mailflow.mail.b import B", "mail/b.py": "def f():\n    from mailflow.mail import a"}),
    (wrong_door, {"flow/sort.py": "import sqlalchemy as sa"}),
    (wrong_door, {"mail/parse.py": "from nh3 import clean"}),
    (no_door, {"flow/sort.py": "import requests"}),
    (by_string, {"flow/sort.py": "from importlib import import_module as get\nget('os')"}),
    (by_string, {"flow/sort.py": "__import__('os')"}),
    (logs_configured, {"loops/loop.py": "import structlog\nstructlog.configure()"}),
    (impure, {"mail/parse.py": "import os.path"}),
    (impure, {"mail/parse.py": "from pathlib import Path"}),
    (impure, {"mail/parse.py": "import pathlib\npathlib.Path('x').read_text()"}),
    (impure, {"mail/parse.py": "text = open('x').read()"}),
    (impure, {"mail/parse.py": "read = open"}),
    (impure, {"mail/compose.py": "import logging"}),
    (impure, {"procedure/machine.py": "from datetime import datetime as d\nd.now()"}),
    (impure, {"procedure/machine.py": "from random import random"}),
    (impure, {"mail/compose.py": "from email import utils\nutils.make_msgid()"}),
    (clocks, {"flow/sort.py": "import datetime as dt\nread = dt.datetime.now"}),
    (clocks, {"loops/loop.py": "from time import time"}),
    (clocks, {"store/schema.py": "default = 'current_timestamp'"}),
    (clocks, {"store/schema.py": "from sqlalchemy import func\nx = func.now()"}),
    (environment, {"loops/loop.py": "from os import environ"}),
    (environment, {"cli/run.py": "import os\nos.environ.get('X')"}),
]


@pytest.mark.parametrize(("rule", "sources"), OFFENDERS)
def test_each_rule_catches_its_offender(rule: Callable[[Sequence[Module]], Faults], sources: dict[str, str]):
    """A rule that cannot fail keeps nothing."""
    assert list(rule([Module(path, text) for path, text in sources.items()]))


DECENT = {
    "__init__.py": '"""The package."""',
    "places.py": "from pathlib import Path\nfrom mailflow.errors import MailflowError",
    "mail/__init__.py": "",
    "mail/parse.py": "from datetime import time\nfrom pathlib import PurePath\nfrom mailflow.mail import message",
    "mail/message.py": "from mailflow.errors import Unreadable",
    "procedure/definition.py": "class Tell:\n    open: bool = False",
    "store/log.py": "import sqlalchemy\nfrom mailflow.procedure.case import Case",
    "submission/smtp.py": "import asyncio, time\ntime.monotonic()",
    "flow/sort.py": "import structlog\nlog = structlog.get_logger()\nnow = clock.now()",
    "wiring.py": "import os\nfrom datetime import UTC, datetime\nnow = datetime.now(UTC), os.environ",
}


def test_a_decent_house_passes():
    """The rules leave lawful code alone."""
    house = [Module(path, text) for path, text in DECENT.items()]
    assert not [fault for rule in {rule for rule, _ in OFFENDERS} for fault in rule(house)]
