"""Where the built files are: plain names to the hashed names of ``static_built/manifest.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.templatetags.static import static

BUILT = Path(__file__).resolve().parent.parent / "static_built"


@cache
def _manifest() -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads((BUILT / "manifest.json").read_text())
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{BUILT / 'manifest.json'} is missing; build the assets with: node tools/build_assets.mjs"
        ) from error
    return names


def asset_file(name: str) -> str:
    """Its hashed name in ``BUILT``."""
    return _manifest()[name]


def asset_url(name: str) -> str:
    return static(asset_file(name))
