"""Letters and mails: one source file per letter, rendered twice, as text and as HTML with the same words.

In: template files (templates/<procedure>/<id>.j2, else templates/shared/<id>.j2) and a context of plain values.
Out: Rendered(subject, text, html); every value is hostile until escaped (domain.md 6.1).
Fails: errors.CannotRender naming the template, its line and the variable; no value of a mail stands in the error.
Limits: finds a missing value only on the way it takes; the tests render every template with a full context.
"""

from __future__ import annotations

import hashlib
import re
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import css_inline
from jinja2 import (
    BytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    meta,
    nodes,
)
from jinja2.bccache import Bucket
from jinja2.sandbox import SandboxedEnvironment

from mailflow.documents import plain, words
from mailflow.documents.titles import title_of
from mailflow.errors import CannotRender
from mailflow.mail.reply_text import REPLY_MARKER

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*)?")
_MISSING = re.compile(r"'([^']+)' is undefined|has no (?:attribute|element) '?([^']+)'?")
_EXPRESSION = re.compile(r"\{\{-?\s*(.+?)\s*-?\}\}")
# Long enough for any wording of ours; a longer one would be folded into many header lines.
_SUBJECT_LIMIT = 200


class _Compiled(BytecodeCache):
    """Templates that this process has compiled in one form: folders are read anew at a reload, and mostly unchanged.

    Jinja compares the source's checksum, so what has changed is compiled again.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key] = (bucket.checksum, bucket.code)


_COMPILED = {form: _Compiled() for form in ("text", "html")}


@dataclass(frozen=True)
class Rendered:
    """A letter ready to be composed: subject on one line, plain text with \\n line ends, one HTML document."""

    subject: str
    text: str
    html: str


class Letters:
    """The letters of all procedures under some template folders; an earlier folder wins over a later one."""

    def __init__(self, template_dirs: Sequence[Path]):
        self._dirs = tuple(Path(folder) for folder in template_dirs)
        self._text = self._environment("text")
        self._html = self._environment("html")
        self._read: dict[tuple[str, str], tuple[frozenset[str], tuple[str, ...]]] = {}
        self._digests: dict[Path, tuple[tuple[int, ...], str]] = {}
        # Nothing is fetched, and @media survives for narrow screens.
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)

    def render(self, template: str, context: Mapping[str, object]) -> Rendered:
        """The letter in both forms; `template` is "<procedure>/<id>" or "<id>". Raises CannotRender."""
        path = self._path(template)
        try:
            source = self._text.get_template(path)
            subject = words.one_line("".join(source.blocks["subject"](source.new_context(dict(context)))))
            text = plain.tidy(source.render(context))
            html = self._inliner.inline(self._html.get_template(path).render(context))
        except Exception as error:
            raise self._explained(template, path, error) from None
        tag = words.one_line(context.get("tag") or "")
        return Rendered(f"{tag} {subject}".strip()[:_SUBJECT_LIMIT], text, html)

    def text(self, template: str, context: Mapping[str, object]) -> str:
        """The letter as plain text only, for a trial. Raises CannotRender."""
        path = self._path(template)
        try:
            return plain.tidy(self._text.get_template(path).render(context))
        except Exception as error:
            raise self._explained(template, path, error) from None

    def page(self, template: str, context: Mapping[str, object]) -> str:
        """A document that exists as HTML only, such as the closure report. Raises CannotRender."""
        path = self._path(template)
        try:
            return self._inliner.inline(self._html.get_template(path).render(context))
        except Exception as error:
            raise self._explained(template, path, error) from None

    def exists(self, template: str) -> bool:
        """True when there is a file for this letter, its own or a shared one."""
        return any((folder / path).is_file() for folder in self._dirs for path in _paths(template))

    def title(self, template: str) -> str:
        """What the letter is called, whatever the case; "" if it cannot be read."""
        try:
            source, _, _ = self._text.loader.get_source(self._text, self._path(template))  # type: ignore[union-attr]
            return title_of(self._text.parse(source))
        except (CannotRender, TemplateError):
            return ""

    def digests(self, procedure: str) -> dict[str, str]:
        """A digest of each file from which letters of a procedure are made, by its path below the template folders."""
        found: dict[str, str] = {}
        for folder in self._dirs:
            for room in (procedure, "shared", "layouts"):
                for path in (folder / room).glob("**/*.j2"):
                    name = path.relative_to(folder).as_posix()
                    if name not in found:
                        found[name] = self._digest(path)
        return found

    def _digest(self, path: Path) -> str:
        """Read again only when the file may have changed: many are asked for hourly, and hardly ever one is new."""
        at = path.stat()
        seen = (at.st_mtime_ns, at.st_ctime_ns, at.st_size, at.st_ino)
        known = self._digests.get(path)
        if known is None or known[0] != seen:
            known = self._digests[path] = seen, hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        return known[1]

    def parts(self, template: str) -> dict[tuple[str, str], tuple[str, int]]:
        """The parts of variables that the letter itself names, such as ("case", "summary"), each with file and line.

        Raises CannotRender.
        """
        path = self._path(template)
        try:
            source, file, _ = self._text.loader.get_source(self._text, path)  # type: ignore[union-attr]
            tree = self._text.parse(source, path)
        except TemplateError as error:
            raise self._explained(template, path, error) from None
        found: dict[tuple[str, str], tuple[str, int]] = {}
        for node in tree.find_all(nodes.Getattr):
            if isinstance(node.node, nodes.Name):
                found.setdefault((node.node.name, node.attr), (Path(file or path).name, node.lineno))
        return found

    def optional(self, template: str) -> set[str]:
        """The variables that the letter itself assigns, or for which it says what holds without them."""
        path = self._path(template)
        source, _, _ = self._text.loader.get_source(self._text, path)  # type: ignore[union-attr]
        tree = self._text.parse(source, path)
        assigned = {n.name for n in tree.find_all(nodes.Name) if n.ctx == "store"}
        defaults = (f.node for f in tree.find_all(nodes.Filter) if f.name == "default")
        return assigned | {node.name for node in defaults if isinstance(node, nodes.Name)}

    def variables(self, template: str) -> set[str]:
        """The names a letter reads from its context, those of its layouts included. Raises CannotRender."""
        found: set[str] = set()
        waiting, seen = [self._path(template)], set()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            try:
                source, _, _ = self._text.loader.get_source(self._text, path)  # type: ignore[union-attr]
                names, others = self._names_in(path, source)
            except TemplateError as error:
                raise self._explained(template, path, error) from None
            found |= names
            waiting += others
        return found

    def _names_in(self, path: str, source: str) -> tuple[frozenset[str], tuple[str, ...]]:
        """The names that one file reads from its context, and the files it builds on; the layouts are asked often."""
        if (path, source) not in self._read:
            tree = self._text.parse(source, path)
            names = meta.find_undeclared_variables(tree) - set(self._text.globals) - {"self", "caller"}
            others = tuple(name for name in meta.find_referenced_templates(tree) if name)
            self._read[path, source] = frozenset(names), others
        return self._read[path, source]

    def _environment(self, form: str) -> SandboxedEnvironment:
        folders = [folder / part for folder in self._dirs for part in (f"layouts/{form}", "layouts", ".")]
        environment = SandboxedEnvironment(
            loader=FileSystemLoader(folders),
            autoescape=form == "html",
            undefined=StrictUndefined,
            finalize=words.said,
            bytecode_cache=_COMPILED[form],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        shapes = ("paragraph", "lines", "heading", "title", "bullets", "numbered", "quoted", "drafted", "labelled")
        environment.filters.update({name: getattr(plain, name) for name in shapes})
        environment.filters.update(
            {name: getattr(words, name) for name in ("day", "needed", "one_line", "said", "sentence")}
        )
        environment.tests["known"] = words.known
        environment.globals.update(
            when=words.when,
            worked_out=words.worked_out,
            safe_link=words.safe_link,
            cells=plain.cells,
            facts_of=plain.facts,
            plain_table=plain.table,
            reply_marker=REPLY_MARKER,
        )
        # The two sets of shapes have the same names, so that a letter does not know which form it is rendered in.
        for file in ("shapes.j2", "phrases.j2"):
            try:
                macros = vars(environment.get_template(file).module)
            except TemplateError as error:
                raise self._explained("layouts", file, error) from None
            environment.globals.update({name: macro for name, macro in macros.items() if not name.startswith("_")})
        return environment

    def _path(self, template: str) -> str:
        for path in _paths(template):
            if any((folder / path).is_file() for folder in self._dirs):
                return path
        looked = " or ".join(_paths(template)) or "no name that a letter can have"
        raise CannotRender(f"Template {template!r} is missing: looked for {looked} under the template folders.")

    def _explained(self, template: str, path: str, error: Exception) -> CannotRender:
        if isinstance(error, CannotRender):
            return error
        if isinstance(error, TemplateSyntaxError):
            return CannotRender(f"Template {template!r}, {error.name or path}, line {error.lineno}: {error.message}")
        if isinstance(error, TemplateNotFound):
            return CannotRender(f"Template {template!r} needs the file {error.name!r}, which is missing.")
        file, line, source = self._place(path, error)
        place = f"Template {template!r}, {file}, line {line}"
        shown = ", ".join(_EXPRESSION.findall(source)) or source.strip()
        if isinstance(error, UndefinedError):
            found = _MISSING.search(str(error))
            name = next((part for part in found.groups() if part), "?") if found else "?"
            return CannotRender(f"{place}: the variable {name!r} is missing ({shown}).")
        if isinstance(error, words.Empty):
            return CannotRender(f"{place}: a {error} that the letter states is empty ({shown}).")
        # The words of other errors may quote a value: only their kind is told.
        return CannotRender(f"{place}: {type(error).__name__} ({shown}).")

    def _place(self, path: str, error: Exception) -> tuple[str, int, str]:
        """File, line and source of the innermost place in the letter itself, else in its layouts."""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
        own = [frame for frame in frames if frame.filename.endswith(path)]
        for frame in (own or frames)[::-1]:
            return Path(frame.filename).name, frame.lineno or 0, frame.line or ""
        return path, 0, ""


def _paths(template: str) -> tuple[str, ...]:
    if not _NAME.fullmatch(template):
        return ()
    return tuple(dict.fromkeys((f"{template}.j2", f"shared/{template.rpartition('/')[2]}.j2")))
