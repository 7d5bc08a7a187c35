"""The administration's views: each is door, form, one call, page."""
