"""Small lints for house rules that no general tool knows (CONTRIBUTING.md, "House rules").

    python -m tools.house_lints [path …]

Each rule is a function that yields findings for one file; adding a rule is adding a line to PYTHON_RULES,
SOURCE_RULES (those that read comments, too), STYLE_RULES or TEMPLATE_RULES. The doors' rules: ``tools.door_lints``;
that no role is compared: ``tools.role_lints``.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from tools.door_lints import faces_never_query, queries_stay_in_their_workspace
from tools.findings import ROOT, Finding
from tools.role_lints import no_role_is_compared, no_role_is_compared_in_templates

FOLDERS = ("regulars", "config", "whatsapp_sandbox", "tests", "benchmarks", "tools")
NOT_OURS = {"node_modules", "static_built", "migrations", "__pycache__"}
LONGEST_FILE = 500  # lines
LONGEST_TEMPLATE_LINE = 160  # characters; djangofmt breaks at 120 what may be broken
PRIMITIVES = {"str", "int", "float", "bool", "bytes", "None"}
CONTAINERS = {"list", "dict", "tuple", "Sequence", "Mapping", "Iterable", "Optional"}
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
SECRET_NAMES = {
    *("text", "body", "caption", "payload", "raw", "content", "message_text"),
    *("phone", "phone_number", "number", "wa_id", "msisdn", "address", "email"),
    *(
        "token",
        "access_token",
        "verify_token",
        "secret",
        "app_secret",
        "password",
        "api_key",
        "authorization",
    ),
}
PHYSICAL = re.compile(
    r"(?<![\w-])((?:margin|padding|border)-(?:left|right)[\w-]*|left|right|float|clear|text-align)\s*:\s*([^;}]*)"
)
LOWER_ROOMS = (
    "kernel",
    "workspaces",
    "tags",
    "contacts",
    "inboxes",
    "mail",
    "media",
    "message_templates",
    "conversations",
    "cases",
)
"""rooms that know channels only by their facts"""
VENDOR_WORD = re.compile(
    r"whatsapp|waba\b|wa_id|bsuid|(?-i:(?<!class )(?<![\w._])Meta\b)|\b13[0-9]{4}\b", re.ASCII | re.IGNORECASE
)
VENDOR_WORDS_ALLOWED = {
    "regulars/contacts/": "an identity's kind is a stored word, and REST's; the rules of who is who are about kinds",
    "regulars/conversations/operations/portfolios.py": "which kind of identity belongs to an account's owner",
    "regulars/inboxes/ports/people.py": "the list of the kinds of identity",
    "regulars/inboxes/ports/contents.py": "wa_id of a card's phone is stored so, and REST's word",
    "regulars/workspaces/password_words.py": "words that are no good in passwords",
}
"""where a word of one provider stands in a lower room, and why; an entry that is not needed any more is found"""
ICON_BUTTON = re.compile(r"<(button|a)\b([^>]*)>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
BLOCK_ELEMENT = re.compile(
    r"<(?:address|article|aside|blockquote|body|dd|details|dialog|div|dl|dt|fieldset|figure|footer|form|h[1-6]|head"
    r"|header|hr|legend|li|main|menu|nav|ol|option|p|section|select|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b"
)
SMALL_WORDS = {
    *("a", "an", "the", "this", "that", "these", "those", "all", "each", "every", "one", "some", "any"),
    *("it", "its", "they", "their", "them", "we", "our", "us", "is", "are", "be", "was", "were", "been"),
    *("has", "have", "had", "do", "does", "done", "given", "return", "returns", "and", "or", "as"),
    *("of", "to", "for", "from", "in", "into", "on", "at", "by", "with", "who", "whose", "what", "which"),
    *("whether", "how", "if", "when", "where"),
}
SHOWN_BY = {"command", "group"}
"""decorators whose functions' docstrings a user reads, as help"""
SHOWN_IN = "regulars/api/resources/"  # REST's document tells them
TEMPLATE_CODE = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL)


PythonRule = Callable[[Path, ast.Module], Iterator[Finding]]
SourceRule = Callable[[Path, ast.Module, str], Iterator[Finding]]
TextRule = Callable[[Path, str], Iterator[Finding]]


def main() -> int:
    paths = [Path(name).resolve() for name in sys.argv[1:]] or list(_own_files())
    findings = [finding for path in paths for finding in lint(path)]
    for finding in sorted(findings, key=lambda finding: (str(finding.path), finding.line)):
        print(finding)
    print(f"{len(paths)} files, {len(findings)} findings")
    return 1 if findings else 0


