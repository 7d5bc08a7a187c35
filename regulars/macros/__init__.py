"""Macros: named lists of steps that a member runs on a conversation, or on many, in one go.

What a step can be is contributed by rooms (``ports.StepKind``, ``config.wiring.MACRO_STEPS``). All steps are checked
with the rights of whoever runs the macro; what they change is one act (``acts``), taken back as one. Records
``MacroCreated`` and its kind (``events``).
"""
