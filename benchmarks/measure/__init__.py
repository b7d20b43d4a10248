"""Measurements: one module for each question; each writes JSON to benchmarks/results."""
