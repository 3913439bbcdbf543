"""All faults, in the order of the rooms."""

from __future__ import annotations

from tools.mutations.faults import config, corpus, engine, faces, files, results, run, vectors

FAULTS = (
    *files.FAULTS,
    *corpus.FAULTS,
    *config.FAULTS,
    *engine.FAULTS,
    *run.FAULTS,
    *vectors.FAULTS,
    *results.FAULTS,
    *faces.FAULTS,
)
