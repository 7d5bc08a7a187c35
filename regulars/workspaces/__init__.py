"""Workspaces: one business's walled space and the people in it.

Owns workspaces, users, members with their roles, teams, invitations, API tokens and the audit trail.
Publishes ``MemberChanged`` (role, teams or activity) so that open screens follow at once.
"""
