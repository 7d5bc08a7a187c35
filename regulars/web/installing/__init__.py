"""Regulars as an app of the device: manifest, icons, service worker, and the page that stands in without a connection."""
