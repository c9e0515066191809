// Clips of seeds, walks between them, and what directions do to them.

let chosen = null, models = [];

const makeForm = document.querySelector("#make form");
const walkForm = document.querySelector("#walk form");
const changeForm = document.querySelector("#change form");

makeForm.elements.another.onclick = () => {
  makeForm.elements.seed.value = Math.floor(Math.random() * 1e6);
  makeForm.requestSubmit();
};

onSend(makeForm, async () => {
  const place = document.querySelector("#make .job"), cards = [];
  const {seed, number, beside} = makeForm.elements;
  const about = {kind: "clips", seed: whole(seed), number: whole(number), ...common(makeForm)};
  const other = models.find((model) => model.name === beside.value);
  const shown = other ? [chosen, other] : [chosen];
  place.replaceChildren();
  at("made").replaceChildren();
  document.querySelector("#make .empty").hidden = true;
  await Promise.all(shown.map((model, column) => {
    let drawn = 0;
    const mine = {...about, model: model.name};
    if (column) mine.checkpoint = null;
    if (column && !model.labels.includes(about.label)) mine.label = null;
    return work(place, mine, shown.length > 1 ? model.name : "Making", (job) => {
      for (; drawn < job.results.length; drawn++) {
        cards[drawn] ||= card(shown);
        cards[drawn].put(column, job.results[drawn]);
      }
    });
  }));
});

// A clip, or the clips of several models that belong together.
function card(shown) {
  const slots = shown.map((model) => el("div", {}, ...shown.length > 1
    ? [el("small", {textContent: model.name, title: model.name})] : []));
  const words = el("figcaption"), actions = el("div", {className: "actions"});
  at("made").append(el("figure", {}, el("div", {className: "pair"}, ...slots), words, actions));
  return {
    async put(column, made) {
      const model = shown[column], name = `${model.name}-${made.seed}-${made.number}`;
      const text = `clip ${made.number}${made.label ? ` · ${made.label}` : ""}`;
      slots[column].append(await clip(made.webp, model, `${text} of seed ${made.seed}`));
      if (!slots[1]) actions.append(...savings(made, name));
      else slots[column].append(el("div", {className: "actions"}, ...savings(made, name)));
      if (column) return;
      words.textContent = text;
      actions.append(button("Walk", () => walkVia(made)));
      if (model.directions.length) actions.append(button("Change", () => changeFrom(made)));
    },
  };
}

let first = null;

function walkVia(made) {
  const form = walkForm.elements, end = first ? 1 : 0;
  form[`seed${end}`].value = made.seed;
  form[`number${end}`].value = made.number;
  if (!end && made.label) form.label.value = made.label;
  first = end ? null : made;
  if (end) {
    open_("walk");
    return walkForm.requestSubmit();
  }
  says(document.querySelector("#make .job"),
    `The walk begins at clip ${made.number} of seed ${made.seed}. Press Walk at the clip it leads to.`);
}

onSend(walkForm, async () => {
  const place = document.querySelector("#walk .job"), form = walkForm.elements;
  const ends = [0, 1].map((n) => [whole(form[`seed${n}`]), whole(form[`number${n}`])]);
  place.replaceChildren();
  const about = {kind: "walk", ends, frames: whole(form.frames), ...common(walkForm)};
  const model = chosen;
  const job = await work(place, about, "Walking");
  if (!job) return;
  const [made] = job.results, text = ends.map(([seed, n]) => `clip ${n} of seed ${seed}`).join(" to ");
  const name = `${model.name}-walk-${ends.flat().join("-")}`;
  at("walked").prepend(el("figure", {}, await clip(made.webp, model, `walk from ${text}`),
    el("figcaption", {textContent: text}), el("div", {className: "actions"},
      ...savings(made, name))));
});

function changeFrom(made) {
  const {seed, number, label} = changeForm.elements;
  seed.value = made.seed;
  number.value = made.number;
  if (made.label) label.value = made.label;
  at("changed").replaceChildren();
  open_("change");
}

function showDirections() {
  at("sliders").replaceChildren(...chosen.directions.map((way) => {
    const value = el("output", {textContent: "0"});
    const slider = el("input", {type: "range", min: -3, max: 3, step: 0.25, value: 0, name: "way"});
    slider.dataset.way = way.name;
    slider.oninput = () => { value.textContent = slider.value; };
    slider.onchange = changed;
    const known = way.r2 === null ? way.kind : `${way.kind}, R² ${way.r2.toFixed(2)}`;
    return el("label", {}, el("span", {}, `${way.name} `, el("small", {className: "quiet",
      textContent: known})), value, slider);
  }));
  const none = at("no-directions");
  none.hidden = !chosen.directions_error;
  none.textContent = chosen.directions_error || "";
}

let changing = false, again = false;

// Shows the clip as it is and as the sliders have it; moved meanwhile, once more at the end.
async function changed() {
  again = true;
  if (changing) return;
  changing = true;
  while (again) {
    again = false;
    await showChange();
  }
  changing = false;
}

async function showChange() {
  const place = document.querySelector("#change .job"), form = changeForm.elements;
  const about = {kind: "change", seed: whole(form.seed), number: whole(form.number),
    ...common(changeForm)};
  const amounts = {}, model = chosen;
  for (const slider of at("sliders").querySelectorAll("input")) {
    if (Number(slider.value)) amounts[slider.dataset.way] = Number(slider.value);
  }
  place.replaceChildren();
  const figures = [];
  for (const [text, ways] of [["as it is", {}], ["changed", amounts]]) {
    const job = await work(place, {...about, amounts: ways}, "Changing");
    if (!job) return;
    const [made] = job.results, name = `${model.name}-${about.seed}-${about.number}-${text}`;
    figures.push(el("figure", {}, await clip(made.webp, model, `clip ${text}`),
      el("figcaption", {textContent: text}), el("div", {className: "actions"},
        ...savings(made, name.replaceAll(" ", "-")))));
  }
  at("changed").replaceChildren(...figures);
}

changeForm.addEventListener("submit", (event) => event.preventDefault());
changeForm.elements.reset.onclick = () => { showDirections(); changed(); };
for (const name of ["seed", "number", "label", "checkpoint"]) {
  changeForm.elements[name].addEventListener("change", changed);
}
