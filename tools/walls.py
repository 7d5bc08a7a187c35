"""import-linter as a module, so that it runs with the same Python as everything else."""

import sys

from importlinter.cli import lint_imports_command

if __name__ == "__main__":
    sys.argv.append("--no-logo")
    lint_imports_command()
