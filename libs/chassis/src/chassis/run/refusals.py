"""Pure. Every refusal a program can answer, read off its source: who builds a `DomainError`, and by which helper.

A slug is part of the API, so it is written in words where it is given. A helper that takes the slug or the rule as an
argument is followed to its callers; a slug that is put together, or a helper that is handed on, is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from chassis.errors import Kind

VARIES = "…"
"""Stands for what is known only when it is said."""
_TOLD = ("slug", "kind", "ru", "en", "rule")
_FOLLOWED = ("slug", "kind", "rule")


class DynamicSlugError(ValueError):
    """A refusal whose slug or kind cannot be read off the source."""


@dataclass(frozen=True)
class Parameter:
    """A value the caller of a helper gives."""

    name: str


Value = str | Parameter | None


@dataclass(frozen=True)
class Refusal:
    """One way to refuse.

    ``slug`` None: a broken rule in the ``errors`` of a refusal that is told of elsewhere. ``rule`` None: none is named.
    ``ru``, ``en``: the sentence with `VARIES` in place of what changes. ``module``: where it is said, such as
    ``cases.files.errors``.
    """

    slug: Value
    kind: Value
    ru: Value
    en: Value
    rule: Value
    module: str = ""


@dataclass(frozen=True)
class _Helper:
    """A function that makes a refusal of its arguments; the constructors themselves are helpers too."""

    parameters: tuple[str, ...]
    refusal: Refusal


def _constructor(slug: Value, kind: Value, *parameters: str) -> _Helper:
    ru, en, rule = (Parameter(name) if name in parameters else None for name in ("ru", "en", "rule"))
    return _Helper(parameters, Refusal(slug, kind, ru, en, rule))


_RAISED_BY_RULE = ("invalid", Kind.INVALID.name)
_TRANSLATES_PYDANTIC = "chassis.http.validation"
"""The names of pydantic's own rules come through here; they are `chassis.http.validation.RULES`."""
Place = tuple[str, str]
_CONSTRUCTORS: dict[Place, _Helper] = {
    ("chassis.errors", "DomainError"): _constructor(
        Parameter("slug"), Parameter("kind"), "slug", "kind", "ru", "en", "field", "rule"
    ),
    ("chassis.errors", "FieldError"): _constructor(None, Kind.INVALID.name, "field", "rule", "ru", "en"),
    ("chassis.http.validation", "RuleError"): _constructor(*_RAISED_BY_RULE, "rule", "ru", "en"),
    ("pydantic_core", "PydanticCustomError"): _constructor(*_RAISED_BY_RULE, "rule"),
}


def refusals(sources: Mapping[str, str]) -> list[Refusal]:
    """Every refusal of the modules, given by their dotted names; raises `DynamicSlugError`."""
    modules = [_Module(name, ast.parse(text)) for name, text in sources.items()]
    helpers: dict[Place, set[_Helper]] = {place: {helper} for place, helper in _CONSTRUCTORS.items()}
    while True:
        found = [made for module in modules for made in module.made(helpers)]
        more = [(place, helper) for place, helper in found if place and helper not in helpers.get(place, ())]
        if not more:
            break
        for place, helper in more:
            helpers.setdefault(place, set()).add(helper)
    for module in modules:
        module.refuse_handing_on(helpers)
    return [helper.refusal for place, helper in found if place is None]


