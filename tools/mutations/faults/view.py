"""Faults of maps and pictures: what they keep, where words stand, what chance would give."""

from __future__ import annotations

from tools.mutations.fault import fault

FAULTS = (
    fault(
        "a-map-of-other-vectors-is-taken",
        "view/maps.py",
        "n <= len(vectors) and map_digest(vectors, n) == found.digest",
        "n <= len(vectors)",
        "view/test_maps.py",
    ),
    fault(
        "words-count-among-their-own-neighbours-on-a-map",
        "view/maps.py",
        'points[rows], k, itself, metric="euclidean"',
        'points[rows], k, metric="euclidean"',
        "view/test_maps.py",
    ),
    fault(
        "groups-beyond-the-names-are-believed",
        "view/maps.py",
        "clusters.max() >= len(names)",
        "clusters.max() > len(names)",
        "view/test_maps.py::test_a_group_just_beyond_the_names",
    ),
    fault(
        "pca-of-what-is-not-centred",
        "view/layouts.py",
        "moment.add(directions(matrix[block]) - mean)",
        "moment.add(directions(matrix[block]))",
        "view/test_maps.py",
    ),
    fault(
        "a-layout-goes-on-that-was-asked-to-stop",
        "view/layouts.py",
        "if reporter is None or not reporter.stopped:",
        "if True:",
        "view/test_maps.py::test_who_asks_to_stop_gets_what_there_is",
    ),
    fault(
        "groups-of-lengths-not-directions",
        "view/clusters.py",
        "found[block] = (directions(matrix[block]) @ centres.T).argmax(axis=1)",
        "found[block] = -(np.square(matrix[block][:, None] - centres).sum(axis=2)).argmax(axis=1)",
        "view/test_maps.py",
    ),
    fault(
        "labels-cover-one-another",
        "view/plots/labels.py",
        "taken = np.vstack([taken, room[number]])",
        "taken = taken",
        "view/test_plots.py",
    ),
    fault(
        "chance-is-not-by-lot",
        "view/plots/analogies.py",
        "second[rng.permutation(n)] - first",
        "second - first",
        "view/test_plots.py",
    ),
    fault(
        "the-time-of-day-is-in-a-picture",
        "view/plots/figure.py",
        '{"svg": {"Date": None}, "pdf": {"CreationDate": None}}',
        "{}",
        "view/test_plots.py",
    ),
)
