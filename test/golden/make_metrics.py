"""Makes metrics.json: what every metric says of small sets of logits and of large confusion matrices.

    python3 test/golden/make_metrics.py        needs numpy and scikit-learn (made with 1.2.1)

Counts are exact fractions until the end; logarithms are taken of 60 digits. Everything is compared with scikit-learn here
where that defines it. It does not agree with itself, or with us, where a value is not defined (it says 0, or leaves the class
in the mean), in the order of ties of top-k, in log-loss beyond its clipping, and it has no calibration error.
Logits are sixteenths, exact in f32, with many ties.
"""

import json
import math
import random
import warnings
from decimal import Decimal, getcontext
from fractions import Fraction
from pathlib import Path

import numpy
from sklearn import metrics

warnings.simplefilter("ignore")
getcontext().prec = 60


def ratio(a, b):
    return Fraction(a, b) if b else None


def mean(values, weights=None):
    known = [(v, w) for v, w in zip(values, weights or [1] * len(values)) if v is not None]
    total = sum(w for _, w in known)
    return sum(v * w for v, w in known) / total if total else None


def of_counts(counts):
    classes = range(len(counts))
    support = [sum(row) for row in counts]
    taken = [sum(row[p] for row in counts) for p in classes]
    n, right = sum(support), sum(counts[c][c] for c in classes)
    per_class = {
        "precision": [ratio(counts[c][c], taken[c]) for c in classes],
        "recall": [ratio(counts[c][c], support[c]) for c in classes],
        "f1": [ratio(2 * counts[c][c], support[c] + taken[c]) for c in classes],
    }
    both = sum(t * p for t, p in zip(support, taken))
    truths, guesses = n * n - sum(t * t for t in support), n * n - sum(p * p for p in taken)
    if truths and guesses:
        mcc = float(Decimal(n * right - both) / Decimal(truths * guesses).sqrt())
    else:
        mcc = 0 if truths or guesses else None
    values = {
        "accuracy": Fraction(right, n),
        "errors": n - right,
        "balancedAccuracy": mean(per_class["recall"]),
        "kappa": ratio(n * right - both, n * n - both),
        "mcc": mcc,
        **{f"macro.{name}": mean(of) for name, of in per_class.items()},
        **{f"weighted.{name}": mean(of, support) for name, of in per_class.items()},
    }
    return values, per_class, support


def log_softmax(row):
    z = [Decimal(v) for v in row]
    total = sum(v.exp() for v in z).ln()
    return [v - total for v in z]


def auc(scores, positive):
    own = [s for s, p in zip(scores, positive) if p]
    rest = [s for s, p in zip(scores, positive) if not p]
    return ratio(sum(2 * (a > b) + (a == b) for a in own for b in rest), 2 * len(own) * len(rest))


def calibration_error(rows, labels, predicted):
    bins = {}
    for row, label, guess in zip(rows, labels, predicted):
        p = row[guess].exp()
        # 1/3 is the edge of a bin: rounded as every double is before it is looked for.
        place = next(i for i in range(15) if i == 14 or float(p) <= (i + 1) / 15)
        bins.setdefault(place, []).append((p, guess == label))
    return sum(abs(sum(p for p, _ in b) - sum(right for _, right in b)) for b in bins.values()) / len(labels)


def case(name, logits, labels, classes):
    predicted = [row.index(max(row)) for row in logits]
    counts = [[sum(1 for y, p in zip(labels, predicted) if (y, p) == (i, j)) for j in range(classes)] for i in range(classes)]
    values, per_class, support = of_counts(counts)
    rows = [log_softmax(row) for row in logits]
    n = len(labels)
    values["logLoss"] = -sum(row[y] for row, y in zip(rows, labels)) / n
    values["ece"] = calibration_error(rows, labels, predicted)
    for k in (1, 5):
        hits = sum(1 for row, y in zip(logits, labels) if sum((z, -j) > (row[y], -y) for j, z in enumerate(row)) < k)
        values[f"topK.{k}"] = Fraction(hits, n) if k < classes else None
    # Equal but for the last digits of 60: rows that are equal up to a shift.
    column = lambda c: [round(row[c], 50) for row in rows]
    per_class["auc"] = [auc(column(c), [y == c for y in labels]) for c in range(classes)]
    values["auc.macro"] = mean(per_class["auc"])
    compare(name, values, per_class, labels, predicted, rows)
    return {"name": name, "classes": classes, "labels": labels, "logits": logits, **document(values, per_class, support)}


