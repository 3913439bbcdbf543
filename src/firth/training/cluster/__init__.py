"""One run on several machines: nodes that train from one start, exchange updates, go on."""
