// What an editor writes is kept in this tab until it is saved: a session that ended or a crash loses nothing.

const form = document.getElementById("text");
const offer = document.querySelector("[data-unsaved]");
// By where it is saved: a text that was read of a file stands on another page at first.
const key = `text-${form.getAttribute("action")}`;
const held = () => Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrf" && name !== "act" && !name.startsWith("plan-")));
const within = (words, others) => Object.entries(words).every(([name, value]) => (others[name] ?? "") === value);
// A box that is not ticked has no entry.
const same = (words, others) => within(words, others) && within(others, words);
const keep = () => { changed = true; sessionStorage.setItem(key, JSON.stringify(held())); };
let changed = false;
let kept = JSON.parse(sessionStorage.getItem(key) ?? "null");

if ("sent" in form.dataset) {
  // The page shows what was sent, which is not saved yet.
  keep();
} else if (kept && (kept.over !== held().over || same(kept, held()))) {
  sessionStorage.removeItem(key);
} else if (kept) {
  offer.hidden = false;
}

form.addEventListener("input", () => { offer.hidden = true; keep(); });
form.addEventListener("submit", () => { changed = false; });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

offer.querySelector("button").addEventListener("click", () => {
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
