// Elements of the page, and what jobs show of themselves.

function el(tag, attributes = {}, ...parts) {
  const element = document.createElement(tag);
  Object.assign(element, attributes);
  element.append(...parts);
  return element;
}

function button(text, act) {
  return el("button", {type: "button", textContent: text, onclick: act});
}

// Small clips are enlarged by a whole factor.
function enlarged(height, width, side = 176) {
  const zoom = Math.max(1, Math.round(side / Math.max(height, width)));
  return {height: zoom * height, width: zoom * width};
}

async function clip(number, model, words) {
  const [, height, width] = model.clip;
  return el("img", {src: await file(number), alt: words, ...enlarged(height, width)});
}

function saving(number, name) {
  const suffix = name.split(".").pop();
  const saves = button(suffix, async () => {
    el("a", {href: await file(number), download: name}).click();
  });
  return Object.assign(saves, {title: `Save ${name}`, ariaLabel: `Save ${suffix}`});
}

const savings = (made, name) => [saving(made.mp4, `${name}.mp4`), saving(made.webp, `${name}.webp`)];

function says(place, text, bad = false) {
  place.replaceChildren(el("p", {className: bad ? "notice bad" : "notice", textContent: text,
    role: bad ? "alert" : "status"}));
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// Has something made and shows how far it is, with a way to end it; gives the job, null if it failed.
async function work(place, about, title, show = () => {}) {
  const bar = el("progress", {max: 1}), text = el("span");
  const row = el("div", {className: "working"}, bar, text);
  place.append(row);
  let ended;
  try {
    ended = await make(about, (job) => {
      if (job.state === "waiting") text.textContent = `${title}: waiting for its turn`;
      else if (job.total) {
        bar.value = job.done / job.total;
        text.textContent = `${title}: ${job.done} of ${job.total} ${job.unit}`;
      } else text.textContent = `${title}: ${job.done} ${job.unit}`;
      show(job);
    }, (id) => row.append(button("Cancel", () => ask("DELETE", `/api/jobs/${id}`))));
  } catch (error) {
    ended = {state: "failed", error: error.message};
  }
  row.remove();
  if (ended.state === "done") return ended;
  const bad = ended.state === "failed";
  const line = el("div");
  says(line, bad ? capital(ended.error) : `${title}: cancelled.`, bad);
  place.append(line);
  return null;
}

// Lets a form be sent once at a time.
function onSend(form, act) {
  const go = form.querySelector(".go");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    try { await act(); } catch (error) {
      says(form.parentElement.querySelector(".job"), capital(error.message), true);
    }
    go.disabled = false;
  });
}

function whole(input) {
  const number = Number(input.value);
  if (Number.isSafeInteger(number)) return number;
  throw new Error(`${input.value} is no whole number, or too large for a browser.`);
}

function options(select, values, texts = values) {
  const before = select.value;
  select.replaceChildren(...values.map((value, n) => el("option", {value, textContent: texts[n]})));
  if (values.includes(before)) select.value = before;
}

// What all forms ask of a model alike.
function common(form) {
  const {label, checkpoint} = form.elements;
  return {model: chosen.name, label: label.value || null, checkpoint: checkpoint.value};
}
