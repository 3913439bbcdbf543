"""Settings that fit a text: which to try, on how much of it, and how sure the best are.

::

    space.py      the options that are searched, from their declarations, and what is given
    parts.py      what is learnt from, in growing parts, and what is held out, twice
    metrics.py    what settings are judged by: next items, evaluation sets, the held-out loss
    study.py      Optuna: what is tried next, what is given up, where it is kept
    budget.py     how long things take, and what there is time for
    search.py     trials, one after the other, until the time is up
    result.py     what was tried, what mattered, the best beside the defaults

Training is somebody else's: whoever searches says how a model is trained.
"""
