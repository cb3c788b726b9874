"""Who hears what: read from the functions that services register for the events they listen to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.written.promises import Promises

FILES = {"policy", "projection"}


def listeners(services: Path, promises: Promises) -> dict[str, list[str]]:
    """For each name, the services that registered a function for it, in alphabetical order.

    The source is read, not run: to register a function for an event is to subscribe to it. A service's own
    stored event may share a class name with a published one, so only what is imported from `contracts` counts.
    """
    names = {f"{model.__module__}.{model.__name__}": name for name, model in promises.items()}
    heard: dict[str, set[str]] = {}
    for file in sorted(services.rglob("*.py")):
        service, *_ = file.relative_to(services).parts
        if not {file.stem, file.parent.name} & FILES:
            continue
        tree = ast.parse(file.read_text())
        for kind in _registered(tree, _imported(tree)):
            if kind in names:
                heard.setdefault(names[kind], set()).add(service)
    return {name: sorted(who) for name, who in heard.items()}


def _imported(tree: ast.Module) -> dict[str, str]:
    """What each imported word stands for, in full."""
    words: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            words |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            words |= {alias.asname or alias.name: alias.name for alias in node.names}
    return words


def _registered(tree: ast.Module, words: Mapping[str, str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(call, ast.Attribute) and call.attr == "register":
                given = decorator.args if isinstance(decorator, ast.Call) else []
                yield from _kinds(given[0] if given else node.args.args[0].annotation, words)


def _kinds(annotation: ast.expr | None, words: Mapping[str, str]) -> Iterator[str]:
    match annotation:
        case ast.Name(id=kind):
            yield words.get(kind, kind)
        case ast.Attribute(value=owner, attr=kind):
            module = ast.unparse(owner)
            yield f"{words.get(module, module)}.{kind}"
        case ast.BinOp(left=left, right=right):
            yield from _kinds(left, words)
            yield from _kinds(right, words)
