"""Recipes: one command rebuilds each shipped word list or model from the corpora. Not part of the package."""
