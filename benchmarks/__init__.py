"""Side-by-side measurements: the desk beside ib_async alone, in one run, on one gateway.

Speed is judged here and never in tests: these machines are shared and noisy, so read ratios and
medians within one run. `make bench` prints every table; `python -m benchmarks orders --count 2000`
prints one.
"""
