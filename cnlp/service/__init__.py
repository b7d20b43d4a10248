"""The web service: ``cnlp serve``. Needs ``cnlp[serve]``."""
