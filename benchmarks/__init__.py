"""Benchmarks: one module for each question; each run writes JSON that says on what and with what it was made.

    python -m benchmarks [PART …]          all that README shows, or parts of it; then the tables
    python -m benchmarks.measure.NAME      one question, with its own options; ``benchmarks/README.md`` is the index
    python -m benchmarks.peers.comparison  every toolkit that can be installed, each in a separate environment
    python -m benchmarks.report            writes the results into README.md and docs

The corpora come from the folder that ``CNLP_DATA`` names, see :mod:`cnlp.corpus.registry`.
"""