class _Module:
    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name = name
        self._constants = _assigned(tree.body)
        self._names = dict(_imported(tree))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        self._names |= {function.name: (name, function.name) for function in functions}
        self._names |= {node.name: (name, node.name) for node in tree.body if isinstance(node, ast.ClassDef)}
        self._calls = list(_calls(tree, None))
        self._called = {id(call.func) for _, call in self._calls}
        self._tree = tree

    def made(self, helpers: Mapping[Place, Iterable[_Helper]]) -> Iterator[tuple[Place | None, _Helper]]:
        """What each call makes: a refusal (no place), or a further helper and where it stands."""
        for function, call in self._calls:
            for helper in helpers.get(self._place(call.func) or ("", ""), ()):
                for refusal in self._bound(helper, call, function):
                    if function and any(isinstance(getattr(refusal, name), Parameter) for name in _FOLLOWED):
                        yield (self.name, function.name), _Helper(_parameters(function), refusal)
                    else:
                        plain = {name: VARIES for name in ("ru", "en") if isinstance(getattr(refusal, name), Parameter)}
                        yield None, _Helper((), replace(refusal, **plain))

    def _bound(self, helper: _Helper, call: ast.Call, function: _Function | None) -> Iterator[Refusal]:
        given = dict(zip(helper.parameters, call.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        if isinstance(given.get("slug"), ast.Attribute) and ast.unparse(given["slug"]).endswith(".slug"):
            return  # said again for another field: found where it was said first
        scope = _Scope(function, self._constants, call.lineno)
        told: dict[str, list[Value]] = {}
        for name in _TOLD:
            value = getattr(helper.refusal, name)
            if name == "rule" and isinstance(value, Parameter) and value.name not in given:
                # DomainError names the rule by its slug where it names a field
                value = Parameter("slug") if "field" in given and "slug" in given else None
            if isinstance(value, Parameter):
                told[name] = scope.values(given[value.name], name in _FOLLOWED) if value.name in given else [VARIES]
            else:
                told[name] = [value]
        sentences = (
            zip(told["ru"], told["en"], strict=True) if len(told["ru"]) == len(told["en"]) else [(VARIES, VARIES)]
        )
        for slug, kind, rule, (ru, en) in product(told["slug"], told["kind"], told["rule"], sentences):
            refusal = Refusal(slug, kind, ru, en, rule, self.name)
            self._check(refusal, call)
            yield refusal

    def _check(self, refusal: Refusal, call: ast.Call) -> None:
        by_rule = refusal.slug in (None, _RAISED_BY_RULE[0]) and self.name != _TRANSLATES_PYDANTIC
        told = [refusal.slug or "", refusal.kind, *([refusal.rule or ""] if by_rule else [])]
        if any(value == VARIES for value in told) or VARIES in str(refusal.slug):
            text = ast.unparse(call)[:80]
            raise DynamicSlugError(f"{self.name}:{call.lineno}: slug, kind and rule are words where given, not {text}")

    def refuse_handing_on(self, helpers: Mapping[Place, Iterable[_Helper]]) -> None:
        """A helper that is not called but passed would be called with words nobody sees here."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name | ast.Attribute) and id(node) not in self._called:
                place = self._place(node)
                if place in helpers and place not in _CONSTRUCTORS:
                    raise DynamicSlugError(f"{self.name}:{node.lineno}: {ast.unparse(node)} is handed on; call it")

    def _place(self, node: ast.expr) -> Place | None:
        """Where a called name is defined: ``invalid``, ``errors.invalid``, ``self._refuse``."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in ("self", "cls"):
                return self._names.get(node.attr)
            package = self._names.get(node.value.id)
            return (".".join(filter(None, package)), node.attr) if package else None
        return None


_Function = ast.FunctionDef | ast.AsyncFunctionDef


class _Scope:
    """What names mean inside a function."""

    def __init__(self, function: _Function | None, constants: dict[str, list[ast.expr]], line: int) -> None:
        self._parameters = set(_parameters(function)) if function else set()
        self._assigned = {**constants, **(_assigned(ast.walk(function)) if function else {})}
        self._line = line

    def values(self, node: ast.expr, every: bool, depth: int = 0) -> list[Value]:
        """What an expression may be: words, an argument of the function, or `VARIES` where nobody can tell.

        ``every``: of a name that is set more than once all values are wanted, not just the nearest above.
        """
        if isinstance(node, ast.Constant):
            return [None if node.value is None else str(node.value)]
        if isinstance(node, ast.IfExp | ast.BoolOp):
            parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return [value for part in parts for value in self.values(part, every, depth)]
        if isinstance(node, ast.JoinedStr):
            return ["".join(str(part.value) if isinstance(part, ast.Constant) else VARIES for part in node.values)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = (self.values(side, every, depth) for side in (node.left, node.right))
            return ["".join(side if isinstance(side, str) else VARIES for side in pair) for pair in product(*sides)]
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] == "Kind":
            return [node.attr]
        if isinstance(node, ast.Name) and node.id in self._assigned and depth < 4:
            found = self._assigned[node.id]
            above = sorted((one for one in found if one.lineno <= self._line), key=lambda one: one.lineno)[-1:]
            return [value for one in (found if every else above) for value in self.values(one, every, depth + 1)]
        if isinstance(node, ast.Name) and node.id in self._parameters:
            return [Parameter(node.id)]
        return [VARIES]


def _parameters(function: _Function) -> tuple[str, ...]:
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return tuple(name for name in names if name not in ("self", "cls"))


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """Names and what they are set to, as far as an assignment says so."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name, value in _pairs(target, node.value):
                    found.setdefault(name, []).append(value)
    return found


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple):
        # one value for many names: the words of none of them
        parts = (
            value.elts if isinstance(value, ast.Tuple) else [ast.Set([value], lineno=value.lineno)] * len(target.elts)
        )
        for part, of in zip(target.elts, parts, strict=False):
            if isinstance(part, ast.Name):
                yield part.id, of


def _imported(tree: ast.Module) -> Iterator[tuple[str, Place]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, (node.module, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, (alias.name, "")


def _calls(node: ast.AST, function: _Function | None) -> Iterator[tuple[_Function | None, ast.Call]]:
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Call):
            yield function, inner
        yield from _calls(inner, inner if isinstance(inner, _Function) else function)
