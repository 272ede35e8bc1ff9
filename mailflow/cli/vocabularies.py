"""The words that the shipped procedures know, for reading commands where no configuration says which procedure counts.

In: the procedure files shipped with mailflow.
Out: one Vocabulary for each.
Fails: never; without readable files there are no words.
Limits: reads the words of verbs only and proves nothing: that is what mailflow check is for.
"""

from __future__ import annotations

import tomllib
from functools import cache

from mailflow import places
from mailflow.errors import MailflowError
from mailflow.mail.commands import Form
from mailflow.mail.inspection import Vocabulary


@cache
def shipped_vocabularies() -> tuple[Vocabulary, ...]:
    """The words of every shipped procedure, in the order of their file names."""
    try:
        files = sorted(places.shipped("config").joinpath("procedures").glob("*.toml"))
    except MailflowError:
        return ()
    return tuple(_vocabulary(tomllib.loads(file.read_text("utf-8"))) for file in files)


def _vocabulary(data: dict) -> Vocabulary:
    forms = [
        Form(name, text, bool(verb.get("decision")), tuple(verb.get("part_of", ())), str(verb.get("into", "")))
        for name, verb in data["verbs"].items()
        for text in verb.get("say", ())
    ]
    return Vocabulary(data["procedure"]["id"], data["procedure"]["prefix"], tuple(forms))
