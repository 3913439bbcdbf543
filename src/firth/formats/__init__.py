"""Files of vectors: firth's own and those of other programs."""
