"""Read questions of conversations: lists and counts, threads."""
