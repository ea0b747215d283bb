"""``python -m micrographia`` is the command line."""

from micrographia.commands import cli

if __name__ == "__main__":
    cli(prog_name="micrographia")
