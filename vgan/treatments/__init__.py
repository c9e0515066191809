"""After-treatment: what is done to finished frames, one treatment after the other.

Each file here has a `treatment(...)`, a factory of `treat(frames, fps)` -> (frames, fps): an
iterable of uint8 `[H, W, 3]`, RGB, in and out, read as it is needed, and frames per second, a
`Fraction`. A few frames are held at a time; none is changed in place. Given a frame or more, it
gives one or more. One after which pixels are square, whatever they were, is a
`kind.Treatment` that says so.
"""
