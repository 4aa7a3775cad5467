// What an editor writes is kept in this tab until it is saved (`saved.js`): a session that ended or a crash loses nothing.

const form = document.getElementById("text");
const offer = document.querySelector("[data-unsaved]");
// By where it is saved: a text that was read of a file stands on another page at first.
const key = `text-${form.getAttribute("action")}`;
const held = () => Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrf" && name !== "act" && !name.startsWith("plan-")));
// Without what is another after each save, also a colleague's.
const words = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => !["over", "renders", "reviewed"].includes(name)));
const within = (words, others) => Object.entries(words).every(([name, value]) => (others[name] ?? "") === value);
// A box that is not ticked has no entry.
const same = (words, others) => within(words, others) && within(others, words);
const keep = () => { changed = true; sessionStorage.setItem(key, JSON.stringify(held())); };
let changed = false;
let kept = JSON.parse(sessionStorage.getItem(key) ?? "null");

if ("sent" in form.dataset) {
  // The page shows what was sent, which is not saved yet.
  keep();
} else if (kept && same(words(kept), words(held()))) {
  sessionStorage.removeItem(key);
} else if (kept) {
  offer.hidden = false;
}

form.addEventListener("input", () => { offer.hidden = true; keep(); });
form.addEventListener("submit", () => { changed = false; sessionStorage.setItem("sent", key); });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

// With the `over` that it was written over: where a colleague has saved meanwhile, both are put together as ever.
offer.querySelector("button").addEventListener("click", () => {
  // A section that a colleague added was not there when this was written.
  for (const name of Object.keys(held())) if (!(name in kept) && form.elements[name].type !== "checkbox") form.elements[name].value = "";
  for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = box.name in kept;
  for (const [name, value] of Object.entries(kept)) {
    // A section that was added has no box on this page: the server makes one for it.
    const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
    if (field.type !== "checkbox") field.value = value;
  }
  const act = Object.assign(document.createElement("button"), { name: "act", value: "preview", hidden: true });
  form.append(act);
  form.requestSubmit(act);
});