def lint(path: Path) -> Iterator[Finding]:
    text = path.read_text(encoding="utf-8")
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    yield from file_is_short(shown, text)
    if path.suffix == ".py":
        tree = ast.parse(text)
        for rule in PYTHON_RULES:
            yield from rule(shown, tree)
        for source_rule in SOURCE_RULES:
            yield from source_rule(shown, tree, text)
    for text_rule in {".css": STYLE_RULES, ".html": TEMPLATE_RULES}.get(path.suffix, ()):
        yield from text_rule(shown, text)


def file_is_short(path: Path, text: str) -> Iterator[Finding]:
    """A file past 500 lines has a second subject in it."""
    count = text.count("\n")
    if count > LONGEST_FILE and path.suffix in {".py", ".css", ".js", ".mjs", ".html"}:
        yield Finding(path, LONGEST_FILE, f"{count} lines; split it where its second subject begins")


def task_arguments_are_primitives(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """What a task is called with is stored, and read later by newer code: ids and plain values only."""
    for function in _functions(tree):
        if not any(_is_task(decorator) for decorator in function.decorator_list):
            continue
        for argument in [*function.args.args, *function.args.kwonlyargs]:
            if argument.arg not in ("self", "context") and not _is_primitive(argument.annotation):
                yield Finding(
                    path, argument.lineno, f"task argument {argument.arg!r} must be a primitive, like an id"
                )


def logs_name_nothing_private(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """Logs never carry what people wrote, their numbers, or keys."""
    if "tests" in path.parts:
        return
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and _is_log_call(call.func)):
            continue
        for value in [*call.args, *(keyword.value for keyword in call.keywords)]:
            for name in _names_in(value):
                if name in SECRET_NAMES:
                    yield Finding(path, call.lineno, f"{name!r} does not belong into a log; log an id")


def time_comes_from_the_clock(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """Tests say what now is, and pure cores are told: only ``kernel.clock`` asks (and the supervisor, alone)."""
    if "regulars" not in path.parts or {"tests", "supervision"} & set(path.parts) or path.name == "clock.py":
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in {"now", "utcnow", "today"}
            and isinstance(node.value, ast.Name)
            and node.value.id in {"datetime", "date", "timezone"}
        ):
            yield Finding(path, node.lineno, f"{node.value.id}.{node.attr}: ask kernel.clock, or be told")


def docstrings_say_more_than_the_signature(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """A reader has just read the name and its types: what says them once more only stands in the way, and ages."""
    for function in _functions(tree):
        said = ast.get_docstring(function)
        if not said or "\n" in said or path.as_posix().startswith(SHOWN_IN) or _is_shown(function):
            continue
        told = {_stem(word.lower()) for word in _told_words(function)}
        content = [word for word in re.findall(r"[^\W\d_]+", said.lower()) if word not in SMALL_WORDS]
        if content and all(_stem(word) in told for word in content):
            yield Finding(
                path,
                function.body[0].lineno,
                f"{said!r} says what {function.name!r} and its signature say; leave it out",
            )


def properties_are_logical(path: Path, text: str) -> Iterator[Finding]:
    """Right-to-left languages turn the screen around: inline-start and -end, not left and right."""
    for line, found in _matches(PHYSICAL, _without_comments(text)):
        name, value = found[1], found[2].strip()
        if name in ("float", "clear", "text-align") and value not in ("left", "right"):
            continue
        yield Finding(
            path, line, f"{name}: {value} is physical; use the logical property (inline-start, inline-end)"
        )


def nothing_is_inline(path: Path, text: str) -> Iterator[Finding]:
    """The content security policy runs no inline script and applies no inline style. Mails know no other."""
    if path.parts[:2] == ("regulars", "mail"):
        return
    for pattern, wrong in (
        (r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json[\"'])[^>]*>", "an inline script"),
        (r"<style\b", "an inline style sheet"),
        (r"\sstyle=[\"']", "a style attribute"),
        (r"\son[a-z]+=[\"']", "an event attribute"),
        (r"(?:href|src)=[\"']javascript:", "a javascript: address"),
    ):
        for line, _ in _matches(re.compile(pattern, re.IGNORECASE), _without_template_comments(text)):
            yield Finding(
                path, line, f"{wrong}: the policy forbids it; use a class, a module or a data attribute"
            )


def icon_buttons_have_names(path: Path, text: str) -> Iterator[Finding]:
    """A button that shows only an icon says what it does to those who cannot see it."""
    for line, found in _matches(ICON_BUTTON, _without_template_comments(text)):
        attributes, inside = found[2], found[3]
        words = re.sub(r"<svg.*?</svg>|<[^>]*>|\{% *(?:icon|include)[^%]*%\}", "", inside, flags=re.DOTALL)
        if not words.strip() and not re.search(
            r"\b(aria-label|aria-labelledby|title)=|attrs|\balt=", attributes + inside
        ):
            yield Finding(path, line, f"<{found[1]}> shows only an icon: give it an aria-label")


def template_lines_are_short(path: Path, text: str) -> Iterator[Finding]:
    """A template reads like code; a long sentence goes into {% blocktranslate trimmed %} over several lines."""
    for line, content in enumerate(text.splitlines(), start=1):
        if len(content) > LONGEST_TEMPLATE_LINE:
            yield Finding(path, line, f"{len(content)} characters; {LONGEST_TEMPLATE_LINE} are enough")


def block_elements_have_lines(path: Path, text: str) -> Iterator[Finding]:
    """One block element a line; djangofmt leaves alone those that share a line with a template tag."""
    for line, content in enumerate(_without_template_comments(text).splitlines(), start=1):
        found = BLOCK_ELEMENT.findall(content)
        if len(found) > 1:
            yield Finding(path, line, f"{found[1]}> begins beside {found[0]}>; give it a line of its own")


def lower_rooms_name_no_vendor(path: Path, _tree: ast.Module, text: str) -> Iterator[Finding]:
    """Lower rooms know channels by their facts: no provider's name, code or kind of address."""
    parts = path.parts
    if parts[0] != "regulars" or parts[1] not in LOWER_ROOMS or "tests" in parts:
        return
    allowed = [place for place in VENDOR_WORDS_ALLOWED if path.as_posix().startswith(place)]
    found = list(_matches(VENDOR_WORD, text))
    for line, match in () if allowed else found:
        yield Finding(path, line, f"{match[0]!r} belongs to a channel; ask its facts (inboxes.channels)")
    if not found and path.as_posix() in allowed:
        yield Finding(
            path, 1, "no provider's word stands here any more; end its entry in VENDOR_WORDS_ALLOWED"
        )


PYTHON_RULES: tuple[PythonRule, ...] = (
    task_arguments_are_primitives,
    logs_name_nothing_private,
    time_comes_from_the_clock,
    docstrings_say_more_than_the_signature,
    faces_never_query,
    no_role_is_compared,
)
SOURCE_RULES: tuple[SourceRule, ...] = (queries_stay_in_their_workspace, lower_rooms_name_no_vendor)
STYLE_RULES: tuple[TextRule, ...] = (properties_are_logical,)
TEMPLATE_RULES: tuple[TextRule, ...] = (
    nothing_is_inline,
    icon_buttons_have_names,
    template_lines_are_short,
    block_elements_have_lines,
    no_role_is_compared_in_templates,
)


def _own_files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".css", ".js", ".mjs", ".html"} and not NOT_OURS & set(path.parts):
                yield path


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _is_shown(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    called = (each.func if isinstance(each, ast.Call) else each for each in function.decorator_list)
    return any(isinstance(each, ast.Attribute) and each.attr in SHOWN_BY for each in called)


def _told_words(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Words of name, parameters and types, ``CamelCase`` taken apart."""
    names = [function.name]
    for node in chain(ast.walk(function.args), ast.walk(function.returns) if function.returns else ()):
        names += [
            value for field in ("arg", "id", "attr") if isinstance(value := getattr(node, field, None), str)
        ]
    yield from re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+", " ".join(names))


def _stem(word: str) -> str:
    """``stores``, ``stored`` and ``storing`` are one word, roughly."""
    for ending in ("ing", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return word.removesuffix(ending)
    return word


def _is_task(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = (
        target.attr
        if isinstance(target, ast.Attribute)
        else target.id
        if isinstance(target, ast.Name)
        else ""
    )
    return name in ("task", "periodic")


def _is_primitive(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    return names <= PRIMITIVES | CONTAINERS


def _is_log_call(function: ast.expr) -> bool:
    if not (isinstance(function, ast.Attribute) and function.attr in LOG_METHODS):
        return False
    holder = function.value
    name = (
        holder.id
        if isinstance(holder, ast.Name)
        else holder.attr
        if isinstance(holder, ast.Attribute)
        else ""
    )
    return name.strip("_").lower() in ("log", "logger", "logging")


def _names_in(value: ast.expr) -> Iterator[str]:
    """Names whose values end up in the line; what is only counted or measured does not."""
    if isinstance(value, ast.Call):
        return
    if isinstance(value, ast.Name):
        yield value.id
    elif isinstance(value, ast.Attribute):
        yield value.attr
    else:
        for part in ast.iter_child_nodes(value):
            if isinstance(part, ast.expr):
                yield from _names_in(part)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match


def _without_comments(style: str) -> str:
    return re.sub(r"/\*.*?\*/", lambda match: re.sub(r"[^\n]", " ", match[0]), style, flags=re.DOTALL)


def _without_template_comments(template: str) -> str:
    return TEMPLATE_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), template)


if __name__ == "__main__":
    sys.exit(main())
