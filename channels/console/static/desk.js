// What a counsellor types is kept in this tab until it is sent: a reload, a crash or a lost connection loses nothing.

const key = (form) => `draft-${form.dataset.draft}`;
const unsent = (form, is) => { form.querySelector("[data-unsent]").hidden = !is; };

function begin(form) {
  const text = form.elements.text;
  text.value ||= sessionStorage.getItem(key(form)) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(key(form), text.value));
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
