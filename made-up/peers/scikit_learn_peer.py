"""Times scikit-learn's IsolationForest; see samples.py for what goes in and comes out."""
import json
import sys

from samples import answer, missing

try:
    import numpy as np
    import sklearn
    from sklearn.ensemble import IsolationForest
except ImportError as error:
    missing(error)

order = json.load(sys.stdin)
rows = np.array(order["rows"], dtype=float)
forest = IsolationForest(
    n_estimators=order["n_trees"],
    max_samples=min(order["subsample_size"], len(rows)),
    contamination=0.1,
    random_state=order["seed"],
    n_jobs=1,
)
answer(sklearn.__version__, order, rows, lambda: forest.fit(rows), lambda x: -forest.score_samples(x))
