"""What is found, by what it contains."""

import os

import cv2
import numpy as np
import pytest

from data_prep.inputs import items
from data_prep.inputs.sources.kinds import kind_of
from vgan.core.errors import DataError, UsageError


def picture(path, value=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full([4, 4, 3], value, np.uint8))
    return path


def array(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.zeros([3, 4, 4], np.uint8))
    return path


def keys(source, kind="auto"):
    _, found, others = items.find(str(source), kind)
    return {item.key: item.kind for item in found}, [row["path"] for row in others]


def test_kinds_by_content(tmp_path, save_video):
    frames = np.zeros([2, 16, 16, 3], np.uint8)
    for name, codec, pixels in [
        ("a.mp4", "libx264", "yuv420p"), ("a.mov", "libx264", "yuv420p"), ("a.mkv", "ffv1", "bgr0"),
        ("a.avi", "mjpeg", "yuvj420p"), ("a.webm", "libvpx", "yuv420p"), ("a.gif", "gif", "rgb8"),
        ("a.ts", "libx264", "yuv420p"), ("a.mpg", "mpeg2video", "yuv420p"),
        ("a.flv", "libx264", "yuv420p"),
    ]:  # fmt: skip
        path = save_video(tmp_path / name, frames, codec, pixels, rate=25)
        assert kind_of(path.rename(tmp_path / "no_suffix")) == "video", name
    for name in ("a.png", "a.jpg", "a.bmp", "a.tif", "a.webp"):
        assert kind_of(picture(tmp_path / name)) == "picture", name
    assert kind_of(array(tmp_path / "a.npy")) == "npy"
    np.savez(tmp_path / "a.npz", one=np.zeros(3))
    assert kind_of(tmp_path / "a.npz") == "npz"
    np.savez_compressed(tmp_path / "b.npz", np.zeros(3))
    assert kind_of(tmp_path / "b.npz") == "npz"
    (tmp_path / "text").write_text("ffconcat version 1.0\n")
    assert kind_of(tmp_path / "text") == kind_of(tmp_path / "nowhere") == kind_of(tmp_path) == ""


def test_names_are_found_sorted_without_hidden_ones_and_loops(tmp_path):
    names = ["b/x.npy", "b/a.b/é #%03d:.npy", "a/-y.npy", "top.npy", "line\nbreak.npy"]
    for name in [*names, ".hidden.npy", ".git/z.npy"]:
        array(tmp_path / name)
    (tmp_path / "b" / "readme.txt").write_text("text")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "twice").symlink_to(tmp_path / "b")
    _, found, others = items.find(str(tmp_path))
    assert [item.key for item in found] == sorted(names)
    assert [item.label for item in found] == ["a", "b", "b", None, None]
    assert [row["path"] for row in others] == ["b/readme.txt"]


def test_what_claims_to_be_a_video_is_an_item_all_the_same(tmp_path):
    (tmp_path / "text.mp4").write_text("text")
    (tmp_path / "nowhere.avi").symlink_to("missing.avi")
    os.mkfifo(tmp_path / "pipe.webm")
    picture(tmp_path / "still.png").rename(tmp_path / "still.mov")
    found, others = keys(tmp_path)
    assert found == {"nowhere.avi": "", "pipe.webm": "", "still.mov": "picture", "text.mp4": ""}
    assert others == []


def test_a_folder_of_pictures_is_one_video_in_natural_order(tmp_path):
    for number in (10, 9, 1, 2):
        picture(tmp_path / "run" / "clip" / f"f{number}.png")
    found, others = keys(tmp_path)
    assert found == {"run/clip": "frames"} and others == []
    names = [os.path.basename(path) for path in items.pictures(str(tmp_path / "run" / "clip"))]
    assert names == ["f1.png", "f2.png", "f9.png", "f10.png"]
    assert keys(tmp_path / "run" / "clip")[0] == {".": "frames"}


def test_pictures_beside_videos_are_told_of_and_left(tmp_path):
    array(tmp_path / "a.npy")
    picture(tmp_path / "cover.jpg")
    picture(tmp_path / "back.jpg")
    assert keys(tmp_path) == ({"a.npy": "npy"}, ["back.jpg", "cover.jpg"])


def test_kind_chooses(tmp_path):
    array(tmp_path / "a.npy")
    picture(tmp_path / "s.png")
    assert keys(tmp_path, "strip")[0] == {"s.png": "strip"}
    assert keys(tmp_path, "array")[0] == {"a.npy": "npy"}
    with pytest.raises(DataError, match="no videos in it or below"):
        items.find(str(tmp_path), "video")


def test_parse_kind():
    assert items.parse_kind("auto") == ("auto", 0)
    assert items.parse_kind("strip(frames=16)") == ("strip", 16)
    for text in ("film", "video(frames=3)", "strip(frames=-1)", "strip(n=2)", "strip(frames=1.5)"):
        with pytest.raises(UsageError, match="--kind="):
            items.parse_kind(text)


