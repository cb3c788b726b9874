"""Who hears what: read from the functions that services register for the events they listen to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from contracts.written.promises import Promises

FILES = ("policy", "projection")


def listeners(services: Path, promises: Promises) -> dict[str, list[str]]:
    """For each name, the services that registered a function for it, in alphabetical order.

    The source is read, not run: to register a function for an event is to subscribe to it.
    """
    names = {model.__name__: name for name, model in promises.items()}
    heard: dict[str, set[str]] = {}
    for file in sorted(services.rglob("*.py")):
        service, *_ = file.relative_to(services).parts
        if not {file.stem, file.parent.name} & set(FILES):
            continue
        for kind in _registered(ast.parse(file.read_text())):
            if kind in names:
                heard.setdefault(names[kind], set()).add(service)
    return {name: sorted(who) for name, who in heard.items()}


def _registered(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(call, ast.Attribute) and call.attr == "register":
                given = decorator.args if isinstance(decorator, ast.Call) else []
                yield from _kinds(given[0] if given else node.args.args[0].annotation)


def _kinds(annotation: ast.expr | None) -> Iterator[str]:
    match annotation:
        case ast.Name(id=kind) | ast.Attribute(attr=kind):
            yield kind
        case ast.BinOp(left=left, right=right):
            yield from _kinds(left)
            yield from _kinds(right)
