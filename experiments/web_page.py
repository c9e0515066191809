"""A page of vgan.export --format=web in headless Chromium, beside Python.

  python experiments/web_page.py --workdir=runs/base --page=runs/base/web/2800 --picture=web.png

The page must have been given its --runtime, since nothing is loaded from elsewhere. It makes two
clips of a seed; the second one's values are compared with Python's, in grey levels. Wants
pip install playwright, and Chromium.
"""

import time
from pathlib import Path

import held_out
import numpy as np
from absl import flags
from playwright.sync_api import sync_playwright

from vgan.core import command
from vgan.runs import config

SEED, NUMBER = 3, 1
SECONDS = 600
"""In which a clip must be made."""

flags.DEFINE_string("workdir", None, "Folder of the run.")
flags.DEFINE_string("page", None, "Folder that vgan.export wrote.")
flags.DEFINE_string("picture", None, "PNG file of the page.")
flags.DEFINE_string("chromium", "/usr/bin/chromium", "The browser.")
config.define_sampler_flag()


def main():
    held_out.check_given("workdir", "page", "picture")
    from vgan.runs import trained

    values = flags.FLAGS
    made, seconds = _made(values)
    model = trained.restore(values.workdir, sampler=values.sampler).sampling_model()
    video = model.sample(NUMBER + 1, seed=SEED)[NUMBER]
    off = np.abs(np.array(made).reshape(video.shape) - video.astype(int))
    print(
        f"ready after {seconds[0]:.1f} s, two clips in {seconds[1]:.1f} s; at most {off.max()} "
        f"grey levels from Python's, {100 * (off > 0).mean():.3f} % of values differ"
    )


def _made(values):
    """The values of the clip, and the seconds of loading and of making two."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=values.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 500})
        times = [time.perf_counter()]
        page.goto((Path(values.page) / "index.html").resolve().as_uri())
        _wait(page, "Ready.", times)
        page.fill("#number", str(NUMBER + 1))
        page.fill("#seed", str(SEED))
        page.click("#make")
        _wait(page, f"{NUMBER + 1} clips.", times)
        page.screenshot(path=values.picture)
        label = f"{NUMBER} % Math.max(1, MODEL.about.labels.length)"
        made = page.evaluate(f"made({SEED}n, {NUMBER}, {label}).then(v => [...levels(v)])")
        browser.close()
    return made, np.diff(times)


def _wait(page, text, times):
    told = f"document.getElementById('told').textContent == {text!r}"
    page.wait_for_function(told, timeout=1000 * SECONDS)
    times.append(time.perf_counter())


if __name__ == "__main__":
    command.run(main)
