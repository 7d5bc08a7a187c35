"""Message catalogues: `check` finds gaps, `update` writes new messages in, `compile` makes .mo files.

    python -m tools.catalogues check|update|compile

The sources speak English; LANGUAGES are the translations. A catalogue is complete when every message of
the sources is translated (each plural form), nothing is fuzzy, and placeholders are the same on both sides.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("regulars", "config")
LANGUAGES = ("ko", "ru", "th")
NOT_SHOWN = {"tests", "migrations", "node_modules", "static_built"}
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_lazy": DEFAULT_KEYWORDS.get(name) for name in ("gettext", "ngettext", "pgettext", "npgettext")
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")
STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL_IN_TEMPLATE = re.compile(rf"\b(_|n?p?gettext)\(\s*({STRING}(?:\s*,\s*{STRING})*)")

Id = str | tuple[str, ...]
Key = tuple[Id, str | None]  # a message and its context


def main() -> int:
    """Do what the argument says; 0 when the catalogues are (now) complete."""
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
    """Print every gap with the place that needs it."""
    wanted = messages_in_sources()
    gaps = [gap for language in LANGUAGES for gap in gaps_of(language, wanted)]
    print("\n".join(gaps) or f"{len(wanted)} messages, complete in {', '.join(LANGUAGES)}")
    return 1 if gaps else 0


def update_all() -> int:
    """Add new messages, drop what no source says any more; then report what is untranslated."""
    wanted = messages_in_sources()
    for language in LANGUAGES:
        old = read_catalogue(language)
        fresh = Catalog(locale=language, domain="django", project="Regulars", charset="utf-8", fuzzy=False)
        for (message_id, context), place in sorted(wanted.items(), key=lambda item: (item[1], str(item[0]))):
            known = old.get(_first(message_id), context)
            same = known is not None and known.id == message_id
            fresh.add(message_id, known.string if known and same else None, [(place, 1)], context=context)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, fresh, width=110, no_location=False, include_lineno=False, omit_header=False)
    return check_all()


def compile_all() -> int:
    """Write each catalogue's .mo file beside its .po file."""
    for language in LANGUAGES:
        path = path_of(language)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, read_catalogue(language))
    return 0


def messages_in_sources() -> dict[Key, str]:
    """Every message that the product can show, with the file that says it first."""
    found: dict[Key, str] = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and not NOT_SHOWN & set(path.parts):
                extract = _in_python if path.suffix == ".py" else _in_template
                for key in extract(path):
                    found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def gaps_of(language: str, wanted: dict[Key, str]) -> Iterator[str]:
    """What is wrong with a language's catalogue, one line each."""
    if not path_of(language).exists():
        if wanted:
            yield f"{language}: {path_of(language).relative_to(ROOT)} is missing ({len(wanted)} messages)"
        return
    catalogue = read_catalogue(language)
    for (message_id, context), place in wanted.items():
        message = catalogue.get(_first(message_id), context)
        problem = _problem(message, message_id, catalogue.num_plurals)
        if problem:
            yield f"{language}: {problem}: {_first(message_id)!r} ({place})"


def read_catalogue(language: str) -> Catalog:
    """The catalogue as it is on disk; an empty one when there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    """Where Django looks for the catalogue."""
    return ROOT / "regulars" / "locale" / language / "LC_MESSAGES" / "django.po"


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
