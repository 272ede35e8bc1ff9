"""Character references of HTML, and those that mean to harm."""

from __future__ import annotations

import pytest

from mailflow.mail.entities import letters
from mailflow.mail.html_text import to_text
from mailflow.mail.parse import parse


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("caf&eacute; &amp; t&#233;a &#xe9;&#XE9;", "caf\xe9 & t\xe9a \xe9\xe9"), ("&unknown; &", "&unknown; &"),
        ("&#" + "0" * 90 + "233;", "\xe9"), ("&#" + "9" * 99 + ";", "\ufffd"), ("&#" + "9" * 100 + ";x", "\ufffdx"),
        ("&#" + "9" * 5000 + "x", "\ufffdx"), ("&#x" + "f" * 5000 + ";", "\ufffd"),
        ("&#X" + "0" * 5000 + "41;", "\ufffd"),
    ],
)  # fmt: skip
def test_each_reference_is_its_letter(written: str, read: str) -> None:
    """A number that no letter has, however long, is U+FFFD."""
    assert letters(written) == read


@pytest.mark.parametrize("figures", [5_000, 200_000])
def test_a_number_without_end_hides_no_mail(figures: int) -> None:
    """Python reads no number of more than 4,300 figures: a person's words stand beside it all the same."""
    body = f"<p>They did not come. &#{'9' * figures}; Please help.</p>"
    mail = parse(f"From: jane@x.example\nSubject: Visits\nContent-Type: text/html\n\n{body}\n".encode())
    assert mail.text.startswith("They did not come.") and "Please help." in mail.text
    assert "Please help." in to_text(body)
