"""What the timing scripts share: they read an order from standard input, and write samples to standard output.

The order is {"rows": [[...]], "n_trees": 100, "subsample_size": 256, "seed": 42, "seconds": 3}; the answer
{"version", "fit_ms": [...], "single_us": [...], "batch_us": [...], "scores": [...]}: samples, for the caller to
take medians of, and the anomaly scores of the rows, higher = more anomalous, for the caller to compare.
"""
import json
import sys
import time

NOT_INSTALLED = 3


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


def answer(version, order, rows, fit, score):
    """fit() trains, score(rows) gives anomaly scores; both on one thread."""
    part = order["seconds"] / 3
    timings = dict(
        version=version,
        fit_ms=samples(fit, part, 1e3),
        single_us=samples(lambda: score(rows[:1]), part, 1e6),
        batch_us=samples(lambda: score(rows), part, 1e6 / len(rows)),
        scores=[float(each) for each in score(rows)],
    )
    json.dump(timings, sys.stdout)


def missing(error):
    print(error, file=sys.stderr)
    sys.exit(NOT_INSTALLED)
