"""Tests over real HTTP on the loopback."""
