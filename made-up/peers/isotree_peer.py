"""Times isotree's IsolationForest, set to the plain algorithm; see samples.py for what goes in and comes out."""
import json
import sys

from samples import answer, missing

try:
    import isotree
    import numpy as np
except ImportError as error:
    missing(error)

order = json.load(sys.stdin)
rows = np.array(order["rows"], dtype=float)
forest = isotree.IsolationForest(
    ndim=1,
    ntrees=order["n_trees"],
    sample_size=min(order["subsample_size"], len(rows)),
    max_depth="auto",
    missing_action="fail",
    standardize_data=False,
    random_seed=order["seed"],
    nthreads=1,
)
answer(getattr(isotree, "__version__", "unknown"), order, rows, lambda: forest.fit(rows), forest.predict)
