"""The `regulars` command: one file per subcommand; whatever needs Django is loaded inside the one that needs
it.
"""
