"""The functions behind the routes, by subject: door, one call into a room, answer."""
