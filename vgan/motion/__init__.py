"""Motion between frames: estimating it, following it, and knowing where it can't be followed.

Flow is float32 `[..., H, W, 2]`, pixels per frame, (dx, dy): `first(p) = second(p + flow(p))`.
Only `warp` and `compensation` need TensorFlow; workers import the rest without it.
"""
