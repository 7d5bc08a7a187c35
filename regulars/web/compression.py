"""Pages go out compressed. Files are sent as they are stored, and streams never pass here.

Why this is safe: ``docs/decisions/compression.md``.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED = frozenset({"text/html", "text/javascript"})
"""what templates draw and the scripts' strings; style sheets, scripts and icons lie compressed on disk"""


class CompressPagesMiddleware(GZipMiddleware):
    """Django's own, for pages only. It adds a name of random length to each answer, against BREACH."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0].strip()
        if response.streaming or kind not in COMPRESSED:
            return response
        return super().process_response(request, response)
