// What a counsellor types is kept in this tab until it is sent: a reload, a crash or a lost connection loses nothing.

const key = (form) => `draft-${form.dataset.draft}`;
const unsent = (form, is) => { form.querySelector("[data-unsent]").hidden = !is; };

// How often the migrant is told that an answer is being typed, and how long it is shown that the migrant types.
const TELL_MS = 3000;
const SHOW_MS = 5000;
let told = 0;

function tell(form) {
  if (!form.elements.text.value.trim() || Date.now() - told < TELL_MS) return;
  told = Date.now();
  const headers = { "X-CSRF-Token": form.elements.csrf.value };
  fetch(form.dataset.types, { method: "POST", headers }).catch(() => {});
}

function begin(form) {
  const text = form.elements.text;
  const keep = () => sessionStorage.setItem(key(form), text.value);
  if (text.value) {
    // Somebody quick has typed before this script came.
    keep();
    if (document.activeElement === text) tell(form);
  } else text.value = sessionStorage.getItem(key(form)) ?? "";
  text.addEventListener("input", () => {
    keep();
    tell(form);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

document.querySelectorAll("[data-draft]").forEach(begin);

document.addEventListener("htmx:sendError", ({ target }) => { if (target.dataset.draft) unsent(target, true); });
document.addEventListener("htmx:responseError", ({ target }) => { if (target.dataset.draft) unsent(target, true); });
document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  // The words that were sent are in the conversation now; words with something wrong come back with the form.
  if (target.dataset.draft && detail.shouldSwap) sessionStorage.removeItem(key(target));
});

// A ready-made reply goes to where the cursor is; the counsellor sends it, or changes it first.
for (const place of document.querySelectorAll(".canned")) {
  place.hidden = false;
  place.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-insert]");
    if (!button) return;
    const { text } = document.querySelector("[data-draft]").elements;
    text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
    text.focus();
  });
}

// A word of the page's stream. It is no live region: it would be read out again and again.
const typing = document.querySelector("[data-typing]");
let silence;
function types(is) {
  clearTimeout(silence);
  if (!typing) return;
  typing.hidden = !is;
  if (is) silence = setTimeout(types, SHOW_MS, false);
}
document.addEventListener("typing", () => types(true));

// The conversation stands at its end, where what is new comes in.
const talk = () => document.querySelector(".talk");
const count = () => talk().children.length;
const frame = document.querySelector(".talk-frame");
const state = talk().dataset.state;
let seen = count();
let unfolded = [];
frame.scrollTop = frame.scrollHeight;

document.addEventListener("htmx:beforeSwap", () => {
  unfolded = [...talk().querySelectorAll("details[open]")].map((one) => one.id);
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.contains(talk())) {
    // What is being read stays open when the conversation comes anew.
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    // What can be done has changed, and with it the whole page.
    if (talk().dataset.state !== state) location.reload();
    if (count() === seen) return;
    seen = count();
    types(false);
    frame.scrollTop = frame.scrollHeight;
    const status = document.querySelector("[data-told]");
    status.textContent = "";
    requestAnimationFrame(() => { status.textContent = status.dataset.told; });
  } else {
    const form = document.querySelector("[data-draft]");
    begin(form);
    form.elements.text.focus();
  }
});
