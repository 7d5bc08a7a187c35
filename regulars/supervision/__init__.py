"""Starts, watches and stops what Regulars consists of: the private PostgreSQL, the child processes, the ready
file.

Knows no Django and no other room: the process that supervises must stay small and must outlive what it
supervises.
"""
