"""The page on which somebody says which words protect a message."""
