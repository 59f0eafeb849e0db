"""Metrics: several batches and the result after each of them."""

import numpy as np
from common import Cases, arr, f32, keras, numbers, uniform

M = keras.metrics


def metric(c, name, cls, config, batches, **extra):
    def compute():
        m = getattr(M, cls)(**config)
        out = []
        for t, p, w in batches:
            m.update_state(t, p, sample_weight=w)
            b = {"y_true": arr(t), "y_pred": arr(p)}
            if w is not None:
                b["sample_weight"] = arr(w)
            r = np.asarray(m.result())
            b["result"] = arr(r)
            out.append(b)
        return {"batches": out}

    c.add(name, config, compute, **extra)


def values(c, name, cls, batches):
    def compute():
        m = getattr(M, cls)()
        out = []
        for v, w in batches:
            m.update_state(v, sample_weight=w)
            b = {"values": arr(v)}
            if w is not None:
                b["sample_weight"] = arr(w)
            out.append({**b, "result": arr(np.asarray(m.result()))})
        return {"batches": out}

    c.add(name, {}, compute)


SIZES = [6, 5, 1]


def batches(make, weighted=False, weight=lambda i, n: uniform(900 + i, (n,), 0, 2)):
    return [(*make(i, n), weight(i, n) if weighted else None) for i, n in enumerate(SIZES)]


def soft(seed, shape):
    z = numbers(seed, shape, 1.5)
    e = np.exp(z)
    return f32(e / e.sum(-1, keepdims=True))


def accuracies(c):
    for weighted in [False, True]:
        equal = batches(lambda i, n: (np.floor(uniform(i, (n,), 0, 3)), np.floor(uniform(10 + i, (n,), 0, 3))), weighted)
        metric(c, "accuracy", "Accuracy", {}, equal)
        equal = batches(lambda i, n: (np.floor(uniform(i, (n, 2), 0, 2)), np.floor(uniform(10 + i, (n, 2), 0, 2))), weighted)
        metric(c, "accuracy", "Accuracy", {}, equal)
        binary = batches(lambda i, n: (np.round(uniform(20 + i, (n, 1), 0, 1)), uniform(30 + i, (n, 1), 0, 1)), weighted)
        metric(c, "binary_accuracy", "BinaryAccuracy", {}, binary)
        metric(c, "binary_accuracy", "BinaryAccuracy", {"threshold": 0.75}, binary)
        many = batches(lambda i, n: (np.round(uniform(40 + i, (n, 3), 0, 1)), uniform(50 + i, (n, 3), 0, 1)), weighted)
        metric(c, "binary_accuracy", "BinaryAccuracy", {}, many)
        labels = batches(lambda i, n: (np.floor(uniform(60 + i, (n,), 0, 4)).astype(int), soft(70 + i, (n, 4))), weighted)
        hot = [(np.eye(4)[t], p, w) for t, p, w in labels]
        column = [(t[:, None], p, w) for t, p, w in labels]
        metric(c, "categorical_accuracy", "CategoricalAccuracy", {}, hot)
        metric(c, "sparse_categorical_accuracy", "SparseCategoricalAccuracy", {}, labels)
        metric(c, "sparse_categorical_accuracy", "SparseCategoricalAccuracy", {}, column)
        for k in [1, 2, 3]:
            metric(c, "top_k_categorical_accuracy", "TopKCategoricalAccuracy", {"k": k}, hot)
            metric(c, "sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy", {"k": k}, labels)
    wide = batches(lambda i, n: (np.floor(uniform(80 + i, (n,), 0, 8)).astype(int), soft(90 + i, (n, 8))))
    metric(c, "sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy", {}, wide)
    sequence = batches(lambda i, n: (np.floor(uniform(100 + i, (n, 2), 0, 3)).astype(int), soft(110 + i, (n, 2, 3))))
    metric(c, "sparse_categorical_accuracy", "SparseCategoricalAccuracy", {}, sequence)
    sequence = batches(lambda i, n: (np.floor(uniform(100 + i, (n, 2), 0, 3)).astype(int), soft(110 + i, (n, 2, 3))), True,
                       lambda i, n: uniform(920 + i, (n, 2), 0, 2))
    metric(c, "sparse_categorical_accuracy", "SparseCategoricalAccuracy", {}, sequence)

    # Ties: y_pred on the threshold, equal scores.
    half = np.array([[0.5], [0.5], [0.25]])
    metric(c, "binary_accuracy", "BinaryAccuracy", {}, [(np.array([[1.0], [0.0], [0.0]]), half, None)], kink=True)
    tie = np.array([[0.25, 0.25, 0.5], [0.5, 0.5, 0.0], [0.0, 0.0, 0.0], [0.25, 0.5, 0.25]])
    t = np.array([2, 1, 2, 2])
    metric(c, "sparse_categorical_accuracy", "SparseCategoricalAccuracy", {}, [(t, tie, None)], kink=True)
    for k in [1, 2]:
        metric(c, "sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy", {"k": k}, [(t, tie, None)], kink=True)


