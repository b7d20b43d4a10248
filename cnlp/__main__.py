"""``python -m cnlp`` is the command ``cnlp``."""

from cnlp.commands import main

main()
