"""The command ``cnlp`` without installing it: ``python cli.py segment FILE``."""

from cnlp.commands import main

main()
