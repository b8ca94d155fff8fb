"""Streams of random numbers that depend on the seed and a model's name alone."""

from __future__ import annotations

from hashlib import sha256

import numpy as np


def stream(seed: int, name: str, purpose: str) -> np.random.Generator:
    """A generator of its own for one model and purpose: adding a model changes no other's numbers."""
    digest = sha256(f"{name}\x1f{purpose}".encode()).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words)))
