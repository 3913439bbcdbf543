"""How kernels are compiled, and what all rooms that have some need."""
