"""The settings: one record for each page (``page.py``), all of them in order (``register.py``).

Addresses, navigation, command box and tests read the register; a new page is its record beside its screen and its
name in the register.
"""
