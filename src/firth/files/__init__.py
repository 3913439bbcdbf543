"""How files appear whole, where things are kept, what is cleaned up.

::

    given.py        paths as people give them
    atomic.py       one file that appears whole or not at all
    together.py     several files that change together: a model's folder
    output.py       may a folder be written? and where else a result goes if it may not after all
    places.py       where caches are, and whether they can be trusted
    usage.py        what the caches hold, and how it is removed
    cache.py        those of them that are made whole: encoded corpora, indices
    temporary.py    folders that are removed even if their maker was killed
    machine.py      how many cores this process may use
    safetensors.py  matrices in files; parsing.py: JSON from files
"""
