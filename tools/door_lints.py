"""Lints that hold the doors of the rooms: who may query at all, and that a query stays in its workspace.

* ``web`` and ``api`` ask the rooms (``queries``, ``access``) and tell them (``operations``); they never query.
* In the rooms, a query on a table that belongs to a workspace names the workspace, or a row that it hangs on
  (``conversation=…``, ``connection_id__in=…``), or an id that stands in an object (``id=message.id``,
  ``id=session.member_id``): something that was accessed before. A bare id, or a word alone, finds anybody's row.
  Where that is right, the line or the one above it says why: ``# unscoped: the ids are the page's own``.

What is only seen within one expression is enough: whoever builds a query in steps names the workspace in the first.
"""

import ast
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from tools.findings import ROOT, Finding

FACES = {"web", "api"}
ROOMS = {
    "workspaces",
    "tags",
    "contacts",
    "inboxes",
    "mail",
    "media",
    "message_templates",
    "conversations",
    "cases",
}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
NARROWING = {"filter", "get"}
READS_NOTHING = {"create", "bulk_create", "get_or_create", "update_or_create", "none"}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
MARKER = "# unscoped: "


def faces_never_query(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """A query in a view is one that the next face writes again, with another right or another workspace."""
    if _room(path) not in FACES:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield Finding(
                path,
                node.lineno,
                f".{node.attr} in a face: ask the room's queries or access, or tell its operations",
            )


def queries_stay_in_their_workspace(path: Path, tree: ast.Module, text: str) -> Iterator[Finding]:
    """A bare id finds another business's row as readily as one's own."""
    if _room(path) not in ROOMS:
        return
    lines = text.splitlines()
    for model, query in _queries(tree):
        if not _is_narrowed(query) and not _is_explained(query, lines):
            yield Finding(
                path,
                query.lineno,
                f"{model} by nothing that was accessed: name its workspace or the row that it hangs on,"
                f" or say why not ({MARKER.strip()} …)",
            )


def _room(path: Path) -> str:
    parts = path.parts
    if "regulars" not in parts or {"tests", "migrations"} & set(parts):
        return ""
    return parts[parts.index("regulars") + 1]


def _queries(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in MANAGERS
            and isinstance(node.value, ast.Name)
            and node.value.id in _scoped_models()
        ):
            query = _whole(node, parents)
            if not _renews_an_object(parents.get(query)):
                yield node.value.id, query


def _whole(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> ast.expr:
    while True:
        above = parents.get(node)
        if isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node):
            node = above
        else:
            return node


def _renews_an_object(above: ast.AST | None) -> bool:
    """``row.refresh_from_db(from_queryset=…)`` adds the row's own id."""
    return isinstance(above, ast.keyword) and above.arg == "from_queryset"


def _is_narrowed(query: ast.expr) -> bool:
    calls = [(call.func.attr, call) for call in _calls(query) if isinstance(call.func, ast.Attribute)]
    if any(verb in READS_NOTHING for verb, _call in calls):
        return True
    given = chain.from_iterable((*call.args, *call.keywords) for verb, call in calls if verb in NARROWING)
    keywords = (node for each in given for node in ast.walk(each) if isinstance(node, ast.keyword))
    return any(_narrows(keyword) for keyword in keywords)


def _calls(query: ast.expr) -> Iterator[ast.Call]:
    node = query
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Call):
            yield node
        node = node.func if isinstance(node, ast.Call) else node.value


def _narrows(keyword: ast.keyword) -> bool:
    name = (keyword.arg or "").split("__")[0]
    return name.removesuffix("_id") in _relations() or (name in {"id", "pk"} and _is_held_id(keyword.value))


def _is_held_id(value: ast.expr) -> bool:
    if isinstance(value, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        return _is_held_id(value.elt)
    return isinstance(value, ast.Attribute) and (value.attr in {"id", "pk"} or value.attr.endswith("_id"))


def _is_explained(query: ast.expr, lines: list[str]) -> bool:
    first, last = query.lineno - 1, query.end_lineno or query.lineno
    return any(MARKER in line for line in lines[max(first - 1, 0) : last])


@cache
def _scoped_models() -> frozenset[str]:
    return frozenset(
        node.name
        for tree in _model_modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "WorkspaceScoped" for base in node.bases)
    )


@cache
def _relations() -> frozenset[str]:
    found = {"workspace"}
    for tree in _model_modules():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and isinstance(node.value, ast.Call)
                and isinstance(node.value.func, ast.Attribute)
                and node.value.func.attr in RELATIONS
            ):
                found.add(node.targets[0].id)
                found.update(_related_names(node.value))
    return frozenset(found)


def _related_names(field: ast.Call) -> Iterator[str]:
    for keyword in field.keywords:
        if keyword.arg == "related_name" and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)


@cache
def _model_modules() -> tuple[ast.Module, ...]:
    return tuple(
        ast.parse((ROOT / "regulars" / room / "models.py").read_text(encoding="utf-8"))
        for room in sorted(ROOMS)
    )
