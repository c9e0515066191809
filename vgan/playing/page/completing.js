// Files of one's own: dropped, painted on, completed.

const completeForm = document.querySelector("#complete form");
const mask = at("mask"), brush = completeForm.elements.brush;
const GIVES = {
  restored: "Give a video or a picture: each of its frames is made anew after it.",
  inpainted: "Give a video, and paint over what is to be made anew.",
  continued: "Give a video or a picture: it goes on after its last frames.",
  raised: "Give a video: frames are made between its frames.",
  between: "Give pictures, in a row, between which the frames are made.",
};
let given = [], painted = false, mine = null;

const way = () => chosen.completes.find((of) => of.task === completeForm.elements.task.value);

function showCompleting() {
  const {task, file: input} = completeForm.elements;
  options(task, chosen.completes.map((of) => of.task));
  const of = way();
  if (!of) return;
  at("gives").textContent = GIVES[of.way]
    + (of.pictures ? ` It takes ${of.pictures}.` : "") + (of.relabels ? " Label says of which class." : "");
  input.multiple = of.pictures > 1;
  for (const element of document.querySelectorAll("[data-way]")) {
    element.hidden = element.dataset.way !== of.way;
    for (const inner of element.querySelectorAll("input")) inner.disabled = element.hidden;
  }
  at("painting").hidden = mask.hidden = of.way !== "inpainted" || !given.length;
}

async function take(files) {
  const place = document.querySelector("#complete .job"), drop = at("drop").querySelector("span");
  if (!files.length) return;
  drop.textContent = "Sending ...";
  place.replaceChildren();
  try {
    given = [];
    for (const one of files) given.push(await upload(one, one.name));
    mine = files[0];
    const [shown] = given, size = enlarged(shown.height, shown.width, 320);
    at("first").src = await file(shown.first);
    Object.assign(at("first"), size);
    Object.assign(mask, {height: shown.height, width: shown.width});
    painted = false;
    const length = shown.frames === 1 ? "a picture" : `${shown.frames ?? "some"} frames, ${shown.fps.toFixed(3).replace(/\.?0+$/, "")} a second`;
    at("file-about").textContent = given.length > 1 ? given.map((of) => of.name).join(", ")
      : `${shown.name}: ${shown.width}x${shown.height}, ${length}${shown.sound ? ", with sound" : ""}`;
  } catch (error) {
    given = [];
    says(place, capital(error.message), true);
  }
  at("given").hidden = !given.length;
  drop.textContent = given.length ? "Drop another file here, or choose one"
    : "Drop a file here, or choose one";
  completeForm.elements.file.value = "";
  showCompleting();
}

completeForm.elements.file.onchange = (event) => take([...event.target.files]);
completeForm.elements.task.onchange = showCompleting;
for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  at("drop").addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", over);
    if (name === "drop") take([...event.dataTransfer.files]);
  });
}

function stroke(event) {
  const box = mask.getBoundingClientRect(), pen = mask.getContext("2d");
  const scale = mask.width / box.width;
  const place = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  const [x, y] = mask.last || place;
  pen.strokeStyle = "#fff";
  pen.lineCap = "round";
  pen.lineWidth = Math.max(1, (brush.value / 100) * Math.max(mask.width, mask.height));
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(place[0] + 0.01, place[1]);
  pen.stroke();
  mask.last = place;
  painted = true;
}

mask.onpointerdown = (event) => {
  mask.setPointerCapture(event.pointerId);
  mask.last = null;
  stroke(event);
};
mask.onpointermove = (event) => { if (event.buttons) stroke(event); };
completeForm.elements.clear.onclick = () => {
  mask.getContext("2d").clearRect(0, 0, mask.width, mask.height);
  painted = false;
};

onSend(completeForm, async () => {
  const place = document.querySelector("#complete .job"), form = completeForm.elements, of = way();
  if (!given.length) throw new Error("There is no file yet: drop one.");
  if (of.way === "inpainted" && !painted) {
    throw new Error("The mask is empty: paint over what is to be made anew.");
  }
  place.replaceChildren();
  const [first] = given, own = mine;  // Another file may be dropped meanwhile.
  const about = {kind: "completed", task: of.task, files: given.map((one) => one.id),
    seed: whole(form.seed), ...common(completeForm)};
  if (of.way === "continued") about.frames = whole(form.frames);
  if (of.way === "inpainted") {
    const blob = await new Promise((done) => mask.toBlob(done, "image/png"));
    about.mask = (await upload(blob, "mask.png")).id;
  }
  const job = await work(place, about, "Completing");
  if (!job) return;
  const [{mp4}] = job.results, name = first.name.replace(/\.[^.]*$/, "");
  const films = [film(first, await file(mp4), "completed")];
  if (own.type.startsWith("video/")) films.unshift(film(first, URL.createObjectURL(own), "as given"));
  at("completed").prepend(el("figure", {}, el("div", {className: "pair"}, ...films),
    el("figcaption", {textContent: first.name}),
    el("div", {className: "actions"}, saving(mp4, `${name}-completed.mp4`))));
});

function film(of, src, words) {
  const video = el("video", {src, controls: true, loop: true, autoplay: true, muted: true});
  video.width = Math.max(288, of.width);
  return el("div", {}, el("small", {textContent: words}), video);
}
