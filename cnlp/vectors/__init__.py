"""Vectors of words: learning them, their files, and what can be asked of them; numpy is needed."""
