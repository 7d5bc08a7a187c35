"""Printing: pages as PDF, for whichever room has something to hand out on paper.

``typesetting`` sets a layout (a ``.typ`` file beside its room) with data; ``house.typ`` has the page that all of them
share. Knows no room, no database and no language. docs/decisions/printing.md
"""
