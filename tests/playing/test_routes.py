"""What the page asks: what models can do, jobs, files, scores."""

import io
import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image, ImageSequence

import vgan
from vgan.media.clips import write_video
from vgan.media.source import open_video
from vgan.media.whole import read_video
from vgan.media.writer import write
from vgan.sampling import files, latent_walk


@pytest.fixture(scope="module")
def model(run):
    return vgan.load(run)


@pytest.fixture
def shown(ask):
    """The frames that the page is shown of a file, uint8 [T, H, W, 3]."""

    def read(number):
        answer = ask("GET", f"/api/files/{number}")
        assert answer.headers["Content-Type"] == "image/webp"
        with Image.open(io.BytesIO(answer.content)) as image:
            return np.stack([np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(image)])

    return read


@pytest.fixture
def upload(ask):
    """Gives a file to the server."""
    return lambda content, name: ask("POST", "/api/files", content, {"X-Name": name})


def clip_file(folder, video, name="in.mp4"):
    write_video(folder / name, video, 10)
    return (folder / name).read_bytes()


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_the_page_is_one_file_with_nothing_to_load(ask):
    answer = ask("GET", "/")
    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    (nonce,) = re.findall(r"script-src 'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
    assert text.count(f'nonce="{nonce}"') == 2
    assert "NONCE" not in text
    assert "/* S" not in text
    assert not re.search(r"https?:|src=\"|@import|url\(", text)
    assert ask("GET", "/").content != answer.content, "a nonce is used once"


def test_what_models_can_do(ask, paths):
    live, exported, completing = ask("GET", "/api/models").json["models"]
    assert (live["name"], exported["name"]) == ("my_run", "my_run-2")
    assert live["clip"] == [4, 8, 8]
    assert len(live["labels"]) == 12
    assert live["makes"] and exported["makes"] and not completing["makes"]
    assert live["checkpoints"] == ["last", "average(last=3)"]
    assert exported["checkpoints"] == ["last"]
    assert (live["source"], exported["source"]) == ("run", "export")
    assert live["completes"] == []
    about = {"pictures": 0, "relabels": False}
    assert completing["completes"] == [
        {"task": "inpainting()", "way": "inpainted"} | about,
        {"task": "prediction(given=2)", "way": "continued"} | about,
        {"task": "denoising()", "way": "restored"} | about,
    ]
    assert completing["name"] == paths[2].name


def test_clips_are_those_of_python(made, model, shown):
    job = made(kind="clips", model="my_run", seed=4, number=9, label=None)
    assert (job["state"], job["done"], job["total"], job["unit"]) == ("done", 9, 9, "clips")
    expected = model.sample(9, seed=4)
    for number, of in enumerate(job["results"]):
        assert (of["seed"], of["number"], of["label"]) == (4, number, model.labels[number])
        np.testing.assert_array_equal(shown(of["webp"]), expected[number])


def test_a_file_to_take_away_is_enlarged(ask, made, tmp_path):
    job = made(kind="clips", model="my_run", seed=4, number=1, label="circle up")
    (of,) = job["results"]
    assert of["label"] == "circle up"
    answer = ask("GET", f"/api/files/{of['mp4']}")
    assert answer.headers["Content-Type"] == "video/mp4"
    (tmp_path / "a.mp4").write_bytes(answer.content)
    assert read_video(tmp_path / "a.mp4")[0].shape == (4, 256, 256, 3)


def test_another_checkpoint(made, run, shown):
    average = "average(last=2)"
    job = made(kind="clips", model="my_run", seed=4, number=1, label=None, checkpoint=average)
    expected = vgan.load(run, average).sample(1, seed=4)
    np.testing.assert_array_equal(shown(job["results"][0]["webp"]), expected[0])
    job = made(kind="clips", model="my_run", seed=4, number=1, label=None, checkpoint="best")
    assert job["state"] == "failed"
    assert "no best checkpoint" in job["error"]


@pytest.mark.parametrize("name", ["my_run", "my_run-2"])
def test_a_walk(made, model, shown, name):
    ends = [[4, 0], [4, 5]]
    job = made(kind="walk", model=name, ends=ends, label="2", frames=10)
    assert (job["done"], job["total"], job["unit"]) == (10, 10, "frames")
    latents = [latent_walk.of_seed(model, *end) for end in ends]
    expected = np.stack(list(latent_walk.film(model, latents, 2, 10)))
    np.testing.assert_array_equal(shown(job["results"][0]["webp"]), expected)
    np.testing.assert_array_equal(expected[0], model.sample(1, 4, label=2)[0, 0])
    np.testing.assert_array_equal(expected[-1], model.sample(6, 4, label=2)[5, 3])


def test_a_clip_goes_along_directions(ask, made, model, run, shown):
    vectors = np.random.default_rng(0).normal(size=[2, 8]).astype(np.float32)
    file = run / "directions" / "directions.npz"
    file.parent.mkdir()
    about = {"names": ["speed", "hue"], "kinds": ["statistic", "singular"]}
    about |= {"r2": np.float32([0.75, np.nan]), "step": 4}
    np.savez(file, vectors=vectors, **about)
    found = ask("GET", "/api/models").json["models"][0]["directions"]
    assert found == [
        {"name": "speed", "kind": "statistic", "r2": 0.75},
        {"name": "hue", "kind": "singular", "r2": None},
    ]
    asked = {"kind": "change", "model": "my_run", "seed": 4, "number": 3, "label": "2"}
    job = made(**asked, amounts={"speed": 2, "hue": -0.5})
    latents = latent_walk.of_seed(model, 4, 3) + 2 * vectors[0] - 0.5 * vectors[1]
    np.testing.assert_array_equal(
        shown(job["results"][0]["webp"]), model.decode(latents[None], 2)[0]
    )
    answer = ask("POST", "/api/jobs", asked | {"amounts": {"size": 1}})
    job = made(**asked, amounts={"size": 1})
    assert (answer.status, job["state"]) == (202, "failed")
    assert job["error"].startswith("direction 'size': unknown. Choose one of speed, hue")
    np.savez(file, vectors=vectors[:, :7], **about)
    damaged = ask("GET", "/api/models").json["models"][0]
    assert damaged["directions"] == []
    assert "of latents [7], this model's are [8]" in damaged["directions_error"]
    shutil.rmtree(file.parent)


def test_a_dropped_file_is_completed(ask, made, upload, paths, tmp_path):
    video = np.full([6, 16, 24, 3], 200, np.uint8)
    given = upload(clip_file(tmp_path, video), "my%20clip.mp4").json
    assert (given["name"], given["height"], given["width"]) == ("my clip.mp4", 16, 24)
    assert (given["frames"], given["fps"], given["sound"]) == (6, 10, False)
    mask = np.zeros([16, 24], np.uint8)
    mask[4:8, 4:12] = 255
    painted = upload(png(mask), "mask.png").json
    (tmp_path / "mask.png").write_bytes(png(mask))
    asked = {"kind": "completed", "model": paths[2].name, "seed": 3, "task": "inpainting()"}
    job = made(**asked, files=[given["id"]], mask=painted["id"])
    assert (job["state"], job["done"], job["total"]) == ("done", 6, 6), job["error"]
    (of,) = job["results"]
    (tmp_path / "out.mp4").write_bytes(ask("GET", f"/api/files/{of['mp4']}").content)
    model, source = vgan.load(paths[2]), open_video(tmp_path / "in.mp4")
    hidden = open_video(tmp_path / "mask.png")
    expected = files.complete(model, model.task.alone("inpainting"), source, seed=3, mask=hidden)
    write(tmp_path / "expected.mp4", expected.frames, expected.fps)
    found, wanted = (read_video(tmp_path / f"{name}.mp4")[0] for name in ("out", "expected"))
    np.testing.assert_array_equal(found, wanted)
    assert open_video(tmp_path / "out.mp4").fps == 10
    job = made(**asked, files=[given["id"]])
    assert job["error"].startswith("--mask: not given, and needed with --task=inpainting()")
    small = upload(png(mask[:8]), "mask.png").json
    job = made(**asked, files=[given["id"]], mask=small["id"])
    assert job["error"].startswith("--mask: 8x24, the input is 16x24")


def test_a_video_goes_on(ask, made, upload, paths, tmp_path):
    given = upload(clip_file(tmp_path, np.full([6, 16, 24, 3], 200, np.uint8)), "in.mp4").json
    asked = {"kind": "completed", "model": paths[2].name, "seed": 3, "files": [given["id"]]}
    job = made(**asked, task="prediction", frames=3)
    assert (job["state"], job["done"], job["total"]) == ("done", 9, 9), job["error"]
    for frames, text in ((None, "frames: must be a whole number"), (0, "frames: must be")):
        answer = ask("POST", "/api/jobs", asked | {"task": "prediction", "frames": frames})
        assert text in answer.json["error"]
    answer = ask("POST", "/api/jobs", asked)
    assert "name one of those the model was trained on" in answer.json["error"]


def test_a_picture_is_restored(made, upload, paths):
    given = upload(png(np.zeros([16, 24, 3], np.uint8)), "a.png").json
    asked = {"kind": "completed", "model": paths[2].name, "seed": 3, "files": [given["id"]]}
    job = made(**asked, task="denoising")
    assert (job["state"], job["done"], job["total"]) == ("done", 1, 1), job["error"]


def test_what_is_given_is_not_given_back(ask, upload):
    found = upload(png(np.zeros([4, 6, 3], np.uint8)), "a.png").json
    assert (found["frames"], found["width"]) == (1, 6)
    assert ask("GET", f"/api/files/{found['id']}").status == 404


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"no video", "notes.mp4"),
        (b"", "empty.mp4"),
        (b"no picture", "notes.png"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "list.mp4"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://localhost/a.mp4\n", "list.m3u8"),
        (b"no video", "..%2F..%2Fconfig.json"),
    ],
)
def test_a_file_that_can_not_be_read_is_called_as_its_owner_does(ask, upload, content, name):
    answer = upload(content, name)
    assert answer.status == 400
    text, called = answer.json["error"], name.replace("%2F", "/")
    assert f"'{called}': can't be read" in text
    assert "shelf" not in text  # The folder of the server.


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "kind 'None': unknown. There are clips, walk, change, completed"),
        ({"kind": ["clips"]}, "kind \"['clips']\": unknown"),
        ({"kind": "clips", "model": "none"}, "model 'none': there is none"),
        ({"kind": "clips", "seed": -1, "number": 1}, "seed: must be a whole number, 0 to"),
        ({"kind": "clips", "seed": "1", "number": 1}, "seed: must be a whole number"),
        ({"kind": "clips", "seed": 1, "number": 65}, "number: must be a whole number, 1 to 64"),
        ({"kind": "clips", "seed": 1, "number": True}, "number: must be a whole number"),
        ({"kind": "clips", "seed": 1, "number": 1, "label": "none"}, "label 'none': unknown"),
        (
            {"kind": "clips", "seed": 1, "number": 1, "checkpoint": 3},
            "checkpoint 3: must be",
        ),
        ({"kind": "walk", "ends": [[1, 0]], "label": "2"}, "ends: give 2 to 16 clips"),
        ({"kind": "walk", "ends": [[1, 0], [1, -1]], "label": "2"}, "ends: each must be a seed"),
        ({"kind": "walk", "ends": [[1, 0], [1]], "label": "2"}, "ends: each must be a seed"),
        ({"kind": "walk", "ends": [[1, 0], [1, 2]]}, "--label: not given, the classes are"),
        ({"kind": "walk", "ends": [[1, 0], [1, 2]], "label": "2", "frames": 1}, "frames: must be"),
        ({"kind": "change", "seed": 1, "label": "2", "amounts": [1]}, "amounts: must be numbers"),
        ({"kind": "change", "seed": 1, "label": "2", "amounts": {"a": 99}}, "at most 10 each"),
        (
            {"kind": "completed", "seed": 1, "label": "2", "files": []},
            "files: give one",
        ),
        ({"kind": "completed", "seed": 1, "files": ["../config.json"]}, "gone from the server"),
    ],
)
def test_what_can_not_be_made(ask, fields, text):
    answer = ask("POST", "/api/jobs", {"model": "my_run"} | fields)
    assert answer.status in (400, 404)
    assert text in answer.json["error"]


