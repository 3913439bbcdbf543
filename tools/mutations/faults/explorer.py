"""Faults of the explorer: what goes onto its page, who may read it, what it says of itself."""

from __future__ import annotations

from tools.mutations.fault import fault

_TESTS = "view/test_explorer.py"

FAULTS = (
    fault(
        "numbers-beyond-a-byte",
        "view/explorer/contents.py",
        "_LARGEST = 127",
        "_LARGEST = 128",
        _TESTS,
    ),
    fault(
        "recall-of-bytes-is-that-of-the-numbers",
        "view/explorer/contents.py",
        "nearest(whole, scales(whole), whole[rows], k, itself)",
        "nearest(matrix, scales(matrix), matrix[rows], k, itself)",
        _TESTS,
    ),
    fault(
        "rows-of-the-second-model-are-those-of-the-first",
        "view/explorer/comparing.py",
        "return ours.astype(np.int32), found[ours].astype(np.int32)",
        "return ours.astype(np.int32), ours.astype(np.int32)",
        _TESTS,
    ),
    fault(
        "words-are-among-the-neighbours-they-keep",
        "view/explorer/comparing.py",
        "nearest(matrix, scale, matrix[rows], k, rows[:, np.newaxis])[0]",
        "nearest(matrix, scale, matrix[rows], k)[0]",
        _TESTS,
    ),
    fault(
        "the-second-map-looks-anywhere",
        "view/explorer/comparing.py",
        "((second.map.points - middle) @ (u @ v))",
        "(second.map.points - middle)",
        _TESTS,
    ),
    fault(
        "blocks-begin-anywhere",
        "view/explorer/packing.py",
        "padding = -len(content) % 8",
        "padding = 0",
        _TESTS,
    ),
    fault(
        "pages-may-be-read-without-the-token",
        "view/explorer/server.py",
        "(name if right and slash else None)",
        "(name if slash else None)",
        _TESTS,
    ),
    fault(
        "pages-are-served-by-any-name",
        "view/explorer/server.py",
        'self.headers.get("Host", "").lower() not in self.server.hosts',
        'not self.headers.get("Host", "x")',
        _TESTS,
    ),
    fault(
        "a-frame-may-reach-the-notebook",
        "view/explorer/page.py",
        'sandbox="allow-scripts ',
        'sandbox="allow-scripts allow-same-origin ',
        _TESTS,
    ),
    fault(
        "a-page-tells-where-the-model-was",
        "cli/explore.py",
        "name=name or place.resolve().name",
        "name=name or str(place.resolve())",
        _TESTS,
    ),
)
