// A sound and a number in the title when somebody new waits for this counsellor; off until it is switched on here.

const KEY = "desk-alert";
const box = document.querySelector("[data-alert]");
const title = document.title;
const waiting = () => new Set([...document.querySelectorAll("[data-offered]")].map((one) => one.dataset.offered));
let known = waiting();
let audio;

// Made by the browser itself: the pages load no media.
function ring() {
  if (audio?.state !== "running") return;
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.15, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.4);
}

// Browsers allow sounds only after a click or a key in the page.
async function allow() {
  if (!box.checked) return;
  audio ??= new AudioContext();
  await audio.resume();
}

function count() {
  const number = document.querySelector("[data-offered-count]").textContent;
  document.title = box.checked && waiting().size ? `(${number}) ${title}` : title;
}

box.checked = localStorage.getItem(KEY) === "on";
box.closest("[hidden]").hidden = false;
count();

box.addEventListener("change", async () => {
  localStorage.setItem(KEY, box.checked ? "on" : "off");
  count();
  await allow();
  // So that it is known how it sounds, and whether the computer is not silent.
  if (box.checked) ring();
});
for (const name of ["click", "keydown"]) document.addEventListener(name, allow);

document.addEventListener("htmx:afterSwap", () => {
  const now = waiting();
  if (box.checked && [...now].some((one) => !known.has(one))) ring();
  known = now;
  count();
});
