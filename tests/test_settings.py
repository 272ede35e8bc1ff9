"""The settings of an installation: defaults, faults with their lines, secrets, and the guard on pretended time."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from mailflow.errors import ConfigurationError
from mailflow.settings import Limits, Settings, load, read_secret

EXAMPLE = Path(__file__).parents[1] / "config" / "mailflow.toml"
MINIMAL = """
[secrets]
id_file = "id"

[imap]
host = "imap.council.example"
password_file = "mailbox"

[smtp]
host = "smtp.council.example"

[office.council]
procedure = "procedure.toml"
address = "Concerns@council.example"
name = "Example Council"
team = "Contract Management Team"
prefix = "CC"
calendar = "uk-eng"
register = "register"
templates = "templates"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with everything that MINIMAL names."""
    for name in ("register", "templates"):
        (tmp_path / name).mkdir()
    (tmp_path / "calendars").symlink_to(EXAMPLE.parent / "calendars")
    (tmp_path / "procedure.toml").write_text("", "utf-8")
    for name in ("id", "mailbox"):
        (tmp_path / name).write_text("secret words\n", "utf-8")
        (tmp_path / name).chmod(0o600)
    return tmp_path


def read(folder: Path, text: str = MINIMAL) -> Settings:
    """The settings of a text."""
    (folder / "mailflow.toml").write_text(text, "utf-8")
    return load(folder / "mailflow.toml")


def faults(folder: Path, text: str) -> list[tuple[str, str]]:
    """The faults of a text, as (the line they point to, what they say)."""
    with pytest.raises(ConfigurationError) as caught:
        read(folder, text)
    lines = ["", *text.splitlines()]
    return [(lines[fault.line], f"{fault.what} {fault.fix}") for fault in caught.value.faults]


def test_little_need_be_written(folder: Path) -> None:
    """Everything that MINIMAL leaves out has a default, and relative paths count from the file."""
    settings = read(folder)
    office = settings.offices["council"]
    assert settings.store_url == f"sqlite:///{folder}/mailflow.sqlite3"
    assert (settings.limits.outbox_hold_minutes, settings.pretend_time) == (15, False)
    assert (office.address, office.own_domains) == ("concerns@council.example", {"council.example"})
    assert (office.imap.port, office.imap.tls, office.imap.user) == (993, "tls", "concerns@council.example")
    assert (office.smtp.port, office.smtp.tls, office.smtp.user) == (587, "starttls", "")
    assert (office.zone, office.calendar.name, office.administrator) == ("Europe/London", "uk-eng", office.address)
    assert (office.procedure, office.register) == (folder / "procedure.toml", folder / "register")
    assert (office.inbox, office.sent, office.junk, office.in_doubt) == ("INBOX", "Sent", "Junk", "ask")


def test_an_office_may_have_a_maildir_instead_of_a_server(folder: Path) -> None:
    """Then no IMAP server is named, and naming both is a fault, as is a Maildir that is not there."""
    (folder / "mail").mkdir()
    text = MINIMAL.replace('[imap]\nhost = "imap.council.example"\npassword_file = "mailbox"\n', "")
    assert text != MINIMAL
    office = read(folder, f'{text}maildir = "mail"\n').offices["council"]
    assert (office.maildir, office.imap) == (folder / "mail", None)
    both = f'{text}maildir = "mail"\n[office.council.imap]\nhost = "imap.council.example"\n'
    assert any("one of the two" in words for _, words in faults(folder, both))
    assert any("there is no folder" in words for _, words in faults(folder, f'{text}maildir = "gone"\n'))


def test_the_shipped_example_loads_with_the_secrets_that_the_units_hand_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """config/mailflow.toml has no fault once the credentials named in systemd/mailflow.service are there."""
    unit = (EXAMPLE.parents[1] / "systemd" / "mailflow.service").read_text("utf-8")
    names = re.findall(r"(?m)^LoadCredential=([\w-]+):", unit)
    assert len(names) == 4
    for name in names:
        (tmp_path / name).write_text("x" * 48)
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert list(load(EXAMPLE).offices) == ["council", "insurer"]


def test_the_examples_comments_name_the_true_defaults(folder: Path) -> None:
    """A commented line of [limits], [log] or a server shows what holds without it."""
    text = EXAMPLE.read_text("utf-8")
    shown = dict(re.findall(r"(?m)^# (\w*per_\w+|outbox_\w+|form|level|port|timeout|poll) = \"?(\w+)", text))
    settings = read(folder)
    for key in Limits.__dataclass_fields__:
        assert str(getattr(settings.limits, key)) == shown[key]
    assert settings.log_level == shown["level"]
    assert str(settings.offices["council"].imap.timeout) == shown["timeout"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('prefix = "CC"', 'prefxi = "CC"', 'prefxi = "CC"', 'Did you mean "prefix"?'),
        ('prefix = "CC"', 'prefix = "c1"', 'prefix = "c1"', "capital letters"),
        ('calendar = "uk-eng"', 'calendar = "uk-england"', 'calendar = "uk-england"', 'Did you mean "uk-'),
        ('name = "Example Council"', "", "[office.council]", "office.council.name is missing"),
        ("[imap]", "[imap]\nport = 0", "port = 0", "1 to 65535"),
        ("[imap]", '[imap]\ntls = "ssl"', 'tls = "ssl"', "tls"),
        ("[imap]", '[imap]\ntls = "none"', 'tls = "none"', "not be encrypted"),
        ("[imap]", '[imap]\npassword = "x"', 'password = "x"', "must not stand in this file"),
        ('password_file = "mailbox"', 'password_file = "gone"', 'password_file = "gone"', "cannot be read"),
        ('password_file = "mailbox"', "", "[office.council]", "imap.password_file is missing"),
        ('id_file = "id"', "", "[secrets]", "secrets.id_file is missing"),
        ('register = "register"', 'register = "people"', 'register = "people"', "no folder"),
        ('procedure = "procedure.toml"', 'procedure = "x.toml"', 'procedure = "x.toml"', "no file"),
        ('address = "Concerns@council.example"', 'address = "us"', 'address = "us"', "not an address"),
        ("[secrets]", "[storage]\n[secrets]", "[storage]", 'Did you mean "store"?'),
        ("[secrets]", '[store]\nurl = "postgresql://a:b@h/d"\n[secrets]', 'url = "postgresql://a:b@h/d"', "must not"),
        ("[secrets]", '[store]\nurl = "pg://a:b/c@d@h/d"\n[secrets]', 'url = "pg://a:b/c@d@h/d"', "must not stand"),
        (
            "[secrets]",
            '[store]\nurl = "pg://a@h/d?password=x"\n[secrets]',
            'url = "pg://a@h/d?password=x"',
            "must not stand",
        ),
        ("[secrets]", "[limits]\nper_hour = true\n[secrets]", "per_hour = true", "whole number"),
        ("[secrets]", '[log]\nform = "xml"\n[secrets]', 'form = "xml"', "console"),
        ('prefix = "CC"', 'prefix = "CC"\nzone = "Europe/Londn"', 'zone = "Europe/Londn"', "no time zone"),
        ('prefix = "CC"', 'prefix = "CC"\nclosures = ["soon"]', 'closures = ["soon"]', "not a date"),
    ],
)
def test_each_fault_is_named_with_its_line(folder: Path, old: str, new: str, line: str, words: str) -> None:
    """File, line, what is wrong and how to mend it."""
    found = faults(folder, MINIMAL.replace(old, new))
    assert any(at.strip() == line and words in what for at, what in found), found


def test_all_faults_come_at_once(folder: Path) -> None:
    """Exit 78 lists everything, in the order of the file; what two offices share is said once."""
    second = MINIMAL[MINIMAL.index("[office.council]") :].replace("office.council", "office.other")
    text = MINIMAL.replace('host = "imap', 'hots = "imap').replace('"mailbox"', '"gone"') + second
    found = faults(folder, text)
    assert sum('Did you mean "host"' in what for _, what in found) == 1
    assert sum("gone cannot be read" in what for _, what in found) == 1
    assert sum("council has the prefix CC already" in what for _, what in found) == 1
    assert sum("council has the address concerns@council.example already" in what for _, what in found) == 1


def second(folder: Path, **changed: str) -> list[str]:
    """What is wrong with a second office of the account "box" that differs only in what is changed."""
    own = MINIMAL[MINIMAL.index("[office.council]") :].replace("office.council", "office.other")
    account = '[imap]\nuser = "box"'
    for key, words in {"prefix": "OT", "address": "other@council.example", **changed}.items():
        own = re.sub(rf"(?m)^{key} = .*\n", "", own) + f'{key} = "{words}"\n'
    try:
        read(folder, MINIMAL.replace("[imap]", account) + own)
    except ConfigurationError as error:
        return [fault.what for fault in error.faults]
    return []


def test_two_offices_may_share_an_account_but_no_folder_address_or_prefix(folder: Path) -> None:
    """Two folders of one mailbox are two offices; one folder read twice would make every mail two."""
    assert second(folder, inbox="INBOX/Other") == []
    assert second(folder) == ["council reads the folder INBOX of this mailbox already."]
    (what,) = second(folder, inbox="INBOX/Other", address="concerns@council.example")
    assert "council has the address concerns@council.example already" in what
    (what,) = second(folder, inbox="INBOX/Other", prefix="CC")
    assert "council has the prefix CC already" in what
    (what,) = second(folder, inbox="INBOX/Other", prefix="CCH")
    assert "marks the held mails of the office whose prefix is CC" in what


def test_a_file_that_is_no_toml_is_named(folder: Path) -> None:
    """A broken file gives one fault with the line, a missing one says so."""
    assert faults(folder, "[store]\nurl = \n")[0][0] == "url = "
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(folder / "missing.toml")


def test_an_office_may_change_any_key_of_a_server(folder: Path) -> None:
    """[office.<id>.imap] stands over [imap], key by key."""
    office = read(folder, MINIMAL + '[office.council.imap]\nport = 143\ntls = "starttls"\n').offices["council"]
    assert (office.imap.host, office.imap.port, office.imap.tls) == ("imap.council.example", 143, "starttls")


def test_procedure_settings_are_kept_with_their_lines(folder: Path) -> None:
    """[office.<id>.settings] is judged by the procedure, which needs the lines to name a fault."""
    office = read(folder, MINIMAL + '[office.council.settings]\ndays = 7\ncopy = "approve"\n').offices["council"]
    assert office.settings == {"days": 7, "copy": "approve"}
    text = (folder / "mailflow.toml").read_text("utf-8").splitlines()
    assert text[office.setting_lines["copy"] - 1] == 'copy = "approve"'


def test_an_offices_closures_join_its_calendar(folder: Path) -> None:
    """K1, Q37: dates and spans in the office's table are closed days of its calendar only."""
    office = read(folder, MINIMAL + 'closures = [2027-12-24, "2027-12-29..2027-12-31"]\n').offices["council"]
    assert office.calendar.closures == {date(2027, 12, day) for day in (24, 29, 30, 31)}


