"""What things in a procedure file are called, for its readers: roles, letters, fields, stages, words.

In: a procedure, perhaps the titles of its letters and an office's settings; a name of the file.
Out: noun phrases that fit into a sentence.
Fails: never; a name that nothing declares stands as it is written.
Limits: knows shapes, no procedure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time

from mailflow.procedure.deadlines import clock_words
from mailflow.procedure.definition import Procedure

SPECIAL = {
    "owner": "the owner of the stage",
    "deputy": "the deputy",
    "above": "whoever stands above the owner",
    "actor": "whoever wrote",
    "officers": "every officer",
    "managers": "the managers",
    "administrator": "the administrator",
    "anyone": "anyone",
}
"""Roles that a letter may name and no file declares."""

KINDS = {"reference": "reference", "address": "address", "date": "date", "pastdate": "date", "number": "number"}
SHORT = 5  # shorter names of blanks say nothing: "on", "until", "ref"


@dataclass(frozen=True)
class Names:
    """What one procedure calls its things. `titles` are those of its letters, `settings` an office's own values."""

    procedure: Procedure
    titles: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)

    def role(self, name: str) -> str:
        """A role with its article: "the manager (notices)", "the Team Manager"."""
        if name in SPECIAL:
            return SPECIAL[name]
        whole, _, part = name.partition(".")
        role = self.procedure.roles.get(whole)
        title = in_sentence(role.title) if role else whole
        return f"the {title}" + (f" ({part})" if part else "")

    def roles(self, names: Iterable[str], word: str = "or") -> str:
        """Several roles in a row."""
        return joined([self.role(name) for name in names], word)

    def role_title(self, name: str) -> str:
        """The title alone, as a heading has it."""
        role = self.procedure.roles.get(name.partition(".")[0])
        return role.title if role else upper(SPECIAL.get(name, name))

    def letter(self, name: str) -> str:
        """A letter by its title, with the name that the file gives it."""
        title = self.titles.get(self.template(name), "")
        return f'"{title}" ({name})' if title else f"letter {name}"

    def template(self, name: str) -> str:
        """The template of a letter."""
        letter = self.procedure.letters.get(name)
        return letter.template if letter else name

    def field(self, name: str) -> str:
        """The title of a field, with quotes."""
        known = self.procedure.fields.get(self.procedure.aliases.get(name, name))
        return f'"{known.title if known else plain(name)}"'

    def noun(self, name: str) -> str:
        """A field whose title is a thing ("the contract"), or its title in quotes."""
        known = self.procedure.fields.get(name)
        things = ("organisation", "contract", "service", "purchaser", "address", "file")
        return f"the {in_sentence(known.title)}" if known and known.type in things else self.field(name)

    def machine(self, kind: str) -> str:
        """What the machine is called: "concern", "action"."""
        machine = self.procedure.machines.get(kind)
        return in_sentence(machine.title) if machine else kind

    def stages(self, codes: Iterable[str], machine: str = "") -> str:
        """Stages by their titles."""
        states = self.procedure.machines[machine or self.procedure.main].states
        return joined([f'"{states[c].title}"' if c in states else c for c in codes], "or")

    def items(self, name: str) -> str:
        """What a list holds."""
        head = self.procedure.lists.get(name)
        return in_sentence(head[0]) if head else plain(name)

    def setting(self, name: str) -> str:
        """The value that holds: the office's, otherwise the file's."""
        return str(self.settings.get(name, self.procedure.settings.get(name, name)))

    def given(self, blank: str, value: str = "") -> str:
        """What it means that something is given behind a word: a blank, or a line of its own."""
        lines = [
            v.say[0]
            for v in self.procedure.verbs.values()
            if v.say and v.into and v.into.partition("=")[0] == blank and (not value or v.into.endswith(f"={value}"))
        ]
        if lines:
            return f"the line {joined(quoted(readable(line) for line in dict.fromkeys(lines)), 'or')} is given"
        if any(f"{blank} {{{blank}:" in say for v in self.procedure.verbs.values() for say in v.say):
            return f'"{plain(blank)} ..." is added'
        return f"{article(self.blank(blank))} is given" + (f' as "{value}"' if value else "")

    def blank(self, name: str) -> str:
        """What people write in a blank: a date, an address, or what its name says."""
        for verb in self.procedure.verbs.values():
            for say in verb.say:
                found = re.search(rf"\{{{name}\??:(\w+)\}}", say)
                if found and found[1] in KINDS and len(name) <= SHORT:
                    return KINDS[found[1]]
        return plain(name)

    def word(self, verb: str) -> str:
        """A word as its button says it, with quotes."""
        known = self.procedure.verbs.get(verb)
        return f'"{known.label if known else verb}"'

    def fill(self, phrase: str) -> str:
        """The phrase with settings in the place of {names}."""
        return re.sub(r"\{(\w+)\}", lambda m: self.setting(m[1]), phrase)


def hour(at: str) -> str:
    """16:00 as 4pm."""
    return clock_words(time.fromisoformat(at))


def joined(parts: Iterable[str], word: str) -> str:
    """a, b or c."""
    some = [part for part in parts if part]
    return f" {word} ".join([", ".join(some[:-1]), some[-1]]) if len(some) > 1 else "".join(some)


def quoted(words: Iterable[str]) -> list[str]:
    """Each in quotes."""
    return [f'"{word}"' for word in words]


def in_sentence(title: str) -> str:
    """A title within a sentence: "Lead officer" loses its capital, "Lead Officer" and "CMT" do not.

    A title of several capitalised words is a name and stays.
    """
    first, *rest = title.split()
    name = any(word[:1].isupper() for word in rest) or (len(first) > 1 and first[1:] != first[1:].lower())
    return title if name else title[:1].lower() + title[1:]


def mid_sentence(words: str) -> str:
    """A sentence or step within another: its first letter is small, unless it begins with a name.

    Several capitalised words in a row, or capitals within the first, are a name: "Lead Officer's answer", "CMT says".
    """
    first, second = (*words.split(), "", "")[:2]
    name = second[:1].isupper() or first[1:] != first[1:].lower()
    return words if name else words[:1].lower() + words[1:]


def upper(words: str) -> str:
    """The words as a sentence begins."""
    return words[:1].upper() + words[1:]


def plain(name: str) -> str:
    """A name of the file as words."""
    return name.replace("_", " ").replace(".", " ")


def article(noun: str) -> str:
    """a reason, an item."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def readable(say: str) -> str:
    """A form of a word with its blanks as people write them: "Extend to (until)"."""
    return re.sub(r"\{(\w+)\??:\w+\}", lambda m: f"({plain(m[1])})", say)
