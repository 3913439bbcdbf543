"""How kernels are compiled, for all rooms that have some."""
