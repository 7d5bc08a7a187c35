"""Tests that belong to no single room: the fixed cast, stories, architecture."""
