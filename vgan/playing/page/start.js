// Which model is shown, what it can do, and its scores.

function tabs() {
  const can = {make: chosen.makes, walk: chosen.makes,
    change: chosen.directions.length || chosen.directions_error,
    complete: chosen.completes.length, scores: chosen.source === "run"};
  const sections = [...document.querySelectorAll("main section")].filter((of) => can[of.id]);
  at("tabs").replaceChildren(...sections.map((of) => {
    const tab = button(of.dataset.title, () => open_(of.id));
    tab.id = `tab-${of.id}`;
    tab.role = "tab";
    tab.setAttribute("aria-controls", of.id);
    return tab;
  }));
  const wanted = location.hash.slice(1);
  open_(sections.some((of) => of.id === wanted) ? wanted : sections[0].id);
}

function open_(id) {
  for (const section of document.querySelectorAll("main section")) section.hidden = section.id !== id;
  for (const tab of at("tabs").children) {
    tab.setAttribute("aria-selected", String(tab.id === `tab-${id}`));
  }
  history.replaceState(null, "", `#${id}`);
  if (id === "scores") showScores();
  if (id === "change" && !at("changed").children.length) changed();
}

const digits = (value) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : "–");

async function showScores() {
  const place = at("scores");
  try {
    const scores = await get(`/api/models/${encodeURIComponent(chosen.name)}/scores`);
    if (!scores) {
      return says(place, "Not evaluated yet: python -m vgan.evaluate --workdir=... writes scores.");
    }
    const head = ["score", "value", "floor", "/ floor", "value, about 95 %"];
    const rows = scores.rows.map((of) => [of.name, digits(of.value), digits(of.floor),
      digits(of.over_floor), of.interval ? of.interval.map(digits).join(" to ") : "–"]);
    const row = (tag, cells) => el("tr", {}, ...cells.map((text) => el(tag, {textContent: text})));
    place.replaceChildren(
      el("p", {className: "quiet", textContent: `Of step ${scores.step}. Read each by its floor, `
        + "which is what as many other real clips get. Of most, less is better."}),
      el("div", {className: "wide"}, el("table", {}, row("th", head), ...rows.map((of) => row("td", of)))));
  } catch (error) {
    says(place, capital(error.message), true);
  }
}

function choose(name) {
  chosen = models.find((of) => of.name === name);
  const [frames, height, width] = chosen.clip;
  at("about").textContent = `${frames} frames of ${width}x${height}, ${digits(chosen.fps)} a second, `
    + `${chosen.task}, ${chosen.source === "run" ? "step" : "version"} ${chosen.version}`;
  const others = models.filter((of) => of.name !== name && of.makes).map((of) => of.name);
  const shown = {labels: chosen.labels.length, checkpoints: chosen.checkpoints.length > 1,
    others: others.length, tasks: chosen.completes.length > 1};
  for (const field of document.querySelectorAll("[data-of]")) field.hidden = !shown[field.dataset.of];
  for (const select of document.querySelectorAll("select[name=label]")) {
    const each = "each" in select.dataset;
    options(select, each ? ["", ...chosen.labels] : chosen.labels,
      each ? ["each in turn", ...chosen.labels] : chosen.labels);
  }
  for (const select of document.querySelectorAll("select[name=checkpoint]")) {
    options(select, chosen.checkpoints);
  }
  options(makeForm.elements.beside, ["", ...others], ["no other", ...others]);
  for (const id of ["made", "walked", "changed", "completed"]) at(id).replaceChildren();
  for (const place of document.querySelectorAll(".job")) place.replaceChildren();
  document.querySelector("#make .empty").hidden = false;
  first = null;
  showDirections();
  showCompleting();
  tabs();
}

async function start() {
  try {
    ({models, most_bytes: mostBytes} = await get("/api/models"));
  } catch (error) {
    if (error instanceof Lost) return returned().then(start);
    at("fault").textContent = capital(error.message);
    at("fault").hidden = false;
    return;
  }
  options(at("model"), models.map((of) => of.name));
  at("model-field").hidden = models.length < 2;
  at("model").onchange = () => choose(at("model").value);
  choose(models[0].name);
  document.title = `vgan: ${models.map((of) => of.name).join(", ")}`;
}

start();
