"""A running product for tests: real processes, real HTTP, and a look into its database."""
