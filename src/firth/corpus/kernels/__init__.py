"""Compiled loops over the bytes of texts.

They are in a folder of their own since the cache of compiled kernels begins anew when a file of it
changes.
"""
