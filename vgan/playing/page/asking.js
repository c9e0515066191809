"use strict";
// What goes to the server and comes back.

const token = new URLSearchParams(location.search).get("token") || "";
let mostBytes = Infinity; // Of a file; the server says how many.

class Lost extends Error {}

const at = (id) => document.getElementById(id);

async function ask(method, path, body, headers = {}) {
  let answer;
  try {
    headers = {Authorization: `Bearer ${token}`, ...headers};
    answer = await fetch(path, {method, body, headers});
    if (answer.ok) return answer;
  } catch {
    returned();
    throw new Lost("The connection to the server was lost.");
  }
  let told = `the server answered ${answer.status}`;
  try { told = (await answer.json()).error; } catch { /* It said nothing else. */ }
  throw new Error(told);
}

const get = async (path) => (await ask("GET", path)).json();
const post = async (path, about) => (await ask("POST", path, JSON.stringify(about))).json();

let waiting = null;

// Waits until the server is there again, and says so meanwhile.
function returned() {
  waiting ||= (async () => {
    const notice = at("lost");
    notice.textContent =
      "The connection to the server was lost. Start vgan.play again: this page then goes on.";
    notice.hidden = false;
    for (;;) {
      await pause(1000);
      try {
        if (await known()) break;
        notice.textContent = "The server is back at another address: open the one that it printed.";
      } catch { /* Not yet. */ }
    }
    notice.hidden = true;
    waiting = null;
  })();
  return waiting;
}

// Whether who listens now knows the token: anybody might by then, so it isn't told.
async function known() {
  const bytes = (text) => new TextEncoder().encode(text);
  const hmac = {name: "HMAC", hash: "SHA-256"};
  const text = crypto.randomUUID();
  const answer = await fetch(`/api/proof/${text}`);
  const key = await crypto.subtle.importKey("raw", bytes(token), hmac, false, ["sign"]);
  const wanted = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(text)));
  const digits = [...wanted].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return answer.ok && (await answer.json()).proof === digits;
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// Has something made, and tells `show` of it now and then; gives what became of it.
async function make(about, show, started = () => {}) {
  const {id} = await post("/api/jobs", about);
  started(id);
  for (;;) {
    try {
      const job = await get(`/api/jobs/${id}`);
      show(job);
      if (!["waiting", "running"].includes(job.state)) return job;
      await pause(250);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      await returned();
    }
  }
}

const blobs = new Map();

// The address of a file of the server within this page.
async function file(number) {
  if (!blobs.has(number)) {
    const answer = await ask("GET", `/api/files/${number}`);
    blobs.set(number, URL.createObjectURL(await answer.blob()));
  }
  return blobs.get(number);
}

async function upload(blob, name) {
  if (blob.size > mostBytes) {
    const [size, most] = [blob.size, mostBytes].map((bytes) => (bytes / 1e6).toFixed(0));
    throw new Error(`${name}: ${size} MB are too much, the server takes ${most}.`);
  }
  const answer = await ask("POST", "/api/files", blob, {"X-Name": encodeURIComponent(name)});
  return answer.json();
}
