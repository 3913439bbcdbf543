"""Files of vectors: firth's own and those of other programs.

::

    native.py      the files of firth's own model folder
    recognise.py   what a file is, from its first bytes: one table
    strangers.py   what a path is that is no model of firth, and what to do
"""
