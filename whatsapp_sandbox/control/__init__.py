"""The control API: how tests and people steer the simulated world. See the package's README."""
