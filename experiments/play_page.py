"""Plays on the page of vgan.play as a person would, in headless Chromium, and photographs it.

python experiments/play_page.py --workdir=runs/base --inpainting=runs/inpainting --output=pictures

Needs pip install playwright, and a Chromium: its own (playwright install chromium), or --browser.
The run of --workdir knows labels, that of --inpainting was trained with --task=inpainting. Each
step prints a line; the first that fails ends it.
"""

import base64
import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from absl import app, flags

from vgan.media.clips import write_video

flags.DEFINE_string("workdir", None, "A run with labels.", required=True)
flags.DEFINE_string("inpainting", None, "A run of --task=inpainting.", required=True)
flags.DEFINE_string("output", None, "Folder of the pictures.", required=True)
flags.DEFINE_string("browser", None, "Path of Chromium (default: Playwright's own).")

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 300_000  # Milliseconds.
DROP = """([text, name]) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), data = new DataTransfer();
  data.items.add(new File([bytes], name, {type: "video/mp4"}));
  document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data}));
}"""

DIFFERENT = """() => new Set([...document.querySelectorAll("#changed img")].map((image) => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL();
})).size == 2"""


@contextlib.contextmanager
def served(workdirs, home):
    """Starts the server, with its files in a folder; gives its process and its address."""
    command = [sys.executable, "-m", "vgan.play", "--noopen"]
    command += [f"--workdir={workdir}" for workdir in workdirs]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    server = subprocess.Popen(command, env=os.environ | {"XDG_STATE_HOME": str(home)}, **quiet)
    try:
        yield server, re.search(r"http://\S+", server.stdout.readline())[0]
    finally:
        server.terminate()
        server.wait(60)


def done(text):
    print(f"{time.strftime('%T')} {text}", flush=True)


class Person:
    """Who uses the page.

    Args:
      page: of Playwright, and its `expect`.
      folder: `Path` of the pictures.
    """

    def __init__(self, page, expect, folder):
        self.page, self._expect, self._folder = page, expect, folder
        page.set_default_timeout(PATIENCE)

    def photograph(self, name):
        """Takes pictures of the page: wide and narrow, light and dark."""
        for size, viewport in (("wide", WIDE), ("phone", PHONE)):
            for scheme in ("light", "dark"):
                self.page.set_viewport_size(viewport)
                self.page.emulate_media(color_scheme=scheme)
                self.page.screenshot(
                    path=self._folder / f"{name}-{size}-{scheme}.png", full_page=True
                )
                wider = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wider <= 0, f"{name}: {wider} pixels too wide at {size}"
        self.page.set_viewport_size(WIDE)
        self.page.emulate_media(color_scheme="light")

    def tab(self, name):
        """Goes to a part of the page."""
        self.page.get_by_role("tab", name=name).click()

    def number(self, of, count):
        """Waits until there are so many pictures in a place."""
        shown = self.page.locator(f"#{of} img[src], #{of} .pair > :last-child video[src]")
        self._expect(shown).to_have_count(count, timeout=PATIENCE)

    def make(self):
        """Makes four clips, then four of another label, then the same of two models."""
        page = self.page
        self.photograph("1-empty")
        page.locator("#make .go").click()
        self.number("made", 4)
        self.photograph("2-made")
        done("made 4 clips")
        label = page.locator("#make select[name=label]")
        wanted = label.locator("option").nth(2).inner_text()
        label.select_option(wanted)
        page.locator("#make .go").click()
        captions = page.locator("#made figcaption", has_text=f"· {wanted}")
        self._expect(captions).to_have_count(4, timeout=PATIENCE)
        self.number("made", 4)
        done(f"changed the label to {wanted}")

    def walk(self):
        """Walks from the first clip to the third."""
        buttons = self.page.locator("#made").get_by_role("button", name="Walk")
        buttons.nth(0).click()
        buttons.nth(2).click()
        self.number("walked", 1)
        with self.page.expect_download() as download:
            self.page.locator("#walked").get_by_role("button", name="Save mp4").click()
        assert Path(download.value.path()).read_bytes()[4:8] == b"ftyp"
        self.photograph("3-walked")
        done(f"walked, and saved {download.value.suggested_filename}")

    def compare(self):
        """Shows two models beside each other."""
        self.tab("Make")
        beside = self.page.locator("#make select[name=beside]")
        beside.select_option(index=1)
        self.page.locator("#make .go").click()
        self.number("made", 8)
        self.photograph("4-compared")
        beside.select_option(index=0)
        done("compared two models")

    def change(self):
        """Moves a slider, where the run has directions."""
        buttons = self.page.locator("#made").get_by_role("button", name="Change")
        if not buttons.count():
            return done("no directions to go along")
        buttons.nth(1).click()
        self.number("changed", 2)
        slider = self.page.locator("#sliders input").first
        before = self.page.locator("#changed img").nth(1).get_attribute("src")
        slider.fill("2")
        slider.dispatch_event("change")
        changed = self.page.locator("#changed img").nth(1)
        self._expect(changed).not_to_have_attribute("src", before, timeout=PATIENCE)
        self._expect(self.page.locator("#change .working")).to_have_count(0, timeout=PATIENCE)
        assert self.page.evaluate(DIFFERENT), "the slider changed nothing"
        self.photograph("3-changed")
        self.tab("Make")
        done("went along a direction")

    def complete(self, name):
        """Drops a video onto the page, paints a mask and has it completed."""
        page, pixels = self.page, np.random.default_rng(0).integers(0, 256, [1, 6, 8, 3], np.uint8)
        video = np.repeat(pixels, 20, axis=0).repeat(8, axis=1).repeat(8, axis=2)
        page.locator("#model").select_option(name)
        self.tab("Complete")
        self.photograph("5-nothing-dropped")
        self.drop(b"no video at all", "notes.mp4")
        page.locator("#complete .bad", has_text="notes.mp4").wait_for()
        self.photograph("6-refused")
        with tempfile.TemporaryDirectory() as folder:
            with open(Path(folder) / "huge.mp4", "wb") as file:
                file.truncate(2 * 10**9)
            page.locator("#complete input[type=file]").set_input_files(Path(folder) / "huge.mp4")
            page.locator("#complete .bad", has_text="huge.mp4: 2000 MB are too much").wait_for()
            write_video(Path(folder) / "in.mp4", video, 10)
            self.drop((Path(folder) / "in.mp4").read_bytes(), "my clip.mp4")
        page.locator("#file-about", has_text="my clip.mp4: 64x48, 20 frames").wait_for()
        page.locator("#complete .go").click()
        page.locator("#complete .bad", has_text="The mask is empty").wait_for()
        box = page.locator("#mask").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
        page.mouse.up()
        page.locator("#complete .go").click()
        self.number("completed", 1)
        film = page.locator("#completed video").last
        self._expect(film).to_have_js_property("readyState", 4, timeout=PATIENCE)
        length = film.evaluate("film => film.duration")
        assert abs(length - 2) < 0.2, f"the completed video takes {length} s, given were 2"
        self.photograph("7-completed")
        done("dropped a file, painted a mask and completed it")

    def drop(self, content, name):
        """Drops a file onto the page."""
        self.page.evaluate(DROP, [base64.b64encode(content).decode(), name])

    def ask_for_many(self):
        """Begins what takes a while, and waits until it is under way."""
        self.tab("Make")
        self.page.locator("#make input[name=number]").fill("64")
        self.page.locator("#make .go").click()
        self.page.locator("#make .working", has_text="of 64 clips").wait_for()

    def kill(self, server):
        """Sees the server die in the middle of a job."""
        self.ask_for_many()
        server.send_signal(signal.SIGKILL)
        server.wait()
        self.page.locator("#lost", has_text="connection to the server was lost").wait_for()
        self.photograph("8-lost")
        done("the server was killed in the middle of a job, and the page says so")

    def go_on(self):
        """Sees the server come back: the page goes on without being loaded again."""
        self.page.locator("#lost").wait_for(state="hidden")
        self.page.locator("#make .bad", has_text="it was started anew").wait_for()
        self.page.locator("#make input[name=number]").fill("2")
        self.page.locator("#make .go").click()
        self.number("made", 2)
        done("the server is back, and the page goes on")

    def cancel(self):
        """Ends a job."""
        self.ask_for_many()
        self.page.get_by_role("button", name="Cancel").click()
        self.page.locator("#make .job", has_text="Making: cancelled.").wait_for()
        done("cancelled a job")

    def scores(self):
        """Looks at the scores."""
        self.tab("Scores")
        self.page.locator("#scores p").first.wait_for()
        self.photograph("9-scores")


