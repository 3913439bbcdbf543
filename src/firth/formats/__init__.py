"""Files of vectors: firth's own and those of other programs.

::

    registry.py    the formats that are read and written, one entry each
    recognise.py   what a file is, from its first bytes: one table
    strangers.py   what a folder is, and what to do with what is no model
    reading.py     a path → words, vectors and what else there is
    writing.py     that → a file or folder that appears whole
    contents.py    what readers return and writers take
    source.py      the bytes of a file in turn; words.py: words as bytes
    transform.py   fewer words or dimensions, other words; precision.py: float16 and int8
    kernels/       compiled loops over bytes

All others are formats, a file or two each; native.py has the files of firth's own folder.
"""
