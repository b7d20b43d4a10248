"""Neural models of named entities; they need torch (``pip install 'cnlp[neural]'``)."""
