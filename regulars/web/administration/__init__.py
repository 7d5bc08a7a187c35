"""Pages for those who run the workspace: numbers, templates, members, teams, tokens, the ledger."""
