"""The screens of cases: list, board, page, the panel beside a conversation, and their settings."""
