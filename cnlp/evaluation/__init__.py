"""Scores of words, tags and entities against a gold standard."""

from cnlp.evaluation.segmentation import SegmentationScore, SegmentationScorer, evaluate_segmentation

__all__ = ["SegmentationScore", "SegmentationScorer", "evaluate_segmentation"]
