"""The screen that searches everything, and what the command box finds."""
