"""What the README claims, runnable: each figure beside its floor, measured in the same run. See README.md."""
