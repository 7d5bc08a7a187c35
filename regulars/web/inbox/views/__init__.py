"""The inbox's views: each is door, form, one call, fragment."""
