"""The options that every run has, whatever its members."""

from __future__ import annotations

from firth.config.members import REGISTRIES
from firth.config.options import Option, Span
from firth.values import Choice, Flag, Real, Whole

GENERAL: tuple[Option, ...] = (
    *(registry.option for registry in REGISTRIES),
    Option("dim", 100, Whole(1), "Length of the vectors", span=Span(25, 400, log=True)),
    Option(
        "window",
        5,
        Whole(1, 1000),
        "Words to each side of the centre, at most",
        span=Span(1, 20, log=True, in_loss=True),
    ),
    Option(
        "dynamic_window",
        True,
        Flag(off="fixed-window"),
        "Each window's width is drawn from 1 to `window`, so that near words count more; else all "
        "windows are of the full width, as baskets want it, where order means little",
        "Mikolov et al. 2013a, section 3.2; Levy, Goldberg and Dagan 2015, section 3.1",
    ),
    Option("epochs", 5, Whole(1), "Passes over the corpus", span=Span(2, 60, log=True)),
    Option("min_count", 5, Whole(1), "Words that occur fewer times are left out"),
    Option(
        "max_vocabulary",
        None,
        Whole(1, optional=True),
        "At most so many words are kept, the most frequent ones",
    ),
    Option(
        "sample",
        1e-3,
        Real(0, 1),
        "Words more frequent than this part of the corpus are thinned out; 0 keeps everything",
        "Mikolov et al. 2013b, section 2.3",
        span=Span(1e-5, 1, log=True, in_loss=True),
    ),
    Option(
        "learning_rate",
        None,
        Real(0, open_ends=True, optional=True),
        "First step size; it falls linearly over the run; by default what fits the text",
        span=Span(0.25, 4, log=True, fitted=True),
    ),
    Option(
        "end_learning_rate",
        0.0,
        Real(0),
        "Step size at the end of the run",
        expert=True,
    ),
    Option("threads", None, Whole(1, 4096, optional=True), "Threads; all cores if not given"),
    Option("seed", 1, Whole(0), "Seed of every random draw"),
    Option(
        "deterministic",
        False,
        Flag(),
        "The same result, bit for bit, at any number of threads",
    ),
    Option(
        "round_length",
        None,
        Whole(1, optional=True),
        "Tokens that all nodes of a cluster train from the same vectors before they exchange what "
        "they have learnt; with `deterministic` on one machine too; by default what fits the text, "
        "and the cluster",
        expert=True,
    ),
    Option(
        "round_parts",
        8,
        Whole(1, 1 << 16),
        "Parts of such a round, which so many nodes can share; the result depends on it",
        when={"deterministic": True},
        expert=True,
    ),
    Option(
        "chunk_size",
        64,
        Whole(4, 1 << 16, multiple=4),
        "Centre positions whose output rows are gathered together",
        expert=True,
    ),
    Option(
        "batch_size",
        16,
        Whole(4, 1 << 16, multiple=4),
        "Centre positions whose gradients are taken at the same weights",
        expert=True,
    ),
    Option(
        "dtype",
        "float32",
        Choice(
            {
                "float32": "single precision, for training",
                "float64": "double precision, for checking",
            }
        ),
        "Precision of the matrices and of the arithmetic",
        expert=True,
    ),
)
