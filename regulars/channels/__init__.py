"""Channels: one folder per kind of medium. Siblings never import each other."""
