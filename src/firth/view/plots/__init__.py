"""Figures of vectors, one file each; all are functions that return one of Matplotlib."""