def regression(c):
    for weighted in [False, True]:
        for shape in [(1,), (3,)]:
            b = batches(lambda i, n: (numbers(200 + i, (n, *shape)) + 2, numbers(210 + i, (n, *shape)) + 2), weighted)
            for name, cls in [
                ("mean_absolute_error", "MeanAbsoluteError"),
                ("mean_squared_error", "MeanSquaredError"),
                ("root_mean_squared_error", "RootMeanSquaredError"),
                ("mean_absolute_percentage_error", "MeanAbsolutePercentageError"),
            ]:
                metric(c, name, cls, {}, b)
            if shape == (3,):
                metric(c, "cosine_similarity", "CosineSimilarity", {}, b)
                metric(c, "mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", {},
                       [(np.abs(t), np.abs(p), w) for t, p, w in b])
                for a in ["uniform_average", "variance_weighted_average", None]:
                    metric(c, "r2_score", "R2Score", {"class_aggregation": a}, b[:2])
        one = batches(lambda i, n: (numbers(220 + i, (n, 1)), numbers(230 + i, (n, 1), 0.5)), weighted)
        metric(c, "r2_score", "R2Score", {}, one[:2])
    flat = np.array([[2.0], [2.0], [2.0]])
    metric(c, "r2_score", "R2Score", {}, [(flat, flat + np.array([[0.5], [0.0], [1.0]]), None)], kink=True,
           note="y_true without variance")
    metric(c, "r2_score", "R2Score", {}, [(flat, flat, None)], kink=True, note="y_true without variance, no error")
    for w in [False, True]:
        v = [(numbers(240 + i, (n,)), uniform(250 + i, (n,), 0, 2) if w else None) for i, n in enumerate(SIZES)]
        values(c, "mean", "Mean", v)
        values(c, "sum", "Sum", v)
    v2 = [(numbers(260 + i, (n, 2)), uniform(270 + i, (n,), 0, 2)) for i, n in enumerate(SIZES)]
    values(c, "mean", "Mean", v2)
    values(c, "sum", "Sum", v2)
    values(c, "mean", "Mean", [(np.array(3.5), None), (np.array(1.25), None), (np.array(0.5), np.array(6.0))])


def confusion(c):
    for weighted in [False, True]:
        b = batches(lambda i, n: (np.round(uniform(300 + i, (2 * n,), 0, 1)), uniform(310 + i, (2 * n,), 0, 1)), weighted,
                    lambda i, n: uniform(320 + i, (2 * n,), 0, 2))  # fmt: skip
        # Scores that know something of the labels.
        b = [(t, np.round((0.5 * p + 0.375 * t + 0.0625) * 256) / 256, w) for t, p, w in b]
        for curve in ["ROC", "PR"]:
            metric(c, "auc", "AUC", {} if curve == "ROC" else {"curve": curve}, b)
            for method in ["interpolation", "minoring", "majoring"]:
                for n in [5, 20]:
                    metric(c, "auc", "AUC", {"curve": curve, "num_thresholds": n, "summation_method": method}, b)
        metric(c, "auc", "AUC", {"thresholds": [0.25, 0.375, 0.75]}, b)
        metric(c, "auc", "AUC", {"from_logits": True}, [(t, 4 * p - 2, w) for t, p, w in b])
        for name, cls in [("precision", "Precision"), ("recall", "Recall")]:
            metric(c, name, cls, {}, b)
            metric(c, name, cls, {"thresholds": 0.625}, b)
            metric(c, name, cls, {"thresholds": [0.25, 0.5, 0.75]}, b)
        many = batches(lambda i, n: (np.round(uniform(330 + i, (n, 3), 0, 1)), uniform(340 + i, (n, 3), 0, 1)), weighted)
        for name, cls in [("precision", "Precision"), ("recall", "Recall")]:
            metric(c, name, cls, {}, many)
            metric(c, name, cls, {"class_id": 1}, many)
            metric(c, name, cls, {"top_k": 2}, many)
            metric(c, name, cls, {"top_k": 1, "class_id": 0}, many)
        hot = batches(lambda i, n: (np.eye(3)[np.floor(uniform(350 + i, (n,), 0, 3)).astype(int)], soft(360 + i, (n, 3))), weighted)
        for average in [None, "micro", "macro", "weighted"]:
            metric(c, "f1_score", "F1Score", {"average": average}, hot)
            metric(c, "f1_score", "F1Score", {"average": average, "threshold": 0.5}, many)
    edge = np.array([0.0, 0.5, 1.0, 0.5, 0.0, 1.0])
    t = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    for name, cls in [("precision", "Precision"), ("recall", "Recall")]:
        metric(c, name, cls, {}, [(t, edge, None)], kink=True, note="0.5 is not above the threshold")
        metric(c, name, cls, {}, [(np.zeros(2), np.array([0.25, 0.125]), None)], note="nothing positive")
    metric(c, "auc", "AUC", {}, [(t, edge, None)], kink=True)
    metric(c, "auc", "AUC", {"num_thresholds": 3}, [(t, edge, None)], kink=True)
    metric(c, "auc", "AUC", {}, [(np.ones(3), np.array([0.25, 0.5, 0.75]), None)], note="one class only")
    metric(c, "f1_score", "F1Score", {}, [(np.eye(3), np.zeros((3, 3)), None)], kink=True, note="all scores zero")


def generate():
    c = Cases("metrics")
    accuracies(c)
    regression(c)
    confusion(c)
    return c
