"""What can be wrong with a condition, and where. Pure; ``wording`` says it in the reader's language."""

from __future__ import annotations

from typing import Literal

Problem = Literal[
    "shape",
    "too_deep",
    "too_many",
    "unknown_field",
    "not_here",
    "unknown_operator",
    "no_value",
    "value_type",
    "value_list",
    "value_bounds",
    "value_currency",
    "unknown_value",
    "no_where",
    "no_window",
    "no_compare",
    "window",
    "no_set",
]


class Wrong(Exception):
    """A condition that cannot be read: ``path`` leads to the part (``all[1].value``), ``expected`` to what is right."""

    def __init__(self, problem: Problem, expected: str = "", path: str = "") -> None:
        super().__init__(f"{path or 'condition'}: {problem}; {expected}")
        self.problem: Problem = problem
        self.expected = expected
        self.path = path

    def at(self, path: str) -> Wrong:
        """The same, further in: ``path`` is in front."""
        return Wrong(self.problem, self.expected, joined(path, self.path))


def joined(path: str, rest: str) -> str:
    """Two parts of a path as one."""
    if not path or not rest:
        return path or rest
    return f"{path}{rest}" if rest.startswith("[") else f"{path}.{rest}"
