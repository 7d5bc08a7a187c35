"""The public REST face: ``/api/v1``, for scripts and other systems.

``routes.py`` is its table of contents: every path with the permission it asks for. A request passes
``dispatch.py`` (token, rate, permission, parsing, idempotency), then one function of ``resources/`` that
calls a room and answers with one of the ``shapes/``. Refusals leave as RFC 9457 problems (``problems.py``).
Publishes no events of its own.
"""
