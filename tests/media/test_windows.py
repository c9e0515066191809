import tracemalloc
import weakref

import numpy as np
import pytest

from vgan.core.errors import UsageError
from vgan.media import seams, tiles, windows


def noise(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)


def natural(frames, height, width):
    """A video whose spectrum falls with 1 / f in time and space, as that of natural ones does."""
    rng = np.random.default_rng(3)
    axes = np.meshgrid(*(np.fft.fftfreq(n) * n for n in (frames, height, width)), indexing="ij")
    distance = np.sqrt(sum(np.square(a) for a in axes))
    spectrum = np.fft.fftn(rng.normal(size=distance.shape)) / np.maximum(distance, 1) ** 2.2
    grey = np.fft.ifftn(spectrum).real
    grey = 128 + 20 * (grey - grey.mean()) / grey.std()
    return np.repeat(grey.clip(20, 235)[..., None], 3, axis=-1).astype(np.uint8)


def run(video, process, *arguments, **options):
    return np.stack(list(windows.through(iter(video), process, *arguments, **options)))


def random_sizes(count):
    rng = np.random.default_rng(1)
    for _ in range(count):
        clip = tuple(rng.integers(1, 6, 3).tolist())
        overlap = tuple(int(rng.integers(0, side)) for side in clip)
        yield tuple(rng.integers(1, 14, 3).tolist()), clip, overlap


def test_identity_gives_the_input_whatever_the_sizes():
    for number, (shape, clip, overlap) in enumerate(random_sizes(150)):
        video = noise(shape, number)
        made = run(video, lambda block: block, clip, overlap, batch=1 + number % 3)
        np.testing.assert_array_equal(made, video, f"{shape} {clip} {overlap}")


def test_identity_at_a_scale_and_a_rate():
    def repeated(block):
        return block.repeat(3, axis=1).repeat(2, axis=2).repeat(2, axis=3)

    for number, (shape, clip, overlap) in enumerate(random_sizes(50)):
        video = noise(shape, number)
        made = run(video, repeated, clip, overlap, scale=2, rate=3)
        np.testing.assert_array_equal(made, repeated(video[None])[0], f"{shape} {clip} {overlap}")


def test_blocks_are_windows_of_the_video_and_mirrored_where_it_is_short():
    video = noise((6, 4, 4))
    given = []
    run(video, lambda block: given.append(block[0]) or block, (4, 4, 4), (1, 0, 0))
    np.testing.assert_array_equal(given, [video[0:4], video[2:6]])
    given.clear()
    run(video[:2, :1, :3], lambda block: given.append(block[0]) or block, (4, 3, 4), (1, 0, 0))
    expected = video[[0, 1, 0, 1]][:, [0, 0, 0]][:, :, [0, 1, 2, 1]]
    np.testing.assert_array_equal(given, [expected])


def test_windows_are_blended_by_hand():
    levels = iter([100, 200])
    video = np.zeros((6, 1, 1, 3), np.uint8)
    made = run(video, lambda block: block + np.uint8(next(levels)), (4, 1, 1), (2, 0, 0))
    # 100 + 100 * (0.146, 0.854) in the two frames that both windows have.
    assert made[:, 0, 0, 0].tolist() == [100, 100, 115, 185, 200, 200]


def test_values_are_rounded_once_and_cut_off():
    levels = iter([10.4, 10.6, -5.0, 300.0])
    video = np.zeros((4, 1, 1, 3), np.uint8)
    made = run(video, lambda block: block + next(levels), (1, 1, 1), (0, 0, 0))
    assert made[:, 0, 0, 0].tolist() == [10, 11, 0, 255]
    halves = iter([10.4, 10.4])
    made = run(video[:3], lambda block: block + next(halves), (2, 1, 1), (1, 0, 0))
    assert made[:, 0, 0, 0].tolist() == [10, 10, 10]


def test_no_frames_give_none():
    assert list(windows.through([], lambda block: block, (4, 4, 4), (1, 1, 1))) == []


@pytest.mark.parametrize("overlap", [(4, 0, 0), (0, 5, 0), (0, 0, -1)])
def test_an_overlap_that_is_too_large_is_refused(overlap):
    with pytest.raises(UsageError, match="overlap of .*: must be from 0 to"):
        windows.through([], lambda block: block, (4, 5, 6), overlap)


