"""Rights decide, not what a role is called: no code asks which role somebody has (docs/decisions/roles.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.findings import Finding

BUILT_IN = frozenset({"owner", "admin", "lead", "agent"})
"""the keys of the built-in roles"""
ASKING = {"filter", "exclude", "get", "Q", "get_object_or_404"}
"""calls whose keywords are conditions"""
_IN_TEMPLATE = re.compile(
    r"\{%-?\s*(?:el)?if\b[^%]*(?:(?:==|!=)\s*[\"'](?:owner|admin|lead|agent)[\"']"
    r"|\brole(?:\.key|\.name|\.handle)?\s*[!=]=|[!=]=\s*[\w.]*\brole(?:\.key|\.name|\.handle)?\s)"
)
_SAID = "ask for a permission or a reach, not for a role (docs/decisions/roles.md)"


def no_role_is_compared(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """A role is what it allows; people rename, copy and remove roles, and narrow them."""
    if "tests" in path.parts or "migrations" in path.parts:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Compare():
                found = any(_names_role(each) for each in (node.left, *node.comparators))
                found = found and not any(_is_none(each) for each in node.comparators)
            case ast.MatchValue():
                found = _names_role(node.value)
            case ast.Call():
                found = _called(node.func) in ASKING and any(
                    _asks_for_role(keyword) for keyword in node.keywords
                )
            case _:
                found = False
        if found and isinstance(node, ast.expr | ast.pattern):
            yield Finding(path, node.lineno, _SAID)


def no_role_is_compared_in_templates(path: Path, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), start=1):
        if _IN_TEMPLATE.search(line):
            yield Finding(path, number, _SAID)


def _names_role(node: ast.expr) -> bool:
    """``"admin"`` or a list with it, ``actor.role``, ``role.key``, ``member.role.name``, ``row["role"]``."""
    match node:
        case ast.Constant(value=str(text)):
            return text in BUILT_IN
        case ast.Tuple() | ast.Set() | ast.List():
            return any(_names_role(each) for each in node.elts)
        case ast.Attribute(value=ast.Name(id="actor" | "by" | "member" | "token"), attr="role"):
            return True
        case ast.Attribute(value=ast.Name(id="role") | ast.Attribute(attr="role"), attr="key" | "name"):
            return True
        case ast.Subscript(slice=ast.Constant(value="role")):
            return True
    return False


def _asks_for_role(keyword: ast.keyword) -> bool:
    names_one = any(
        isinstance(each, ast.Constant) and each.value in BUILT_IN for each in ast.walk(keyword.value)
    )
    return names_one or (keyword.arg or "").endswith(("role__key", "role__name", "role__key__in"))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _called(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
