"""Maps of what a run's critics look at, over clips, with figures that say what they are worth."""

import typing

import numpy as np

from vgan.core.errors import UsageError
from vgan.media.clips import grid
from vgan.metrics import appearance
from vgan.metrics import attribution as figures
from vgan.sampling import attribution
from vgan.sampling.measuring import MOVES, flow_of

_FOR, _AGAINST = np.float32([255, 140, 0]), np.float32([40, 120, 255])


class Maps(typing.NamedTuple):
    """Clips, and what the critics' verdicts on them rest on.

    Attributes:
      videos: uint8 [N, T, H, W, 3].
      moving: float, the share of their pixels that move.
      critics: {name: attribution.Attribution}.
      rows: {name: {figure: value}}: `on_moving`, the share of the map on pixels that move;
        `missing`, which share of the verdict the map leaves out; `random`, and `random_size`, the
        rank correlation of the map, and of its absolute values, with that of random weights.
      left_out: names of critics that look at flow, through which no gradient comes back.
    """

    videos: np.ndarray
    moving: float
    critics: dict
    rows: dict
    left_out: list


def of_critics(model, card, videos, labels, estimate, seed=0):
    """The Maps of clips.

    Args:
      model: models.synthesizer.Synthesizer, all of it; card: card.Card of its clips.
      videos: uint8 [N, T, H, W, 3]; labels: int [N].
      estimate: estimator of vgan.motion.estimators, by which pixels count as moving.
      seed: of the frames that critics look at, and of random weights.
    Raises:
      UsageError: a model without critics of pictures.
    """
    rules = getattr(model, "rules", None)  # Models that no critic judges have none.
    critics = {critic.name: critic.part for critic in (rules.critics if rules else ())}
    left_out = [name for name, critic in critics.items() if critic.needs_flow]
    if len(left_out) == len(critics):
        raise UsageError(
            "this run has no critic of pictures, such as conv3d(). Name a run of --model=gan that "
            "has one"
        )
    flow = flow_of(videos, estimate)
    moves = np.hypot(flow[..., 0], flow[..., 1]) >= MOVES
    moves = np.concatenate([moves, moves[:, -1:]], 1)  # As the last frame came.
    found, rows = {}, {}
    about = model, card, videos, labels, seed
    for name, critic in critics.items():
        if name not in left_out:
            found[name] = attribution.of_critic(critic, *about)
            random = attribution.of_critic(attribution.randomised(critic, seed), *about)
            rows[name] = _figures(found[name], random.maps, moves)
    return Maps(videos, float(moves.mean()), found, rows, left_out)


def turns(card, number):
    """The labels int32 [number] of clips whose classes are dealt out in turn."""
    return np.arange(number, dtype=np.int32) % max(len(card.labels), 1)


def _figures(found, random, moves):
    whole = found.verdicts - found.of_baseline
    seen = (found.maps != 0) | (random != 0)  # Frames that a critic didn't look at are 0 in both.
    one, other = found.maps[seen], random[seen]
    return {
        "on_moving": float(np.nanmean(figures.share(found.maps, moves))),
        "missing": float(1 - found.maps.sum() / whole),
        "random": figures.rank_correlation(one, other),
        "random_size": figures.rank_correlation(np.abs(one), np.abs(other)),
    }


def picture(found):
    """A row for each clip, it and its maps beside each other, uint8 [T, H', W', 3]."""
    columns = [found.videos]
    for one in found.critics.values():
        overlaid = map(overlay, found.videos, one.maps)
        columns.append(np.stack(list(overlaid)))
    return grid(np.concatenate(np.stack(columns, 1)), len(columns))


def overlay(video, maps):
    """A clip in grey with a map over it: orange speaks for real, blue against it.

    Args:
      video: uint8 [T, H, W, 3].
      maps: float32 [T, H, W]; what is larger than 99 % of it in size has full colour.
    Returns:
      uint8 [T, H, W, 3].
    """
    grey = 0.6 * (video @ appearance.LUMA)[..., None]
    strength = np.abs(maps) / max(np.quantile(np.abs(maps), 0.99), 1e-12)
    colour = np.where(maps[..., None] > 0, _FOR, _AGAINST)
    share = np.minimum(strength, 1)[..., None]
    return np.uint8((1 - share) * grey + share * colour + 0.5)
