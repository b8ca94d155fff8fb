"""Logs of who was shown what, page by page, from the chances of each outcome for each user in each retrain."""

from __future__ import annotations

import numpy as np

WEEK = np.timedelta64(7, "D")
START = np.datetime64("2026-01-05", "us")


def pages(name, seed, weights, *, slate=4, mean=5.0, policy=None):
    """Exposures of one model as columns: `weights` is (retrains, users, outcomes), `mean` pages a user and retrain.

    `mean` may be one number a retrain, or (retrains, users). No outcome comes twice on a page.
    """
    rng = np.random.default_rng(seed)
    retrains, users, items = weights.shape
    counts = rng.poisson(np.broadcast_to(np.asarray(mean, float).reshape(retrains if np.ndim(mean) else 1, -1),
                                         (retrains, users)))  # fmt: skip
    retrain, user = (np.repeat(each, counts.ravel()) for each in np.indices(counts.shape).reshape(2, -1))
    with np.errstate(divide="ignore"):
        race = np.log(weights[retrain, user]) + rng.gumbel(size=(len(user), items))
    item = np.argsort(-race, axis=1)[:, :slate].ravel()
    page = np.repeat(np.arange(len(user)), slate)
    moment = START + retrain * WEEK + rng.integers(0, 600_000, len(user)).astype("timedelta64[s]")
    log = {
        "model_id": np.full(len(item), name),
        "model_version": np.char.add("v", retrain[page].astype(str)),
        "request_id": np.char.add(f"{name}-", page.astype(str)),
        "user_id": np.char.add("u", user[page].astype(str)),
        "timestamp": moment[page],
        "item_id": item,
    }
    return log if policy is None else {**log, "policy": np.full(len(item), policy)}


def together(*logs):
    """Several logs of the same columns as one."""
    return {column: np.concatenate([log[column] for log in logs]) for column in logs[0]}


def categories(items, of):
    """A catalogue of `items` outcomes in `of` categories of the same size."""
    return {"item_id": np.arange(items), "category": np.char.add("c", (np.arange(items) % of).astype(str))}
