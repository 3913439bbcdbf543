"""How a prediction is scored: loss and gradients, formula beside NumPy twin beside kernel."""
