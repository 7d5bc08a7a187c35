"""Tokens and components: one component is one template, one style file and at most one small script."""
