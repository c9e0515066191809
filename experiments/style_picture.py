"""Draws the picture of a style: strokes of paint along swirls.

  python experiments/style_picture.py

Noise is smeared along the flow around a few centres (line integral convolution, Cabral and Leedom,
1993), and coloured by a palette from night blue to yellow.
"""

import cv2
import numpy as np
from PIL import Image

SIDE, CENTRES, REACH, SEED = 160, 7, 14, 3
PALETTE = np.array(
    [[12, 20, 70], [24, 60, 140], [50, 120, 180], [150, 190, 190], [240, 210, 90], [250, 240, 190]]
)
PATH = "experiments/pictures/style.webp"


def strokes(random):
    """How bright each pixel is, in [0, 1]: noise smeared along swirls, float [SIDE, SIDE]."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    flow = np.zeros((SIDE, SIDE, 2))
    for turn, centre in enumerate(random.uniform(0, SIDE, (CENTRES, 2))):
        off = np.stack([x - centre[0], y - centre[1]], -1)
        near = np.exp(-np.square(off).sum(-1, keepdims=True) / (2 * (SIDE / 6) ** 2))
        flow += (-1) ** turn * near * off[..., ::-1] * (-1, 1)
    flow += 4 * np.stack([np.ones_like(x), 0.3 * np.sin(x / 20)], -1)
    flow /= np.linalg.norm(flow, axis=-1, keepdims=True)
    flow, noise = flow.astype(np.float32), random.uniform(size=(SIDE, SIDE)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 1.2)
    total = np.zeros_like(noise)
    for sign in (-1, 1):
        place = np.stack([x, y], -1)
        for _ in range(REACH):
            total += cv2.remap(noise, *np.moveaxis(place, -1, 0), 1, borderMode=cv2.BORDER_REFLECT)
            step = cv2.remap(flow, *np.moveaxis(place, -1, 0), 1, borderMode=cv2.BORDER_REFLECT)
            place = place + sign * step
    ranks = total.ravel().argsort().argsort().reshape(total.shape)
    return ranks / ranks.max()


def main():
    random = np.random.default_rng(SEED)
    places = strokes(random) * (len(PALETTE) - 1)
    colours = [np.interp(places, range(len(PALETTE)), PALETTE[:, c]) for c in range(3)]
    Image.fromarray(np.stack(colours, -1).astype(np.uint8)).save(PATH, quality=80)
    print(f"wrote {PATH}")


if __name__ == "__main__":
    main()
