"""Few weights fitted to known answers: numpy, deterministic."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_ROUNDS, _RATE, _STEPS = 400, 0.7, 50


def fit_choice(groups: Sequence[tuple["np.ndarray", "np.ndarray"]], penalty: float) -> "np.ndarray":
    """Weights by which the right rows of each group come first (conditional logit, McFadden 1974).

    A group is (features, right): one row a candidate, `right` true for those to choose. Returns a
    weight for each raw feature; `penalty` is the L2 penalty on standardised ones.
    """
    import numpy as np

    scale = np.concatenate([x - x.mean(axis=0) for x, _ in groups]).std(axis=0) + 1e-9
    usable = [((x - x.mean(axis=0)) / scale, right / right.sum()) for x, right in groups if right.any()]
    weights = np.zeros(len(scale))
    for _ in range(_ROUNDS):
        slope = penalty * weights
        for x, target in usable:
            raised = np.exp(x @ weights - (x @ weights).max())
            slope = slope - x.T @ (target - raised / raised.sum()) / len(usable)
        weights -= _RATE * slope
    return weights / scale


def fit_yes_no(
    x: "np.ndarray", yes: "np.ndarray", penalty: float, counts: "np.ndarray | None" = None
) -> tuple["np.ndarray", float]:
    """Weights and bias of a logistic regression of `yes` on the rows of `x`, by Newton's method.

    `counts` says how much each row weighs. Returns weights for the raw features.
    """
    import numpy as np

    middle, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    design = np.column_stack([(x - middle) / scale, np.ones(len(x))])
    counts = np.ones(len(x)) if counts is None else counts
    ridge = penalty * counts.sum() * np.diag([1.0] * x.shape[1] + [0.0])
    solution = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ solution, -30, 30)))
        slope = design.T @ (counts * (chance - yes)) + ridge @ solution
        bend = (design.T * (counts * chance * (1 - chance))) @ design + ridge + 1e-9 * np.eye(len(solution))
        solution = solution - np.linalg.solve(bend, slope)
    weights = solution[:-1] / scale
    return weights, float(solution[-1] - weights @ middle)


def fit_signs(
    x: "np.ndarray", yes: "np.ndarray", free: "np.ndarray", penalty: float, counts: "np.ndarray | None" = None
) -> tuple["np.ndarray", float]:
    """As `fit_yes_no`, without the columns that would speak against `yes`; `free` is true for those that may.

    A sign whose weight turns out negative only balances the others on these rows.
    """
    import numpy as np

    kept = np.ones(len(free), dtype=bool)
    while True:
        weights, bias = fit_yes_no(x * kept, yes, penalty, counts)
        wrong = (weights < 0) & ~free
        if not wrong.any():
            return weights, bias
        kept &= ~wrong
