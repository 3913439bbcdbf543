"""Faults of estimators for scikit-learn, and of tables and arrays of other libraries."""

from __future__ import annotations

from tools.mutations.fault import fault

_VECTORIZER = "estimators/test_vectorizer.py"
_ITEMS = "estimators/test_items.py"
_PARAMETERS = "estimators/test_parameters.py"
_FRAMES = "formats/test_frames.py"
_WEIGHTS = "documents/test_weights.py"

FAULTS = (
    fault(
        "words-of-a-document-counted-as-often-as-they-occur",
        "documents/weights.py",
        "document, rows = np.unique(np.stack([document[~again], rows[~again]]), axis=1)",
        "document, rows = document[~again], rows[~again]",
        _WEIGHTS,
    ),
    fault(
        "pieces-of-a-document-counted-apart",
        "documents/weights.py",
        "again = (document == 0) & np.isin(rows, counted)",
        "again = np.zeros(len(rows), bool)",
        _WEIGHTS,
    ),
    fault(
        "words-of-the-document-before-left-out",
        "documents/weights.py",
        "counted = counted if words.continues else counted[:0]",
        "counted = counted",
        _WEIGHTS,
    ),
    fault(
        "composed-words-count-one-with-weights-of-ones-own",
        "documents/weights.py",
        "numbers, float(numbers.max(initial=0.0))",
        "numbers, 1.0",
        _WEIGHTS,
    ),
    fault(
        "weights-of-the-caller-not-copied",
        "documents/weights.py",
        "read_only(np.array(given, np.float64))",
        "read_only(np.asarray(given, np.float64))",
        _WEIGHTS,
    ),
    fault(
        "defaults-count-as-chosen",
        "sklearn/settings.py",
        "setattr(estimator, name, settings.get(name))",
        "setattr(estimator, name, settings.get(name, known[name].default))",
        _PARAMETERS,
    ),
    fault(
        "results-depend-on-the-number-of-threads",
        "sklearn/settings.py",
        'given.setdefault("deterministic", True)',
        "pass",
        _PARAMETERS,
    ),
    fault(
        "every-fit-with-the-same-seed",
        "sklearn/settings.py",
        'if state is None or hasattr(state, "randint"):',
        'if hasattr(state, "randint"):',
        _PARAMETERS,
    ),
    fault(
        "all-cores-unless-asked",
        "sklearn/settings.py",
        'given["threads"] = effective_n_jobs(estimator.n_jobs)',
        'given["threads"] = estimator.n_jobs',
        _PARAMETERS,
    ),
    fault(
        "a-generator-is-used-up-by-training",
        "sklearn/vectorizer.py",
        "return list(X) if isinstance(X, Iterator) else X",
        "return X",
        _VECTORIZER,
    ),
    fault(
        "text-of-a-saved-model-read-in-another-way",
        "sklearn/vectorizer.py",
        "return load(place) if native.is_model(place) else read_vectors(place)",
        "return read_vectors(place)",
        _VECTORIZER,
    ),
    fault(
        "what-texts-share-is-not-looked-for",
        "sklearn/vectorizer.py",
        "if encoder.remove:",
        "if self.remove:",
        _VECTORIZER,
    ),
    fault(
        "items-by-the-order-of-their-dictionary",
        "sklearn/items.py",
        "self._rows(distinct)[items.indices.to_numpy()]",
        "self._rows(distinct)[: len(items)]",
        _ITEMS,
    ),
    fault(
        "order-of-events-forgotten",
        "sklearn/items.py",
        'order_by=None if self.order is None else "order",',
        "order_by=None,",
        _ITEMS,
    ),
    fault(
        "whole-numbers-are-other-items-as-floats",
        "sklearn/columns.py",
        "return pc.if_else(whole, pc.cast(integers, pa.string()), pc.cast(column, pa.string()))",
        "return pc.cast(column, pa.string())",
        _ITEMS,
    ),
    fault(
        "missing-vectors-of-a-table-believed",
        "formats/frames.py",
        "if table.column(column).null_count:",
        "if False:",
        _FRAMES,
    ),
    fault(
        "numbers-of-a-table-copied",
        "formats/frames.py",
        "found = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)",
        "found = np.concatenate(pieces)",
        _FRAMES,
    ),
    fault(
        "ids-of-a-table-are-strings",
        "formats/frames.py",
        "return WordList(words.combine_chunks(), integers)",
        "return WordList(words.combine_chunks())",
        _FRAMES,
    ),
    fault(
        "a-layer-that-learns-shares-memory",
        "formats/torch.py",
        "torch.from_dlpack(vectors.matrix.copy())",
        "_shared(torch, vectors.matrix)",
        "formats/test_torch.py",
    ),
    fault(
        "arrays-of-others-become-single-precision",
        "vectors/matrix.py",
        'dtype = None if hasattr(values, "dtype") else np.float32',
        "dtype = np.float32",
        "formats/test_torch.py",
    ),
)
