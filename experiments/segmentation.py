"""Does vgan.segment find the things in embedded clips, beside clustering by motion or colour alone?

  python experiments/segmentation.py
  python experiments/segmentation.py --workdir=runs/NAME --experiment="a U-Net critic"

Held-out clips of shapes have exact masks. Mean IoU is over ground and things, each with the segment
that suits all best; the gain is over mini-batch k-means by motion alone, clip by clip; both with
95 % intervals. In grey, colours say less than motion.
"""

import numpy as np
import trial
from absl import flags
from sklearn.cluster import MiniBatchKMeans

from vgan.core import command
from vgan.core.clip import ClipSpec

flags.DEFINE_string("workdir", None, "A run whose network's features are used too.")
flags.DEFINE_string("experiment", "", "What the run was.")
flags.DEFINE_string("data", "shapes(objects=2, textured=True)", "Embedded data.")
flags.DEFINE_integer("size", 32, "Height and width.", lower_bound=16)
flags.DEFINE_integer("frames", 16, "Of a clip.", lower_bound=2)
flags.DEFINE_integer("num_videos", 64, "Clips.", lower_bound=2)
flags.DEFINE_bool("grey", False, "Without colours.")
flags.DEFINE_string("output", "experiments/results/segmentation.csv", "CSV file of the rows.")


def main():
    from vgan.data.opening import open_windows

    values = flags.FLAGS
    clip = ClipSpec(values.frames, values.size, values.size)
    data = open_windows(values.data, clip, 1, "test")
    see, found = _seeing(values), {}
    for number in range(min(values.num_videos, len(data))):
        video, masks = data[number][0], data.masks(number)
        if values.grey:
            video = np.repeat(np.uint8(video.mean(-1, keepdims=True)), 3, axis=-1)
        truth = np.tensordot(np.arange(1, len(masks) + 1), masks, 1)
        for method, labels in _labels(video, len(masks), see):
            found.setdefault(method, []).append(_scores(labels, truth))
    rows = list(_rows(found, values))
    print(*rows, sep="\n")
    trial.Rows(values.output).add(*rows)


def _labels(video, objects, see):
    """What each method makes of a video, int [T, H, W]."""
    from vgan.motion import estimators
    from vgan.sampling import pixel_features, segmentation

    seen = list(pixel_features.windows(video, estimators.dis(), see))
    if see is None:
        own = [
            window.features(t)
            for window in seen
            for t in range(*window.inner.indices(len(window.frames)))
        ]
        colour, motion = np.split(np.concatenate(own)[:, :5], [3], axis=1)
        colour, motion = (of / np.sqrt(of.var(axis=0).sum()) for of in (colour, motion))
        for name, of in (
            ("k-means, motion", motion),
            ("k-means, colour", colour),
            ("k-means, colour and motion", np.concatenate([colour, motion / 2], axis=1)),
        ):
            means = MiniBatchKMeans(objects + 1, batch_size=2048, n_init=5, random_state=0)
            yield name, means.fit_predict(of).reshape(video.shape[:3])
    segments = segmentation.Segmenter(seen, objects)
    yield "vgan.segment", np.concatenate([segments(window) for window in seen])


def _scores(labels, truth):
    from vgan.metrics.segments import adjusted_rand, mean_iou

    return mean_iou(labels, truth), adjusted_rand(labels, truth)


def _rows(found, values):
    base = np.array(found["k-means, motion"])[:, 0] if values.workdir is None else None
    for method, scores in found.items():
        iou, rand = np.array(scores).T
        row = {"data": values.data, "size": values.size, "grey": values.grey}
        row |= {"method": method, "network": values.experiment, "clips": len(iou)}
        row |= _about("mean_iou", iou) | _about("adjusted_rand", rand)
        gain = {"gain": "", "gain_interval": ""} if base is None else _about("gain", iou - base)
        yield row | gain


def _about(name, figures):
    half = 1.96 * figures.std(ddof=1) / np.sqrt(len(figures))
    return {name: round(float(figures.mean()), 4), f"{name}_interval": round(float(half), 4)}


def _seeing(values):
    if values.workdir is None:
        return None
    from vgan.networks import seen_at_pixels
    from vgan.runs import trained
    from vgan.sampling.pixel_features import Seeing

    run = trained.restore(values.workdir, whole=True)
    networks = [critic.network for critic in getattr(run.model, "critic_modules", [])]
    networks += run.model.sampling_networks
    clip, labels = run.card.clip, len(run.card.labels)
    return Seeing(seen_at_pixels.features(networks, clip, labels, values.workdir), clip)


if __name__ == "__main__":
    command.run(main)
