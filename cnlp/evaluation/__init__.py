"""Scores: how well words, and later tags and entities, agree with a gold standard."""

from cnlp.evaluation.segmentation import SegmentationScore, SegmentationScorer, evaluate

__all__ = ["SegmentationScore", "SegmentationScorer", "evaluate"]
