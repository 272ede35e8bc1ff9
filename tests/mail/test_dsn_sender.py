"""Who is a mail system and who a person, by the head of a mail alone."""

from __future__ import annotations

import pytest

from mailflow.mail.bounce_words import DAEMON_LOCALS, DAEMON_NAMES
from mailflow.mail.dsn_sender import sender_is_system, surely_system, system_address, what_people_do
from mailflow.mail.message import Message
from mailflow.mail.parse import parse


def mail(sender: str, *lines: str) -> Message:
    head = "".join(f"{line}\n" for line in ([f"From: {sender}"] if sender else []) + list(lines))
    return parse(f"{head}To: c@council.example\n\nwords\n".encode())


@pytest.mark.parametrize("local", DAEMON_LOCALS)
def test_each_address_of_mail_systems(local: str) -> None:
    """Those that end in @ are the whole name, the others its beginning; it is said in the reason."""
    whole = local.rstrip("@")
    assert sender_is_system(mail(f"{whole}@mx.example")) == f"its sender is {whole}"
    longer = sender_is_system(mail(f"{whole}x@mx.example"))
    others = [word for word in DAEMON_LOCALS if not word.endswith("@") and whole.startswith(word)]
    assert longer == (f"its sender is {whole}x" if others else "")


@pytest.mark.parametrize("name", DAEMON_NAMES)
def test_each_name_of_mail_systems(name: str) -> None:
    """With an address that says nothing, and with none at all."""
    assert sender_is_system(mail(f'"The {name} at mx" <x@mx.example>')) == f"its sender calls itself The {name} at mx"
    assert sender_is_system(mail(f"The {name} at mx")) == "its sender is a mail system without an address"


@pytest.mark.parametrize(
    "sender", ["MAILER-DAEMON", "<Mailer Daemon>", "Post Master", '"Non-Delivery"', "Smtp - Gateway"]
)
def test_a_name_alone_that_is_like_an_address_of_mail_systems(sender: str) -> None:
    """Blanks in it do not matter."""
    assert sender_is_system(mail(sender)) == "its sender is a mail system without an address"


@pytest.mark.parametrize(
    "sender", ["Jane Doe", "", "Jane", "jane@mail.example", '"" <jane@mail.example>', "Exe <x@y.example>"]
)
def test_a_person_is_no_mail_system(sender: str) -> None:
    """With or without an address, with or without a name."""
    assert sender_is_system(mail(sender)) == ""
    assert not what_people_do(mail(sender))


def test_the_return_path_and_headers_of_reports() -> None:
    """An empty return path and what only reports carry say it whoever stands in From."""
    assert sender_is_system(mail("jane@mail.example", "Return-Path: <>")) == "its return path is empty"
    assert surely_system(mail("jane@mail.example", "Return-Path: <>"))
    assert not surely_system(mail("jane@mail.example", "Return-Path: <jane@mail.example>"))
    failed = mail("jane@mail.example", "X-Failed-Recipients: a@x.example")
    assert sender_is_system(failed) == "only delivery reports have such headers"


@pytest.mark.parametrize(
    ("local", "surely", "address"),
    [
        ("mailer-daemon", True, True), ("MAILER_DAEMON", True, True), ("mailerdaemon", True, True),
        ("mail-daemon", True, True), ("mdaemon", True, True), ("microsoftexchange329e71ec", True, False),
        ("postmaster", False, True), ("mailer", False, True), ("jane", False, False), ("xmailer-daemon", False, False),
    ],
)  # fmt: skip
def test_which_addresses_no_person_has(local: str, surely: bool, address: bool) -> None:
    """A postmaster may be a person; mailer-daemon is none."""
    one = mail(f"{local}@mx.example")
    assert (surely_system(one), system_address(one)) == (surely, address)


def test_no_sender_is_a_systems() -> None:
    """A mail without From comes from a mail system if anything else says so."""
    assert surely_system(mail("")) and system_address(mail(""))


@pytest.mark.parametrize("local", ["mailer-daemon", "mailer_daemon", "mailerdaemon", "MAILERDAEMON"])
def test_mailer_daemon_never_does_what_people_do(local: str) -> None:
    """Its mail may come through a list or name a person's program; a postmaster's then is a person's."""
    for line in ("List-Id: <l.x.example>", "Subject: Fwd: failure", "User-Agent: Mozilla Thunderbird"):
        assert what_people_do(mail(f"{local}@mx.example", line)) or "Agent" in line
        assert sender_is_system(mail(f"{local}@mx.example", line)) == f"its sender is {local.lower()}"
        assert sender_is_system(mail("postmaster@mx.example", line)) == ""


def test_how_much_of_a_name_is_told() -> None:
    """Forty letters."""
    assert sender_is_system(mail(f"bounce-{'7' * 60}@mx.example")) == f"its sender is bounce-{'7' * 33}"
    assert sender_is_system(mail(f'"Postmaster {"z" * 60}" <x@mx.example>')) == (
        f"its sender calls itself Postmaster {'z' * 29}"
    )
