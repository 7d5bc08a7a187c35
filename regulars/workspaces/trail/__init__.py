"""The audit trail: who looked at or changed which customer data, and who did what in the administration.

One entry for each request, with the ids of all that it touched (``collecting``). Changes are written in their own
transaction; looks right after the answer, in batches (``writing``). Entries are sealed in batches by a chain of hashes
(``sealing``), which anybody can follow again (``verifying``). docs/decisions/audit-trail.md
"""
