"""Follows the forms in clips of shapes, to see whether they keep their colour and size.

A form is a connected component of pixels unlike the clip's ground. It is followed to the component
of the next frame that overlaps it most, where the IoU is above 0.3. A track of at least 8 frames is
kept where in each of its frames the hue is within 20 degrees, and the area within 25 %, of the
track's median. Two figures are given, each for made and for held-out real clips: the share of
tracks of that length that are kept, and the share of all unlike pixels that lie in kept tracks,
which also misses forms that flicker, split or come from nowhere.
"""

import cv2
import numpy as np

IOU, FRAMES, HUE, AREA = 0.3, 8, 20.0, 0.25
UNLIKE = 40
"""Grey levels from the ground, in any channel, from which on a pixel belongs to a form."""
LEAST_AREA = 6


def forms(frame, ground):
    """The forms of a frame uint8 [H, W, 3]: a list of (mask bool [H, W], area, hue in degrees)."""
    unlike = (np.abs(frame.astype(int) - ground).max(-1) > UNLIKE).astype(np.uint8)
    number, labels = cv2.connectedComponents(unlike, connectivity=8)
    masks = [labels == label for label in range(1, number)]
    return [(m, m.sum(), _hue(frame[m].mean(0))) for m in masks if m.sum() >= LEAST_AREA]


def _hue(colour):
    pixel = np.float32(colour / 255).reshape(1, 1, 3)
    return float(cv2.cvtColor(pixel, cv2.COLOR_RGB2HSV)[0, 0, 0])


def tracks(video):
    """The tracks of a clip uint8 [T, H, W, 3]: lists of forms in frames that follow each other."""
    ground = np.median(video.reshape(-1, 3), 0)
    done, alive = [], []
    for frame in video:
        found, next_alive = forms(frame, ground), []
        pairs = [
            (_iou(t[-1][0], f[0]), a, b) for a, t in enumerate(alive) for b, f in enumerate(found)
        ]
        taken_tracks, taken_forms = set(), set()
        for iou, a, b in sorted(pairs, reverse=True, key=lambda pair: pair[0]):
            if iou > IOU and a not in taken_tracks and b not in taken_forms:
                taken_tracks.add(a)
                taken_forms.add(b)
                next_alive.append([*alive[a], found[b]])
        done += [t for a, t in enumerate(alive) if a not in taken_tracks]
        alive = next_alive + [[f] for b, f in enumerate(found) if b not in taken_forms]
    return done + alive


def _iou(one, other):
    return (one & other).sum() / (one | other).sum()


def is_kept(track):
    """Whether a track is long enough and keeps its hue and area."""
    areas, hues = (np.array([form[place] for form in track], float) for place in (1, 2))
    turns = np.radians(hues)
    middle = np.degrees(np.angle(np.exp(1j * turns).sum()))
    off = np.abs((hues - middle + 180) % 360 - 180)
    areas = np.abs(areas / np.median(areas) - 1)
    return len(track) >= FRAMES and off.max() <= HUE and areas.max() <= AREA


def figures(videos):
    """Of clips uint8 [N, T, H, W, 3]: the shares kept of long tracks and of unlike pixels."""
    found = [track for video in videos for track in tracks(video)]
    long = [track for track in found if len(track) >= FRAMES]
    kept = [track for track in long if is_kept(track)]
    pixels, of_kept = (sum(form[1] for track in some for form in track) for some in (found, kept))
    return {
        "tracks_kept": len(kept) / max(1, len(long)),
        "pixels_kept": float(of_kept / max(1, pixels)),
        "long_tracks_per_clip": len(long) / len(videos),
    }
