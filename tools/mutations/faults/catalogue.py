"""All faults, in the order of the rooms."""

from __future__ import annotations

from tools.mutations.faults import (
    api,
    cli,
    config,
    corpus,
    course,
    doubt,
    dropin,
    engine,
    evaluation,
    events,
    exercise,
    explorer,
    files,
    formats,
    frameworks,
    people,
    results,
    run,
    vectors,
    view,
)

FAULTS = (
    *files.FAULTS,
    *corpus.FAULTS,
    *events.FAULTS,
    *config.FAULTS,
    *engine.FAULTS,
    *run.FAULTS,
    *course.FAULTS,
    *doubt.FAULTS,
    *vectors.FAULTS,
    *results.FAULTS,
    *evaluation.FAULTS,
    *view.FAULTS,
    *explorer.FAULTS,
    *formats.FAULTS,
    *frameworks.FAULTS,
    *api.FAULTS,
    *cli.FAULTS,
    *dropin.FAULTS,
    *people.FAULTS,
    *exercise.FAULTS,
)