def test_a_single_file(tmp_path):
    array(tmp_path / "a.npy")
    folder, found, _ = items.find(str(tmp_path / "a.npy"))
    assert folder == str(tmp_path) and [item.key for item in found] == ["a.npy"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_list(tmp_path, suffix):
    array(tmp_path / "sub" / "a.npy")
    array(tmp_path / "b.npy")
    path = tmp_path / f"list.{suffix}"
    if suffix == "csv":
        path.write_text(
            "path,label,group,start,end,split\nsub/a.npy,run,p1,,,test\nb.npy,,,0.5,2,\nb.npy,walk,,,.5,\n"
        )
    else:
        path.write_text(
            '{"path": "sub/a.npy", "label": "run", "group": "p1", "split": "test"}\n'
            '{"path": "b.npy", "start": 0.5, "end": 2}\n\n'
            '{"path": "b.npy", "label": "walk", "end": 0.5, "start": null}\n'
        )
    folder, found, _ = items.find(str(path))
    assert folder == str(tmp_path)
    assert [item.key for item in found] == ["b.npy@0-0.5", "b.npy@0.5-2", "sub/a.npy"]
    assert [item.label for item in found] == ["walk", None, "run"]
    assert found[2].listed == {"label": "run", "group": "p1", "split": "test"}
    assert found[1].listed == {"start": 0.5, "end": 2.0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("path,start\na.npy,x\n", "entry 1, 'a.npy': could not convert"),
        ("path,start,end\na.npy,2,1\n", "start 2 and end 1 are no stretch"),
        ("path,start\na.npy,nan\n", "no stretch"),
        ("path,split\na.npy,val\n", "split 'val' is neither train nor test"),
        ("path,sex\na.npy,f\n", "unknown column 'sex'"),
        ("label\nx\n", "no path"),
        ("path\na.npy\na.npy\n", "'a.npy' stands in it twice"),
        ("path\n", "no entries"),
        ("path,label\na.npy,b,c\n", "unknown column"),
    ],
)
def test_lists_that_are_wrong(tmp_path, text, why):
    array(tmp_path / "a.npy")
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(DataError, match=why):
        items.find(str(tmp_path / "list.csv"))


def test_input_missing(tmp_path):
    with pytest.raises(DataError, match="neither a folder nor a file"):
        items.find(str(tmp_path / "missing"))
    with pytest.raises(DataError, match="no videos in it or below"):
        items.find(str(tmp_path))


def test_pictures_of_one_number_have_an_order(tmp_path, monkeypatch):
    names = ["f1.png", "f01.png", "f001.png", "f2²", "f2", "2.png"]
    for name in names:
        picture(tmp_path / "x.png").rename(tmp_path / name)
    orders = set()
    for listed in (names, names[::-1]):
        monkeypatch.setattr(os, "listdir", lambda folder, listed=listed: listed)
        orders.add(tuple(map(os.path.basename, items.pictures(str(tmp_path)))))
    assert orders == {("2.png", "f001.png", "f01.png", "f1.png", "f2", "f2²")}


@pytest.mark.parametrize("listed", [False, True])
def test_a_folder_of_frames_that_changed_is_known_by_its_stamp(tmp_path, listed):
    folder = tmp_path / "in" / "clip"
    paths = [picture(folder / f"{number}.png", number) for number in range(3)]
    (tmp_path / "list.csv").write_text("path\nin/clip\n")

    def stamp():
        found = items.find(str(tmp_path / ("list.csv" if listed else "in")))[1]
        return found[0].stamp

    for path in (*paths, folder):
        os.utime(path, (100, 100))
    first = stamp()
    assert first == (sum(path.stat().st_size for path in paths), 100 * 10**9)
    os.utime(paths[1], (200, 200))
    assert stamp() == (first[0], 200 * 10**9)
    os.utime(paths[1], (100, 100))
    paths[0].rename(folder / "9.png")  # The frames come in another order.
    assert stamp()[1] > 200 * 10**9


def test_kind_counts_for_what_is_named_too(tmp_path, save_video):
    save_video(tmp_path / "v.mkv", np.zeros([2, 8, 8, 3], np.uint8))
    for number in range(2):
        picture(tmp_path / "frames" / f"{number}.png")
    array(tmp_path / "a.npy")
    (tmp_path / "l.csv").write_text("path\na.npy\nframes\nv.mkv\nmissing\nframes/0.png\n")
    wanted = {"array": "a.npy", "frames": "frames", "video": "v.mkv"}
    for kind, name in wanted.items():
        found, others = keys(tmp_path / "l.csv", kind)
        assert found == {name: found[name], "missing": "", "frames/0.png": "picture"}
        assert others == sorted(set(wanted.values()) - {name})
        other = "video" if kind == "array" else "array"
        if kind != "frames":
            with pytest.raises(DataError, match=f"not asked for by --kind={other}"):
                items.find(str(tmp_path / name), other)
