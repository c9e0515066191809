"""What the embedded clips show, a scene a file: `labels()`, names of classes, and `scene` of

Args:
  random: numpy Generator, from which all that a clip shows is drawn.
  label: int, an index into `labels()`.
  clip: ClipSpec; times: int [T], frames of the motion that are asked for, at any place.
  objects: how many things move, 1 or more.
Returns:
  `flat.Scene` or `spheres.Scene`, or another with
  `draw(height, width)`: uint8 [T, height, width, 3];
  `motion(height, width)`: the exact flow float32 [T-1, height, width, 2], (dx, dy) in pixels from
  frame t to t+1 of what each pixel centre shows, and bool [T-1, height, width], whether that is
  seen in frame t+1 too: nothing nearer covers it, and it lies between the centres of the frame's
  outermost pixels, where a bilinear lookup has all its neighbours;
  `masks(height, width)`: bool [objects, T, height, width], where each thing is seen, the
nearest first.

Pixel (column, row) has its centre at (column + 0.5, row + 0.5); x points right and y down. A clip's
motion doesn't depend on its size but in scale.
"""
