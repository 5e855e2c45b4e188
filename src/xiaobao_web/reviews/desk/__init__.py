"""The reading desk: a material on the left, its findings on the right, a person's decision on each."""
