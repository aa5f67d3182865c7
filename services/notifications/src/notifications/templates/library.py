"""The templates of one region: the pack's own wording, else the one all regions share. Checked at the start.

``<kind>.txt`` begins with the line ``Тема: …``; ``<kind>.html`` is the same letter formatted; ``<kind>.sms.txt`` says
it in a text message, for those who have no mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from chassis.regions import BrokenPackError
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.channels.letter import Words as LetterWords
from notifications.kinds import MessageKind

SUBJECT = "Тема: "
PARTS = frozenset({"layout.html", "signature.txt"})
"""Templates other templates are put together from."""
SUFFIXES = ("txt", "html", "sms.txt")
VERSION_LENGTH = 12


class Library:
    """Looks first in ``own``, then in ``shared``."""

    def __init__(self, own: Path, shared: Path) -> None:
        self._folders = (own, shared)
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self._folders),
            undefined=StrictUndefined,
            autoescape=lambda name: bool(name and name.endswith(".html")),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def write(self, kind: MessageKind, variables: Mapping[str, object]) -> LetterWords:
        """The finished words. Raises ``jinja2.TemplateError``, which `check` has ruled out for the kinds it saw."""
        subject, _, text = self._environment.get_template(f"{kind}.txt").render(variables).partition("\n")
        html = self._environment.get_template(f"{kind}.html").render(variables, subject=_after(subject))
        return LetterWords(subject=_after(subject), text=text.strip() + "\n", html=html)

    def write_short(self, kind: MessageKind, variables: Mapping[str, object]) -> LetterWords:
        """The words of a text message, on one line but for what staff have written."""
        text = self._environment.get_template(f"{kind}.sms.txt").render(variables)
        return LetterWords(subject="", text=text.strip(), html="")

    def check(self, kind: MessageKind, variables: Mapping[str, object]) -> None:
        """Refuse a template that is missing, is not Jinja, or names what it is not given: `BrokenPackError`."""
        for name in (f"{kind}.{suffix}" for suffix in SUFFIXES):
            path = self._path(name)
            try:
                named = meta.find_undeclared_variables(self._environment.parse(path.read_text("utf-8")))
            except TemplateError as error:
                raise BrokenPackError(f"{path}: {error}") from error
            if unknown := named - variables.keys() - {"subject"}:
                raise BrokenPackError(f"{path}: not given to this template: {', '.join(sorted(unknown))}")
        if not self._path(f"{kind}.txt").read_text("utf-8").startswith(SUBJECT):
            raise BrokenPackError(f"{self._path(f'{kind}.txt')}: the first line must begin with {SUBJECT!r}")
        try:
            self.write(kind, variables)
            self.write_short(kind, variables)
        except TemplateError as error:
            raise BrokenPackError(f"{self._path(f'{kind}.txt')}, .html or .sms.txt: {error}") from error

    def refuse_strangers(self) -> None:
        """A file that belongs to no kind is a misspelt name: `BrokenPackError`."""
        known = {f"{kind}.{suffix}" for kind in MessageKind for suffix in SUFFIXES} | PARTS
        found = [path for folder in self._folders if folder.is_dir() for path in sorted(folder.iterdir())]
        for path in found:
            if path.name not in known:
                raise BrokenPackError(f"{path}: no message of that kind")

    @cached_property
    def version(self) -> str:
        """Changes with any word of any template: says which wording a letter was written in."""
        digest = hashlib.sha256()
        for name in sorted(self._environment.list_templates()):
            digest.update(name.encode() + b"\0" + self._path(name).read_bytes() + b"\0")
        return digest.hexdigest()[:VERSION_LENGTH]

    def _path(self, name: str) -> Path:
        for folder in self._folders:
            if (folder / name).is_file():
                return folder / name
        raise BrokenPackError(f"{self._folders[0] / name}: missing")


def _after(line: str) -> str:
    return line.removeprefix(SUBJECT).strip()
