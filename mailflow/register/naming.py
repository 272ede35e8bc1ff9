"""How the names of organisations, services and teams are compared, since nobody writes them alike twice.

In: names as people write them.
Out: keys to compare by, and the entries of a list that a name may mean.
Fails: never.
Limits: knows English legal forms only; it suggests, an officer decides between several.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LEGAL_FORMS = frozenset("cic co company inc limited llc llp ltd plc the".split())
CLOSE = 0.86
LONGEST_KNOWN = 200  # characters of a name whose key is worth remembering


def key_of(name: str) -> str:
    """The name without case, accents, punctuation and legal form: "The Oakfield Care Ltd." gives "oakfield care"."""
    return _known_key(name) if len(name) <= LONGEST_KNOWN else _key(name)


@lru_cache(maxsize=5000)
def _known_key(name: str) -> str:
    """The same names of a register are compared again and again."""
    return _key(name)


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).replace("&", " and ").replace("'", "")
    words = re.findall(r"\w+", "".join(char for char in plain if not unicodedata.combining(char)))
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def number_key(number: str) -> str:
    """A contract number without case, spaces and punctuation: "CM/2024-017" gives "cm2024017"."""
    return re.sub(r"[\W_]", "", number.casefold())


def meant(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Which known names this one may mean: the same; else those that hold all its words; else those spelt closely."""
    names = list(dict.fromkeys(known))
    key = key_of(name)
    if not key:
        return ()
    same = [candidate for candidate in names if key_of(candidate) == key]
    if same:
        return tuple(same)
    words = set(key.split())
    holding = [candidate for candidate in names if words <= set(key_of(candidate).split())]
    if holding:
        return tuple(holding)
    close = difflib.SequenceMatcher(autojunk=False)
    close.set_seq2(key)
    found = []
    for candidate in names:
        close.set_seq1(key_of(candidate))
        if close.ratio() >= CLOSE:
            found.append(candidate)
    return tuple(found)
