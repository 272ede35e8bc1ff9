"""What is known about the offices that a mail may have come to: of an installation, or of the shipped procedures alone.

In: the path of the settings, if an installation is meant.
Out: Surroundings, one for each office; without settings one that knows words and judges nobody.
Fails: errors.ConfigurationError for settings that cannot be used; shipped files that are missing mean no words.
Limits: without settings the words of verbs are read and nothing is proved: that is what mailflow check is for.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from mailflow import places
from mailflow.errors import MailflowError
from mailflow.mail.commands import Form
from mailflow.mail.inspection import Surroundings, Vocabulary


@cache
def shipped() -> tuple[Surroundings, ...]:
    """One place of which nothing is known but the words of every shipped procedure."""
    try:
        files = sorted(places.shipped("config").joinpath("procedures").glob("*.toml"))
    except MailflowError:
        files = []
    return (Surroundings(tuple(_vocabulary(tomllib.loads(file.read_text("utf-8"))) for file in files)),)


def configured(path: Path) -> tuple[Surroundings, ...]:
    """The offices of an installation. Raises ConfigurationError."""
    from mailflow import wiring
    from mailflow.cli.opened import show_unserved
    from mailflow.flow.understanding import forms_of

    found = wiring.install(path)
    show_unserved(found)
    return tuple(
        Surroundings(
            (Vocabulary(office.procedure.id, office.prefix, tuple(forms_of(office.procedure))),),
            address=office.address.lower(),
            own_domains=office.own_domains,
            judges=True,
            authserv_id=office.trust.authserv_id,
            form=office.trust.form,
            local_date=office.calendar.local_date,
            add_working_days=office.calendar.add_working_days,
        )
        for office in found.offices.values()
    )


def _vocabulary(data: dict) -> Vocabulary:
    forms = [
        Form(name, text, bool(verb.get("decision")), tuple(verb.get("part_of", ())), str(verb.get("into", "")))
        for name, verb in data["verbs"].items()
        for text in verb.get("say", ())
    ]
    return Vocabulary(data["procedure"]["id"], data["procedure"]["prefix"], tuple(forms))
