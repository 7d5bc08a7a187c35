"""How the form of a condition looks: a tree of what is drawn, each leaf with its controls and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from regulars.kernel.conditions.fields import Choice, Field, Registry
from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.sentences import ANCHOR_WORDS, CALENDAR_WORDS, write_sentence
from regulars.kernel.conditions.tree import JOINS
from regulars.kernel.conditions.values import takes_list
from regulars.kernel.conditions.wording import words_for
from regulars.web.design.conditions.form import ROOT, Json, simple_duration
from regulars.web.design.conditions.times import Kind, Shown, show_day, show_time
from regulars.workspaces.conditions import names_in

JOIN_WORDS: Mapping[str, str | Promise] = {
    "all": pgettext_lazy("conditions", "All of these"),
    "any": pgettext_lazy("conditions", "At least one of these"),
    "none": pgettext_lazy("conditions", "None of these"),
}
OPERATOR_WORDS: Mapping[str, str | Promise] = {
    "is": pgettext_lazy("operator", "is"),
    "is_not": pgettext_lazy("operator", "is not"),
    "in": pgettext_lazy("operator", "is one of"),
    "not_in": pgettext_lazy("operator", "is none of"),
    "contains": pgettext_lazy("operator", "contains"),
    "<": pgettext_lazy("operator", "less than"),
    "<=": pgettext_lazy("operator", "at most"),
    ">": pgettext_lazy("operator", "more than"),
    ">=": pgettext_lazy("operator", "at least"),
    "between": pgettext_lazy("operator", "between"),
    "has_any": pgettext_lazy("operator", "has at least one of"),
    "has_all": pgettext_lazy("operator", "has all of"),
    "is_empty": pgettext_lazy("operator", "is not known"),
    "is_filled": pgettext_lazy("operator", "is known"),
}
UNIT_WORDS: Mapping[str, Callable[[int], str]] = {
    "D": lambda count: npgettext("unit of time", "day", "days", count),
    "W": lambda count: npgettext("unit of time", "week", "weeks", count),
    "M": lambda count: npgettext("unit of time", "month", "months", count),
    "Y": lambda count: npgettext("unit of time", "year", "years", count),
    "H": lambda count: npgettext("unit of time", "hour", "hours", count),
}
"""beside the number of them"""


@dataclass(frozen=True)
class Option:
    """A line of a select."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class WindowControl:
    """The choice of a stretch of time with what belongs to it."""

    path: str
    label: str
    options: Sequence[Option]
    kind: str
    count: str = ""
    units: Sequence[Option] = ()
    start: Shown | None = None
    end: Shown | None = None

    @property
    def shows_label(self) -> bool:
        """A second stretch of time beside the first says what it is for."""
        return self.path.endswith(".compare")


@dataclass(frozen=True)
class LeafView:
    """One question in the form."""

    path: str
    fields: Sequence[tuple[str, Sequence[Option]]]
    operators: Sequence[Option] = ()
    key: str | None = None
    control: str = "text"
    """which template draws the value: none, choice, text, number, money, boolean, moment"""
    is_list: bool = False
    value: str = ""
    value_kind: Kind = "text"
    upper: str | None = None
    """set where there are two values"""
    upper_kind: Kind = "text"
    currency: str | None = None
    choices: Sequence[Option] = ()
    windows: Sequence[WindowControl] = ()
    where: GroupView | None = None
    can_narrow: bool = False
    error: str = ""

    is_leaf = True


@dataclass(frozen=True)
class GroupView:
    """Questions that stand together."""

    path: str
    joins: Sequence[Option]
    parts: Sequence[GroupView | LeafView]
    label: str
    can_nest: bool = True

    is_leaf = False


