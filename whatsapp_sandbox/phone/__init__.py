"""The pages: overview with the fault panel, and the simulated phones."""
