"""What stands under a field of a struct in the source is its description in the documentation."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from itertools import pairwise

import msgspec


def read_field_notes(names: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Struct name -> field -> the text under it, for the product's structs among ``names``."""
    structs = {
        each.__name__: each for each in _every(msgspec.Struct) if each.__module__.startswith("regulars.")
    }
    return {name: _notes_of(structs[name]) for name in names if name in structs}


def _every(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for child in kind.__subclasses__():
        yield child
        yield from _every(child)


def _notes_of(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The notes of a struct and of those it extends, the nearest first."""
    notes: dict[str, str] = {}
    for each in struct.__mro__:
        if each.__module__.startswith("regulars."):
            notes = {**_notes_in(inspect.getsource(each)), **notes}
    return notes


def _notes_in(source: str) -> dict[str, str]:
    """Field -> note in the source of one class of a module."""
    notes = {}
    for field, note in pairwise(ast.parse(source).body[0].body):  # type: ignore[attr-defined]  # it is a class
        match field, note:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                notes[name] = " ".join(text.split())
    return notes