@dataclass
class ConditionForm:
    """A condition being written, about a subject in a workspace.

    ``anchors``: what stretches of time may begin at here (``trigger``, ``enrollment``, a step), by what people call it.
    ``shows_gaps``: whether a value that was not given yet is named as a mistake.
    """

    written: Json
    subject: str
    workspace_id: UUID
    zone: tzinfo
    """whose days and clocks the form shows: the workspace's"""
    anchors: Mapping[str, str] = field(default_factory=dict)
    shows_gaps: bool = False
    focus: str = ""
    registry: Registry = field(default_factory=condition_fields)

    @cached_property
    def root(self) -> GroupView:
        drawn = self._draw(self.written, ROOT, list(self.registry.of(self.subject)), is_row=False)
        if isinstance(drawn, GroupView):
            return drawn
        return self._group({"all": [self.written]}, ROOT, list(self.registry.of(self.subject)), is_row=False)

    @cached_property
    def sentence(self) -> str:
        """The whole in words; empty while something is missing."""
        try:
            condition = parse(self.written, self.registry, self.subject)
        except Wrong:
            return ""
        return write_sentence(condition, self.zone, self._names)

    def _names(self, asked: Field) -> Mapping[str, str]:
        return {each.value: str(each.label) for each in self._choices(asked)}

    def _choices(self, asked: Field) -> Sequence[Choice]:
        known = self._asked.get(asked.name)
        if known is None:
            known = self._asked[asked.name] = asked.choices.of(self.workspace_id) if asked.choices else ()
        return known

    @cached_property
    def _asked(self) -> dict[str, Sequence[Choice]]:
        return {}

    def _draw(
        self, written: Any, path: str, fields: Sequence[Field], *, is_row: bool
    ) -> GroupView | LeafView:
        if isinstance(written, dict) and ("field" in written or "op" in written):
            return self._leaf(written, path, fields, is_row=is_row)
        return self._group(written if isinstance(written, dict) else {"all": []}, path, fields, is_row=is_row)

    def _group(self, written: Json, path: str, fields: Sequence[Field], *, is_row: bool) -> GroupView:
        join = next((each for each in JOINS if each in written), "all")
        parts = written.get(join)
        drawn = [
            self._draw(part, f"{path}.{index}", fields, is_row=is_row)
            for index, part in enumerate(parts if isinstance(parts, list) else [])
        ]
        joins = [Option(each, str(JOIN_WORDS[each]), each == join) for each in JOINS]
        label = (
            pgettext("conditions", "Conditions")
            if path == ROOT
            else pgettext("conditions", "Where")
            if path.endswith(".where")
            else pgettext("conditions", "Group")
        )
        return GroupView(path, joins, drawn, label, can_nest=path.count(".") < 7)

    def _leaf(self, written: Json, path: str, fields: Sequence[Field], *, is_row: bool) -> LeafView:
        name, operator = str(written.get("field") or ""), str(written.get("op") or "")
        asked = next((each for each in fields if each.name == name), None) or self._own_field(
            name, is_row=is_row
        )
        listed = _fields_by_source(fields, name, asked, self.registry)
        if asked is None:
            return LeafView(path, listed, error=_("There is no such field"), control="none")
        error = self._what_is_wrong(written, asked, is_row=is_row)
        value = written.get("value")
        if operator == "is_empty" and value is False:
            operator = "is_filled"
        where = written.get("where")
        rows = list(asked.rows.fields.values()) if asked.rows and asked.takes_where else []
        is_factor = "compare" in written
        return LeafView(
            path,
            listed,
            _operators(asked, operator, compare=is_factor),
            key=_key_of(name, asked),
            control=_control(asked, operator, is_factor=is_factor),
            is_list=takes_list(operator),
            choices=_options(self._choices(asked), value) if not is_factor else (),
            windows=self._windows(asked, written, path),
            where=self._where(where, f"{path}.where", rows) if where is not None and rows else None,
            can_narrow=bool(rows) and where is None,
            error=error,
            **self._values(asked, operator, value),
        )

    def _where(self, where: Any, path: str, rows: Sequence[Field]) -> GroupView:
        parts = {"all": where} if isinstance(where, list) else where
        drawn = self._draw(parts, path, rows, is_row=True)
        return (
            drawn if isinstance(drawn, GroupView) else self._group({"all": [where]}, path, rows, is_row=True)
        )

    def _own_field(self, name: str, *, is_row: bool) -> Field | None:
        found = None if is_row else self.registry.find(name)
        return found if found and found.source in self.registry.subjects[self.subject].sources else None

    def _what_is_wrong(self, written: Json, asked: Field, *, is_row: bool) -> str:
        """Said at the leaf itself; what is wrong inside its ``where`` is said there.

        In the reader's language, without what a script would have to write instead.
        """
        alone = {key: value for key, value in written.items() if key != "where"}
        registry, subject = self.registry, self.subject
        if is_row:  # a row is asked like a subject of its own
            about = {"counted": type(registry.subjects[subject])("counted", "")}
            registry, subject = Registry(about, {asked.name: asked}), "counted"
        try:
            parse(alone, registry, subject, known_values=lambda each: names_in(self.workspace_id, each))
        except Wrong as wrong:
            if wrong.problem == "no_value" and not self.shows_gaps:
                return ""
            return words_for(wrong)
        return ""

    def _values(self, asked: Field, operator: str, value: Any) -> dict[str, Any]:
        low, high, currency = _bounds(asked, operator, value)
        shown = [
            show_time(each, self.zone) if asked.type == "moment" else Shown(_text(each), "text")
            for each in (low, high)
        ]
        upper = shown[1].text if operator == "between" else None
        return {
            "value": shown[0].text,
            "value_kind": shown[0].kind,
            "upper": upper,
            "upper_kind": shown[1].kind,
            "currency": currency,
        }

    def _windows(self, asked: Field, written: Json, path: str) -> list[WindowControl]:
        if not asked.takes_window:
            return []
        found = [
            self._window(
                written.get("window"), f"{path}.window", pgettext("conditions", "When"), _("at any time")
            )
        ]
        if asked.takes_compare:
            label = _("Compared with")
            found.append(self._window(written.get("compare"), f"{path}.compare", label, _("a fixed value")))
        return found

    def _window(self, window: Any, path: str, label: str, without: str) -> WindowControl:
        known: Json = window if isinstance(window, dict) else {}
        kind = next(
            (each for each in ("last", "calendar", "since") if each in known), "between" if known else ""
        )
        chosen = f"{kind}:{known[kind]}" if kind in {"calendar", "since"} else kind
        anchors = (
            self.anchors
            if kind != "since"
            else {str(known["since"]): _anchor(known["since"]), **self.anchors}
        )
        options = [
            ("", without),
            ("last", pgettext("conditions", "in the last …")),
            ("between", pgettext("conditions", "between two days")),
            *((f"calendar:{unit}", str(words)) for unit, words in CALENDAR_WORDS.items()),
            *((f"since:{anchor}", words) for anchor, words in anchors.items()),
        ]
        count, unit = simple_duration(str(known.get("last", ""))) if kind == "last" else ("30", "D")
        return WindowControl(
            path,
            label,
            [Option(value, words, value == chosen) for value, words in options],
            kind,
            count,
            _units(count, unit),
            show_day(known.get("from"), self.zone),
            show_day(known.get("to"), self.zone),
        )


