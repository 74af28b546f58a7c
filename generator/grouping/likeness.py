"""Estimate from fingerprints how much text two articles have in common."""

from __future__ import annotations


def likeness(one: bytes, other: bytes) -> float:
    """Return the share of shingles that two texts have in common (Jaccard), ±0.025.

    It is 0 if a fingerprint is missing. Each byte is the lowest of a slot's minimum, so that 1 of 256 is
    equal by chance (Li and König 2010).
    """
    if not one or len(one) != len(other):
        return 0.0
    differing = int.from_bytes(one) ^ int.from_bytes(other)
    equal = differing.to_bytes(len(one)).count(0) / len(one)
    return max(0.0, (equal * 256 - 1) / 255)


def contained(share: float, letters: int, others: int) -> float:
    """Return the share of the shorter text that is in the other, given the share in common."""
    return min(1.0, share * (letters + others) / ((1 + share) * max(1, min(letters, others))))
