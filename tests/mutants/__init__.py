"""Each guard taken out in turn, to see that the tests notice; `python -m tests.mutants`."""
