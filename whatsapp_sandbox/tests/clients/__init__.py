"""Released client libraries against the sandbox: one script each, run in an environment of its own (see run.py)."""
