"""Regulars as an app of the device: manifest, icons, service worker, and the page for when there is no connection."""
