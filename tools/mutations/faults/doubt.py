"""Faults of what runs agree on, of comparisons, tests of shifts, and evidence."""

from __future__ import annotations

from tools.mutations.fault import fault

FAULTS = (
    fault(
        "ranges-of-drawn-sentences-from-a-whole-sentence-on",
        "corpus/drawn.py",
        "low = np.maximum(self._ends[first:last], start)",
        "low = self._ends[first:last]",
        "corpus/test_drawn.py",
    ),
    fault(
        "bootstrap-without-replacement",
        "corpus/drawn.py",
        "np.random.default_rng(seed).integers(0, blocks, blocks)",
        "np.random.default_rng(seed).permutation(blocks)",
        "corpus/test_drawn.py",
    ),
    fault(
        "all-runs-of-one-seed",
        "api/repeating.py",
        '"seed": seed + number - 1}',
        '"seed": seed}',
        "training/test_repeating.py",
    ),
    fault(
        "runs-made-again-on-resume",
        "api/repeating.py",
        "if number not in done]",
        "if number]",
        "training/test_repeating.py",
    ),
    fault(
        "missing-neighbours-shared-by-runs",
        "evaluation/overlap.py",
        " & (flat[:, lag:] >= 0)",
        "",
        "evaluation/test_overlap.py",
    ),
    fault(
        "chance-from-the-word-itself",
        "evaluation/overlap.py",
        "partners[order] = order[partner]",
        "partners[order] = order[place]",
        "evaluation/test_overlap.py",
    ),
    fault(
        "rotation-the-other-way-round",
        "evaluation/alignment.py",
        "return Alignment(u @ v, *means)",
        "return Alignment((u @ v).T, *means)",
        "evaluation/test_alignment.py",
    ),
    fault(
        "permutations-measured-by-all-of-them",
        "evaluation/shift.py",
        "_scaled(logs, total - logs, squares - logs**2, count - 1)",
        "_scaled(logs, total, squares, count) / 2",
        "evaluation/test_shift.py",
    ),
    fault(
        "texts-as-a-whole-not-tested",
        "evaluation/shift.py",
        "np.maximum(benjamini_hochberg(self.p), self.whole)",
        "benjamini_hochberg(self.p)",
        "evaluation/test_shift.py",
    ),
    fault(
        "discoveries-not-adjusted-for-their-number",
        "evaluation/shift.py",
        "adjusted = p[order] * n / np.arange(1, n + 1)",
        "adjusted = p[order]",
        "evaluation/test_shift.py",
    ),
    fault(
        "chance-of-movement-between-the-texts",
        "evaluation/comparing.py",
        "middle, _ = usual(np.mean(within, axis=0), self.frequency)",
        "middle, _ = usual(self.movement, self.frequency) * np.array(2)",
        "evaluation/test_comparing.py",
    ),
    fault(
        "windows-across-sentences",
        "corpus/evidence.py",
        "begins = np.maximum(places - window, self.offsets[its])",
        "begins = np.maximum(places - window, 0)",
        "corpus/test_evidence.py",
    ),
)
