"""Reads the character references of HTML ("&eacute;", "&#233;") in whatever a mail writes there.

In: text with references.
Out: the text with the letters that they mean.
Fails: never.
Limits: a reference of a hundred figures or more means no letter; Python would refuse to read its number.
"""

from __future__ import annotations

import re
from html import unescape

_TOO_LONG = re.compile(r"&#(?:[0-9]{100,}|[xX][0-9a-fA-F]{100,});?")


def letters(text: str) -> str:
    """The text with every reference read; what means no letter becomes U+FFFD, as in the HTML standard."""
    return unescape(_TOO_LONG.sub("\ufffd", text))
