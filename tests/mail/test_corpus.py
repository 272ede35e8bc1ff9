"""The corpus: each message of tests/corpus is read as its expectation says.

A message is tests/corpus/GROUP/NAME.eml; NAME.json beside it holds the fields of "mailflow inspect --json" that matter
for it, and "why": which documentation or habit it follows. How fields are compared:

- words: equal when white space is folded; `reason` need only contain the expected words
- lists: of equal length, in order; those of addresses and tags in any order
- objects, such as an attachment or a command: each expected key is as expected, others may be there
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailflow.cli.inspect import record_of
from mailflow.cli.mail_files import Piece
from mailflow.cli.surroundings import shipped

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
MAILS = sorted(CORPUS.glob("*/*.eml"))
ANY_ORDER = {"recipients", "reference_tags", "references"}


def differs(key: str, wanted: object, found: object) -> str:
    """How a field differs from its expectation, "" if it does not."""
    if isinstance(wanted, str) and isinstance(found, str):
        wanted, found = " ".join(wanted.split()), " ".join(found.split())
        alike = wanted in found if key == "reason" else wanted == found
    elif isinstance(wanted, list) and isinstance(found, list):
        if key in ANY_ORDER:
            wanted, found = sorted(wanted), sorted(found)
        alike = len(wanted) == len(found) and not any(map(differs, [key] * len(wanted), wanted, found))
    elif isinstance(wanted, dict) and isinstance(found, dict):
        alike = not any(differs(name, each, found.get(name)) for name, each in wanted.items())
    else:
        alike = wanted == found
    return "" if alike else f"{key}\n  wanted {wanted!r}\n  found  {found!r}"


@pytest.mark.parametrize("mail", MAILS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_message_is_read_as_expected(mail: Path) -> None:
    """What `mailflow inspect` says of a message is what its expectation says, in every field that it names."""
    record, _ = record_of(Piece(mail.name, str(mail)), shipped())
    wanted = json.loads(mail.with_suffix(".json").read_text("utf-8"))
    unknown = set(wanted) - set(record) - {"why"}
    assert not unknown, f"{mail.name}: no such fields: {', '.join(sorted(unknown))}"
    faults = [fault for key, value in wanted.items() if key != "why" if (fault := differs(key, value, record[key]))]
    told = f"{record['kind']}: {record['reason']}"
    assert not faults, f"{mail.parent.name}/{mail.name} was read as {told}\n" + "\n".join(faults)


def test_every_message_has_its_expectation_and_its_reason() -> None:
    """No message without an expectation, no expectation without a message, and each says what it follows."""
    assert MAILS
    expectations = {path.with_suffix("") for path in CORPUS.glob("*/*.json")}
    assert sorted(map(str, {path.with_suffix("") for path in MAILS} ^ expectations)) == []
    silent = [p.name for p in CORPUS.glob("*/*.json") if len(json.loads(p.read_text("utf-8")).get("why", "")) < 20]
    assert silent == []


@pytest.mark.parametrize(
    ("key", "wanted", "found"),
    [
        ("subject", "a", "b"),
        ("reply_text", "a b", "a c"),
        ("permanent", False, None),
        ("recipients", ["a@b.example"], []),
        ("attachments", [{"name": "a.pdf"}], [{"name": "b.pdf", "size": 1}]),
    ],
)
def test_a_difference_is_seen(key: str, wanted: object, found: object) -> None:
    """The comparison that all these tests rest on can fail."""
    assert differs(key, wanted, found)
    assert not differs(key, wanted, wanted)
