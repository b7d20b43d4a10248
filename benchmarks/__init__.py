"""Benchmarks: one module per question, each run writes JSON that says on what and with what it was made.

    python -m benchmarks.segmentation    accuracy on every public set
    python -m benchmarks.speed           throughput in one process on one core, and on very long lines
    python -m benchmarks.memory          cold start and peak memory of a whole process
    python -m benchmarks.lexicon         loading a user lexicon of 200,000 words
    python -m benchmarks.gazetteer       loading and scanning with a gazetteer of 1,000,000 names
    python -m benchmarks.keywords        quality and speed of keywords
    python -m benchmarks.report          puts the results into README.md and docs

The corpora come from the folder that ``CNLP_DATA`` names, see :mod:`cnlp.corpus.registry`.
"""
