"""The form of a condition: ``form`` reads and changes what stands in it, ``drawing`` says how it looks."""
