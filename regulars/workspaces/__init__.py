"""Workspaces: one business's walled space and the people in it.

Owns workspaces, users, members with their roles, teams, invitations, sessions, API tokens and the audit trail.
Publishes ``MemberChanged`` (role, teams or activity), ``TeamChanged`` and ``SessionEnded``, so that open screens follow
at once.
"""