def compare(name, values, per_class, labels, predicted, rows):
    classes = list(range(len(rows[0])))
    p = numpy.array([[float(v.exp()) for v in row] for row in rows])
    says = {
        "accuracy": metrics.accuracy_score(labels, predicted),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, predicted),
        "kappa": metrics.cohen_kappa_score(labels, predicted, labels=classes),
        "mcc": metrics.matthews_corrcoef(labels, predicted),
        "logLoss": metrics.log_loss(labels, p, labels=classes) if p.min() > 1e-12 else None,
    }
    scores = metrics.precision_recall_fscore_support(labels, predicted, labels=classes)[:3]
    pairs = [(key, values[key], value) for key, value in says.items()]
    for key, of in zip(("precision", "recall", "f1"), scores):
        pairs += [(key, ours, theirs) for ours, theirs in zip(per_class[key], of)]
    for c in classes:
        if p.min() > 1e-12 and per_class["auc"][c] is not None:
            pairs.append(("auc", per_class["auc"][c], metrics.roc_auc_score([y == c for y in labels], p[:, c].round(13))))
    for key, ours, theirs in pairs:
        assert ours is None or theirs is None or abs(float(ours) - theirs) < 1e-12, (name, key, ours, theirs)


def document(values, per_class, support):
    number = lambda v: v if v is None or isinstance(v, int) else float(v)
    return {
        "values": {key: number(v) for key, v in values.items()},
        "perClass": {key: [number(v) for v in of] for key, of in per_class.items()},
        "support": support,
    }


def drawn(seed, samples, classes, present, spread):
    draw = random.Random(seed)
    labels = [draw.choice(present) for _ in range(samples)]
    rows = [[draw.randint(0, spread) + (spread // 2 if j == y else 0) for j in range(classes)] for y in labels]
    return [[v / 16 for v in row] for row in rows], labels, classes


def of_matrix(name, counts):
    return {"name": name, "confusion": counts, **document(*of_counts(counts))}


cases = [
    case("all logits equal", [[2.5] * 3] * 6, [0, 1, 2, 0, 1, 0], 3),
    case("rows equal up to a shift", [[3, 1, 0], [4, 2, 1], [1, 3, 0], [0, 2, 2], [2, 2, 0]], [0, 1, 1, 2, 1], 3),
    case("a class without samples", [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [2, 1, 0, 0]], [0, 1, 2, 0], 4),
    case("a class without samples is predicted", [[2, 0, 0, 3], [0, 2, 0, 0], [0, 0, 2, 0], [2, 1, 0, 0]], [0, 1, 2, 0], 4),
    case("one guess for all", [[3, 1, 0], [2, 1, 0], [3, 0, 2]] * 2, [0, 1, 2, 0, 0, 1], 3),
    case("one class, all right", [[3, 1, 0], [2, 1, 0]], [0, 0], 3),
    case("one class, all wrong in one way", [[3, 1, 0], [2, 1, 0]], [1, 1], 3),
    case("so sure that p rounds to 1", [[60, 0, 0], [50, 0, 0], [55, 0, 1], [0, 60, 0], [48, 0, 2], [0, 0, 50]], [0, 0, 1, 1, 2, 2], 3),
    case("so wrong that p is 1e-111", [[0, 255], [255, 0], [0, 255]], [0, 0, 1], 2),
    case("six classes, many ties", *drawn(1, 60, 6, range(6), 12)),
    case("seven classes, one without samples", *drawn(2, 80, 7, [0, 1, 2, 3, 5, 6], 24)),
    case("two classes, few of one", *drawn(3, 50, 2, [0] * 9 + [1], 16)),
]
matrices = [
    of_matrix("two formulas of macro F1", [[1, 1, 0], [0, 2, 0], [0, 0, 2]]),
    of_matrix("products beyond 2^31", [[50000, 5000], [5000, 50000]]),
    of_matrix("products beyond 2^53", [[400000000, 3, 1], [2, 300000000, 5], [7, 11, 1]]),
]
lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
more = ",\n".join(json.dumps(m, separators=(",", ":")) for m in matrices)
Path(__file__).with_name("metrics.json").write_text(f'{{"madeBy":"make_metrics.py","cases":[\n{lines}\n],"matrices":[\n{more}\n]}}\n')