def test_a_secret_is_read_without_its_line_end(folder: Path) -> None:
    """Editors add a line end; a password that begins or ends with a space keeps it."""
    (folder / "id").write_bytes(b" pass word \r\n")
    assert read_secret(folder / "id") == b" pass word "


def test_a_secret_that_all_may_read_is_a_warning(folder: Path) -> None:
    """The administrator is told; the daemon still starts."""
    assert not any("every user" in warning for warning in read(folder).warnings)
    (folder / "id").chmod(0o644)
    assert any("every user" in warning for warning in read(folder).warnings)


def test_secrets_may_come_from_systemd(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$CREDENTIALS_DIRECTORY/name is where LoadCredential= puts a secret."""
    (folder / "credentials").mkdir()
    (folder / "credentials" / "imap").write_text("x", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder / "credentials"))
    office = read(folder, MINIMAL.replace('"mailbox"', '"$CREDENTIALS_DIRECTORY/imap"')).offices["council"]
    assert office.imap.password_file == folder / "credentials" / "imap"


def test_the_databases_password_comes_from_its_file(folder: Path) -> None:
    """The password is put into the address of the database quoted, whatever characters it has."""
    (folder / "db").write_text("p@ss/word\n", "utf-8")
    store = '[store]\nurl = "postgresql+psycopg://mailflow@db.council.example/mailflow"\npassword_file = "db"\n'
    url = read(folder, store + MINIMAL).store_url
    assert url == "postgresql+psycopg://mailflow:p%40ss%2Fword@db.council.example/mailflow"


@pytest.mark.parametrize("host", ["imap.council.example", "10.0.0.5", "localhost.council.example", "127.evil.example"])
def test_time_is_pretended_only_on_this_machine(folder: Path, host: str) -> None:
    """A pretended clock would send real people letters with invented dates."""
    local = MINIMAL.replace("imap.council.example", "localhost").replace("smtp.council.example", "127.0.0.1")
    testing = "[testing]\npretend_time = true\n"
    assert read(folder, local + testing).pretend_time
    found = faults(folder, local.replace('"localhost"', f'"{host}"') + testing)
    assert any("Time can be pretended only" in what for _, what in found)


def test_a_server_that_proves_no_sender_is_a_warning(folder: Path) -> None:
    """G8: without an authserv_id officers must prove commands by code, and the administrator should know."""
    assert any("authserv_id" in warning for warning in read(folder).warnings)
    auth = '[office.council.auth]\nauthserv_id = "mx.council.example"\n'
    assert not read(folder, MINIMAL + auth).warnings


def test_belief_in_internal_mail_is_a_warning(folder: Path) -> None:
    """G8: internal_domains means mail that is believed without proof, and the administrator should know."""
    auth = '[office.council.auth]\nauthserv_id = "mx.council.example"\ninternal_domains = ["council.example"]\n'
    [warning] = read(folder, MINIMAL + auth).warnings
    assert "believed without proof" in warning and "council.example" in warning
