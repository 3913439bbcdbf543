"""The same result at any number of threads: rounds of shards, merged in a fixed order."""
