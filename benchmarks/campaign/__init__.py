"""What takes hours: soaks, kill rounds, millions of rows. `make campaign`; results are kept by commit."""