def test_another_number_of_frames_is_refused():
    with pytest.raises(ValueError, match="process gave 4 frames, not 2"):
        run(noise((4, 2, 2)), lambda block: block, (4, 2, 2), (0, 0, 0), rate=2)


def test_window_starts_are_those_of_the_blocks():
    for count in range(1, 30):
        for length in range(1, 6):
            for overlap in range(length):
                video = np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1)
                given = []
                run(
                    video,
                    lambda block, given=given: given.append(int(block[0, 0, 0, 0, 0])) or block,
                    (length, 1, 1),
                    (overlap, 0, 0),
                )
                assert windows.window_starts(count, length, overlap) == given


def stained_ratios(video, clip, overlap, places):
    """How borders show, relative to the same places of the video, where each block has a shade."""
    rng = np.random.default_rng(0)
    made = run(video, lambda block: block + rng.uniform(-15, 15), clip, overlap)
    steps = zip(seams.steps(made), seams.steps(video), places, strict=True)
    return [seams.step_ratio(of, at) / seams.step_ratio(real, at) for of, real, at in steps]


@pytest.mark.parametrize("shape", [(40, 100, 90), (33, 64, 131)])
def test_seams_of_blocks_of_different_brightness_are_not_seen(shape):
    clip, overlap = (16, 48, 48), (8, 16, 16)
    places = seams.borders(shape, clip, overlap)
    ratios = stained_ratios(natural(*shape), clip, overlap, places)
    assert max(ratios) <= 1.1
    cut = stained_ratios(natural(32, 96, 96), clip, (0, 0, 0), [[16], [48], [48]])
    assert min(cut) > 1.3  # Without an overlap they are.


def test_few_frames_are_alive_at_a_time():
    alive, most = [], 0

    class Frame(np.ndarray):
        pass

    def frames():
        nonlocal most
        for number in range(100):
            frame = np.full((4, 4, 3), number, np.uint8).view(Frame)
            alive.append(weakref.ref(frame))
            yield frame
            del frame
            alive[:] = [reference for reference in alive if reference() is not None]
            most = max(most, len(alive))

    made = sum(1 for _ in windows.through(frames(), lambda b: np.array(b), (8, 4, 4), (2, 0, 0)))
    assert made == 100
    assert most <= 16


def test_memory_does_not_grow_with_the_length():
    def peak(count):
        frames = (np.zeros((64, 64, 3), np.uint8) for _ in range(count))
        tracemalloc.start()
        for _ in windows.through(frames, lambda block: block, (8, 32, 32), (2, 8, 8)):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    long = peak(120)
    assert long < 1.1 * peak(24)
    # Two windows of frames, of four bytes a value once made, and room for tiles.
    assert long < 2 * 8 * 64 * 64 * 3 * (1 + 4)


def test_what_is_made_comes_as_soon_as_it_is_known():
    taken = []
    frames = (taken.append(n) or np.full((2, 2, 3), n, np.uint8) for n in range(100))
    made = windows.through(frames, lambda block: block, (8, 2, 2), (2, 0, 0))
    assert next(made)[0, 0, 0] == 0
    assert len(taken) == 14


def test_borders_by_hand():
    places = seams.borders((6, 6, 4), (4, 4, 4), (2, 2, 2), scale=2, rate=1)
    assert places == [[2, 3, 4], [4, 6, 8], []]


def test_step_ratio_by_hand():
    video = np.zeros((2, 5, 2, 3), np.uint8)
    video[:] = np.array([0, 1, 2, 6, 7])[:, None, None]
    video[1] += 3
    in_time, down, across = seams.steps(iter(video))
    assert (in_time.tolist(), down.tolist(), across.tolist()) == ([3], [1, 1, 4, 1], [0])
    assert seams.step_ratio(down, [3]) == 4
    with pytest.raises(ValueError, match="nothing to compare"):
        seams.step_ratio(down, [])


def test_tiles_weights_reach_what_is_made():
    levels = iter([0, 100])
    video = np.zeros((1, 1, 6, 3), np.uint8)
    made = run(video, lambda block: block + np.uint8(next(levels)), (1, 1, 4), (0, 0, 2))
    np.testing.assert_array_equal(made[0, 0, :, 0], np.rint(100 * tiles.weights(6, 4, 2)[1]))
