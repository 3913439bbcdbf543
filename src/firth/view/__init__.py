"""Pictures of vectors: maps, plots.

::

    maps.py      two coordinates a word, kept in a model's folder; clusters with names
    layouts.py   how the coordinates are found; clusters.py the groups
"""
