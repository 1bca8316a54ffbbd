"""Times scikit-learn's IsolationForest on the rows it is given.

Reads {"rows": [[...]], "n_trees": 100, "subsample_size": 256, "seed": 42, "seconds": 3} from standard input, and
writes {"version", "fit_ms": [...], "single_us": [...], "batch_us": [...], "scores": [...]} to standard output:
samples, for the caller to take medians of, and the anomaly scores of the rows, for the caller to compare.
Without scikit-learn it exits with status 3.
"""
import json
import sys
import time

try:
    import numpy as np
    import sklearn
    from sklearn.ensemble import IsolationForest
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)


def samples(work, seconds, scale):
    """Times work() until the seconds are over, at least 3 times; each time multiplied by scale."""
    work()
    taken = []
    end = time.perf_counter() + seconds
    while len(taken) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * scale)
    return taken


def main():
    order = json.load(sys.stdin)
    rows = np.array(order["rows"], dtype=float)
    forest = IsolationForest(
        n_estimators=order["n_trees"],
        max_samples=min(order["subsample_size"], len(rows)),
        contamination=0.1,
        random_state=order["seed"],
        n_jobs=1,
    )
    part = order["seconds"] / 3
    fit_ms = samples(lambda: forest.fit(rows), part, 1e3)
    answer = dict(
        version=sklearn.__version__,
        fit_ms=fit_ms,
        single_us=samples(lambda: forest.score_samples(rows[:1]), part, 1e6),
        batch_us=samples(lambda: forest.score_samples(rows), part, 1e6 / len(rows)),
        scores=(-forest.score_samples(rows)).tolist(),
    )
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
