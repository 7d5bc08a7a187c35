"""The roof: settings, routes, processes, and the one page that says who reacts to what."""
