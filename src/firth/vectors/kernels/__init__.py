"""Compiled passes over scores and vectors.

They are in a folder of their own since the cache of compiled kernels begins anew when a file of it
changes, and since Numba is imported for them alone.
"""
