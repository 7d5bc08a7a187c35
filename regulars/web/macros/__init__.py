"""Screens of macros: the page where they are made, and running them."""
