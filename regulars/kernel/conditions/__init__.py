"""Conditions: one language in which segments, rules, journeys and views say what they are about.

``language`` reads what was written into a tree (``tree``); ``fields`` is what a room contributes. Two evaluators give
the same answer: ``to_sql`` for sets, ``in_memory`` for one object. Neither reads the clock: ``AsOf`` comes in.
``explaining`` tells what each leaf saw, ``sentences`` writes a condition in the reader's language. All but ``to_sql``
and ``sentences`` are pure. See docs/reference/conditions.md.
"""
