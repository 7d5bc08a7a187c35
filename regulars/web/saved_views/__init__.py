"""Screens of saved views: the page where they are kept, and the form of one."""
