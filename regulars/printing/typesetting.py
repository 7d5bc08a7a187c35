"""From a layout and its data to a PDF, and from several PDFs to one. Typst sets, PDFium joins."""

from __future__ import annotations

import tempfile
import threading
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from regulars.kernel.encoding import encode

if TYPE_CHECKING:
    import typst

HOUSE = Path(__file__).with_name("house.typ")
_pdfium = threading.Lock()
"""PDFium is for one thread at a time"""


def typeset(layout: Path, data: object, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """``layout`` reads ``data`` from ``/data.json`` and pictures (PNG, JPEG, GIF, WebP) by their names.

    What is in ``data`` is text and never markup. Nothing but these files can be read, and nothing is fetched.
    """
    import typst  # here, as PDFium below: ten megabytes in every process, for the few that print

    with tempfile.TemporaryDirectory(prefix="regulars-print-") as folder:
        root = Path(folder)
        (root / "layout.typ").write_bytes(layout.read_bytes())
        (root / "house.typ").write_bytes(HOUSE.read_bytes())
        (root / "data.json").write_bytes(encode(data))
        for name, content in (pictures or {}).items():
            (root / name).write_bytes(content)
        return typst.compile(root / "layout.typ", root=root, font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    """Ours alone, so that a page is the same on every machine."""
    import manimgx_fonts
    import manimgx_fonts_cjk
    import typst

    packages = (manimgx_fonts, manimgx_fonts_cjk)
    folders = [str(Path(package.__file__ or "").parent) for package in packages]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def page_count(pdf: bytes) -> int:
    import pypdfium2

    with _pdfium:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def join(parts: Iterable[bytes]) -> bytes:
    """One document with the pages of all, in their order; letters that several brought along are kept once."""
    import pypdfium2

    with _pdfium:
        whole = pypdfium2.PdfDocument.new()
        try:
            for part in parts:
                document = pypdfium2.PdfDocument(part)
                whole.import_pages(document)
                document.close()
            out = BytesIO()
            whole.save(out)
            return out.getvalue()
        finally:
            whole.close()


def writing_direction(text: str) -> Literal["ltr", "rtl"]:
    """As its first letter that has one says, like ``dir="auto"`` on a page."""
    for letter in text:
        match unicodedata.bidirectional(letter):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return "ltr"
