"""Sequence labelling: linear taggers, label schemes, what estimators and packed tables share."""
