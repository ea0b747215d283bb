"""The benchmarks: ratios measured in one run, each with its baseline beside it. ``make bench`` prints them all."""
