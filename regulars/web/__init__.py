"""Server-rendered screens. ``design/`` holds tokens and components, ``live/`` the live updates.

One folder per screen: views, urls, templates, style and at most one small script, side by side. Templates are
found from this folder: ``inbox/_row.html`` is ``regulars/web/inbox/_row.html``.
"""
