"""From ids to gradients: the engine, and the architectures, units and objectives it runs."""
