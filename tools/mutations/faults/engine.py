"""Faults of the engine. An edit of a kernel's file compiles all that its tests use: few, narrow."""

from __future__ import annotations

from tools.mutations.fault import fault

_ENGINE, _OBJECTIVES = "training/engine/", "training/engine/objectives/"
_WHOLE_RUN = "training/test_whole_run.py::test_a_run_is_what_the_formulas_say"
_TWIN = "training/test_negative_sampling.py::test_kernel_is_the_twin"

FAULTS = (
    fault(
        "steps-are-as-large-in-wide-windows",
        "training/engine/size.py",
        "return min(rate_of_few, steady * (rate if largest is None else largest))",
        "return rate_of_few",
        "training/test_size.py",
    ),
    fault(
        "windows-wider-than-sentences-count-whole",
        "training/engine/size.py",
        "min(pairs, longest - 1.0)",
        "pairs",
        "training/test_size.py",
    ),
    fault(
        "kernels-compiled-for-each-number",
        "kernels/inlining.py",
        "tuple(unliteral(arg) for arg in args)",
        "tuple(args)",
        "training/test_compiler.py::test_a_number_written_into_a_call_is_a_value",
    ),
    fault(
        "copies-of-rows-by-a-kernel-that-asks-for-them",
        "training/run/rounds/shards.py",
        "copy_from(shared_address_of(matrix.shared, row), matrix.private, place)",
        "copy_row(matrix.shared, row, matrix.private, place)",
        "training/test_compiler.py::test_no_kernel_calls_itself_by_way_of_others",
    ),
    fault(
        "few-words-take-the-steps-of-many",
        "training/engine/size.py",
        "rate_of_few = rate * min(1.0, self.words / words)",
        "rate_of_few = rate",
        "training/test_size.py",
    ),
    fault(
        "noise-exponent-ignored-by-the-run",
        f"{_OBJECTIVES}negative_sampling.py",
        "vocabulary.noise_distribution(config.noise_exponent)",
        "vocabulary.noise_distribution()",
        _WHOLE_RUN,
    ),
    fault(
        "the-same-noise-in-each-epoch",
        f"{_OBJECTIVES}negative_sampling.py",
        "stream_key(config.seed, NOISE, epoch)",
        "stream_key(config.seed, NOISE, 0)",
        _WHOLE_RUN,
    ),
    fault(
        "shared-noise-without-its-weight",
        f"{_OBJECTIVES}pool_noise.py",
        "per_word = objective.negative / pool",
        "per_word = 1.0",
        _TWIN,
    ),
    fault(
        "loss-of-noise-of-one-pair-a-centre",
        f"{_OBJECTIVES}pool_noise.py",
        "loss += targets.pairs[t] * per_word * total",
        "loss += per_word * total",
        _TWIN,
    ),
    fault(
        "huffman-codes-flipped",
        f"{_OBJECTIVES}huffman.py",
        "right[rarest] = side",
        "right[rarest] = 1 - side",
        "training/test_hierarchical_softmax.py::test_codes_of_small_vocabularies",
    ),
    fault(
        "softmax-of-one-pair-a-centre",
        f"{_OBJECTIVES}softmax.py",
        "-rate * m / objective.total[t]",
        "-rate / objective.total[t]",
        "training/test_softmax.py::test_kernel_is_the_reference",
    ),
    fault(
        "sum-for-mean-in-cbow",
        f"{_ENGINE}architectures/cbow.py",
        "number(1) / number(max(1, size - 1)) if band.mean else number(1)",
        "number(1)",
        "training/test_cbow.py::test_kernels_are_the_twin",
    ),
    fault(
        "subwords-with-the-gradient-of-a-mean",
        f"{_ENGINE}units/subwords.py",
        "back = weight if",
        "back = weight if True or",
        "training/test_subwords.py::test_kernels_are_the_reference",
    ),
    fault(
        "windows-without-their-last-word",
        f"{_ENGINE}chunks.py",
        "segment.last[t] = min(n, t + width + 1)",
        "segment.last[t] = min(n, t + width)",
        "training/test_chunks.py",
    ),
    fault(
        "kept-words-in-the-place-of-all",
        f"{_ENGINE}chunks.py",
        "segment.position[n] = position",
        "segment.position[n] = n",
        "training/test_chunks.py",
    ),
    fault(
        "subsampling-and-windows-draw-alike",
        f"{_ENGINE}rng.py",
        "SUBSAMPLE, WINDOW, NOISE = 1, 2, 3",
        "SUBSAMPLE, WINDOW, NOISE = 1, 1, 3",
        "training/test_rng.py",
    ),
    fault(
        "merged-updates-add-up",
        "training/run/rounds/shards.py",
        "gone / share if a > 0 else 1.0",
        "1.0",
        "training/test_determinism.py::test_merge_adds_what_is_rare_and_averages_what_is_frequent",
    ),
    fault(
        "deterministic-runs-at-a-rate-that-does-not-fall",
        "training/run/rounds/rounds.py",
        "rates = schedule.rate(before)",
        "rates = schedule.rate(before * 0)",
        "training/test_rounds.py::test_a_plan_has_the_rates_and_texts_of_its_tasks",
    ),
    fault(
        "memory-of-shards-not-counted",
        "training/run/rounds/rounds.py",
        "return sum(shards_bytes(setup.config, n, most)",
        "return sum(0 * shards_bytes(setup.config, n, most)",
        "training/test_robustness.py",
    ),
    fault(
        "edited-rounds-run-as-they-were-compiled",
        "kernels/compiler.py",
        '    "training/run/rounds",\n',
        "",
        "training/test_compiler.py",
    ),
)
