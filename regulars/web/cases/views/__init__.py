"""The views of cases, one file a screen."""
