"""What stands above a table's columns. Drawn by ``{% data_table … %}``."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, figures at the end of the line, or a heading that only readers hear."""

    label: str | Promise
    is_number: bool = False
    is_hidden: bool = False
