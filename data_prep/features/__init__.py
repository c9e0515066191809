"""What clips look like and how they move, in numbers, for search, filtering and balance.

Each file here that has a `features(...)` is a kind: a factory of a `description.Kind`. A few
frames of a clip are looked at, evenly spaced, and the frame that follows each of them.
An argument out of its range raises UsageError, and so do `texture` and `edges` where scikit-image
is missing.
"""
