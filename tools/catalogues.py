"""Message catalogues: `check` finds gaps, `update` writes new messages in, `compile` makes .mo files.

    python -m tools.catalogues check|update|compile

The sources speak English; LANGUAGES are the translations. Each has two catalogues: `django` for what the
server says, `djangojs` for what the scripts say. A catalogue is complete when every message of its sources
is translated (each plural form), nothing is fuzzy, and placeholders are the same on both sides.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_javascript, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("regulars", "config")
LANGUAGES = ("ko", "ru", "th")
SUFFIXES = {"django": (".py", ".html", ".txt"), "djangojs": (".js",)}
"""which sources speak through which catalogue (gettext calls it a domain)"""
NOT_SHOWN = {"tests", "migrations", "node_modules", "static_built"}
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_lazy": DEFAULT_KEYWORDS.get(name) for name in ("gettext", "ngettext", "pgettext", "npgettext")
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")
STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL_IN_TEMPLATE = re.compile(rf"\b(_|n?p?gettext)\(\s*({STRING}(?:\s*,\s*{STRING})*)")

HEAD = """\
# {name} words of Regulars; terms: docs/reference/terms.md.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
"""no dates and no names, so that a file changes only when a message does"""

Id = str | tuple[str, ...]
Key = tuple[Id, str | None]  # a message and its context


def main() -> int:
    verb = sys.argv[1] if len(sys.argv) == 2 else ""
    settings.configure(USE_I18N=True)
    if verb == "compile":
        return compile_all()
    if verb == "update":
        return update_all()
    if verb == "check":
        return check_all()
    print(__doc__)
    return 2


def check_all() -> int:
    wanted = {domain: messages_in_sources(domain) for domain in SUFFIXES}
    gaps = [
        gap
        for language in LANGUAGES
        for domain in SUFFIXES
        for gap in gaps_of(language, wanted[domain], domain)
    ]
    count = sum(len(messages) for messages in wanted.values())
    print("\n".join(gaps) or f"{count} messages, complete in {', '.join(LANGUAGES)}")
    return 1 if gaps else 0


def update_all() -> int:
    for domain in SUFFIXES:
        wanted = messages_in_sources(domain)
        for language in LANGUAGES:
            _write_catalogue(language, domain, wanted)
    return check_all()


def compile_all() -> int:
    for domain in SUFFIXES:
        for language in LANGUAGES:
            path = path_of(language, domain)
            if path.exists():
                with path.with_suffix(".mo").open("wb") as file:
                    write_mo(file, read_catalogue(language, domain))
    return 0


def messages_in_sources(domain: str = "django") -> dict[Key, str]:
    found: dict[Key, str] = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES[domain] and not NOT_SHOWN & set(path.parts):
                extract = {".py": _in_python, ".js": _in_script}.get(path.suffix, _in_template)
                for key in extract(path):
                    found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def gaps_of(language: str, wanted: dict[Key, str], domain: str = "django") -> Iterator[str]:
    path = path_of(language, domain)
    if not path.exists():
        if wanted:
            yield f"{language}: {path.relative_to(ROOT)} is missing ({len(wanted)} messages)"
        return
    catalogue = read_catalogue(language, domain)
    for (message_id, context), place in wanted.items():
        message = catalogue.get(_first(message_id), context)
        problem = _problem(message, message_id, catalogue.num_plurals)
        if problem:
            yield f"{language}: {problem}: {_first(message_id)!r} ({place})"


def read_catalogue(language: str, domain: str = "django") -> Catalog:
    path = path_of(language, domain)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str, domain: str = "django") -> Path:
    return ROOT / "regulars" / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def _write_catalogue(language: str, domain: str, wanted: dict[Key, str]) -> None:
    old = read_catalogue(language, domain)
    fresh = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for (message_id, context), place in sorted(wanted.items(), key=lambda item: (item[1], str(item[0]))):
        known = old.get(_first(message_id), context)
        same = known is not None and known.id == message_id
        fresh.add(message_id, known.string if known and same else None, [(place, 1)], context=context)
    path = path_of(language, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_catalogue(path, fresh)


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    language = str(catalogue.locale)
    name = Locale(language).english_name
    head = HEAD.format(name=name, language=language, plural_forms=catalogue.plural_forms)
    with path.open("wb") as file:
        file.write(head.encode())
        write_po(file, catalogue, width=110, include_lineno=False, omit_header=True)


def _problem(message: Message | None, message_id: Id, plural_count: int) -> str | None:
    if message is None or message.id != message_id:
        return "missing"
    if message.fuzzy:
        return "fuzzy"
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    if not all(strings) or (isinstance(message_id, tuple) and len(strings) != plural_count):
        return "not translated"
    allowed = {
        frozenset(_placeholders(part))
        for part in ([message_id] if isinstance(message_id, str) else message_id)
    }
    # A singular form may say "one" in words; no form may name what the source does not.
    everything = frozenset().union(*allowed)
    for string in strings:
        used = frozenset(_placeholders(string))
        if not used <= everything or (isinstance(message_id, str) and used not in allowed):
            return "other placeholders"
    return None


def _placeholders(text: str) -> list[str]:
    return [match[0] for match in PLACEHOLDER.finditer(text.replace("%%", ""))]


def _in_python(path: Path) -> Iterator[Key]:
    with path.open("rb") as file:
        for _line, function, arguments, _comments in extract_python(
            file, KEYWORDS, [], {"encoding": "utf-8"}
        ):
            yield from _key(str(function).removesuffix("_lazy"), arguments)


def _in_script(path: Path) -> Iterator[Key]:
    with path.open("rb") as file:
        for _line, function, arguments, _comments in extract_javascript(
            file, KEYWORDS, [], {"encoding": "utf-8"}
        ):
            yield from _key(str(function), arguments)


def _in_template(path: Path) -> Iterator[Key]:
    """Django turns a template into something that looks like Python calls; these are read out of it."""
    for match in CALL_IN_TEMPLATE.finditer(templatize(path.read_text(encoding="utf-8"))):
        arguments = ast.literal_eval(f"({match[2]},)")
        yield from _key(match[1], arguments)


def _key(function: str, arguments: object) -> Iterator[Key]:
    values = arguments if isinstance(arguments, tuple | list) else (arguments,)
    texts = tuple(value for value in values if isinstance(value, str))
    context = None
    if function in ("pgettext", "npgettext"):
        context, *rest = texts or (None,)
        texts = tuple(rest)
    if function in ("ngettext", "npgettext") and len(texts) >= 2:
        yield texts[:2], context
    elif texts and texts[0]:
        yield texts[0], context


def _first(message_id: Id) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


if __name__ == "__main__":
    sys.exit(main())
