"""Workspaces: one business's walled space and the people in it.

Owns workspaces, users, members with their roles, teams, invitations, sessions, API tokens and the audit trail.
Publishes what happens to members, teams, invitations, tokens and sessions (``events``), so that open screens follow
at once.
"""