def refused(address):
    """What the server says to requests that it must refuse: lines of text."""
    parts = urlsplit(address)
    token = {"Authorization": f"Bearer {parse_qs(parts.query)['token'][0]}"}
    for method, path, headers in (
        ("GET", "/?token=wrong", {}),
        ("GET", "/api/models", token | {"Host": "evil.example"}),
        ("GET", "/api/files/..%2F..%2Fconfig.json", token),
        ("GET", "/../../config.json", token),
        ("POST", "/api/files", token | {"Content-Length": str(2 * 10**9)}),
    ):
        connection = http.client.HTTPConnection(parts.netloc)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status >= 400 and len(text.splitlines()) == 1, text
        yield f"{method} {path.partition('?')[0]}: {answer.status} {text}"


def main(unused):
    from playwright.sync_api import expect, sync_playwright

    values = flags.FLAGS
    folder = Path(values.output)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        workdirs = [values.workdir, values.workdir, values.inpainting]
        browser = playwright.chromium.launch(executable_path=values.browser, args=["--no-sandbox"])
        person = Person(browser.new_page(), expect, folder)
        faults = []
        person.page.on("pageerror", lambda error: faults.append(str(error)))
        with served(workdirs, home) as (server, address):
            person.page.goto(address)
            person.make()
            person.walk()
            person.tab("Make")
            person.change()
            person.compare()
            person.cancel()
            person.kill(server)
        with served(workdirs, home) as (server, again):
            assert again == address, "the address must stay"
            person.go_on()
            left = [path.name for path in Path(home).rglob("files/.*")]
            assert not left, f"half written: {left}"
            person.scores()
            person.complete(Path(values.inpainting).resolve().name)
            for line in refused(address):
                done(line)
        assert not list(Path(home).rglob("files/*")), "files were left"
        assert not faults, faults
        browser.close()


if __name__ == "__main__":
    app.run(main)