def _units(count: str, unit: str) -> list[Option]:
    """None where the duration is written as a whole."""
    number = int(count) if count.isdecimal() else 0
    return [Option(each, word(number), each == unit) for each, word in UNIT_WORDS.items()] if unit else []


def _anchor(anchor: Any) -> str:
    return str(ANCHOR_WORDS.get(str(anchor)) or anchor)


def _fields_by_source(
    fields: Iterable[Field], name: str, asked: Field | None, registry: Registry
) -> list[tuple[str, list[Option]]]:
    groups: dict[str, list[Option]] = {}
    for each in fields:
        about = registry.subjects.get(each.source)
        is_chosen = each.name == name or (asked is not None and each.type == "any" == asked.type)
        groups.setdefault(str(about.label) if about else pgettext("conditions", "Where"), []).append(
            Option(each.name, str(each.label), is_chosen)
        )
    if asked is None and name:
        groups.setdefault("…", []).append(Option(name, name, is_chosen=True))
    return list(groups.items())


def _operators(asked: Field, operator: str, *, compare: bool) -> list[Option]:
    names = list(asked.operators_with(compare=compare))
    shown: list[str] = [*names, "is_filled"] if "is_empty" in names else [*names]
    return [Option(each, str(OPERATOR_WORDS[each]), each == operator) for each in shown]


def _key_of(name: str, asked: Field) -> str | None:
    if asked.type != "any":
        return None
    key = name.rpartition(".")[2]
    return "" if key == "<key>" else key


def _control(asked: Field, operator: str, *, is_factor: bool) -> str:
    if operator in {"is_empty", "is_filled"}:
        return "none"
    if is_factor:
        return "money" if asked.type == "money" else "number"
    if asked.choices is not None and operator != "contains":
        return "choice"
    return asked.type if asked.type in {"number", "money", "boolean", "moment"} else "text"


def _options(choices: Sequence[Choice], value: Any) -> list[Option]:
    chosen = {str(each) for each in value} if isinstance(value, list) else {str(value)}
    known = [Option(each.value, str(each.label), each.value in chosen) for each in choices]
    lost = chosen - {each.value for each in known} - {"None"}
    return known + [Option(each, each, is_chosen=True) for each in sorted(lost)] if known else known


def _bounds(asked: Field, operator: str, value: Any) -> tuple[Any, Any, str | None]:
    """The one value or both, and the currency of money."""
    currency = None
    low, high = (
        (value, None) if not isinstance(value, list) or takes_list(operator) else (*value, None, None)[:2]
    )
    if asked.type == "money":
        first = low if isinstance(low, dict) else {}
        currency = str(first.get("currency", ""))
        low, high = (
            each.get("amount", each.get("factor")) if isinstance(each, dict) else each for each in (low, high)
        )
        if isinstance(low, list):
            low, high = (*low, None, None)[:2]
    return low, high, currency


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)