def test_what_a_model_can_not_do(ask, upload, paths):
    answer = ask(
        "POST", "/api/jobs", {"kind": "clips", "model": paths[2].name, "seed": 1, "number": 1}
    )
    assert "trained with --task=inpainting() + " in answer.json["error"]


def test_a_job_can_be_cancelled(ask):
    asked = {"kind": "walk", "model": "my_run", "ends": [[1, 0], [2, 0]], "label": "1"}
    number = ask("POST", "/api/jobs", asked | {"frames": 960}).json["id"]
    assert ask("DELETE", f"/api/jobs/{number}").status == 200
    while (state := ask("GET", f"/api/jobs/{number}").json["state"]) == "running":
        pass
    assert state == "cancelled"
    assert ask("GET", "/api/jobs/none").status == ask("DELETE", "/api/jobs/none").status == 404


def test_no_path_leads_anywhere(ask):
    for path in (
        "/..",
        "/config.json",
        "/api",
        "/api/files",
        "/%2e%2e/config.json",
        "/page/look.css",
        "/api/files/..%2Fconfig.json",
        "/api/files/%2Fetc%2Fpasswd",
    ):
        assert ask("GET", path).status == 404, path


def test_scores(ask, run):
    assert ask("GET", "/api/models/my_run/scores").json is None
    figure = {"value": 1.5, "interval": [1, 2], "floor": 0.5, "over_floor": 3.0}
    for step, value in (("4", 1.5), ("10", 2.5)):
        folder = run / "evaluation" / step
        folder.mkdir(parents=True)
        scores = {"scores": {"frechet": figure | {"value": value}}}
        (folder / "scores.json").write_text(json.dumps(scores))
    found = ask("GET", "/api/models/my_run/scores").json
    assert found == {"step": "10", "rows": [{"name": "frechet"} | figure | {"value": 2.5}]}
    for text in ("{", '{"scores": {"frechet": 3}}'):
        (folder / "scores.json").write_text(text)
        answer = ask("GET", "/api/models/my_run/scores")
        assert answer.status == 400
        assert "Run vgan.evaluate again" in answer.json["error"]
    shutil.rmtree(run / "evaluation")
