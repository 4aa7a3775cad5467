// What an editor writes is kept in this tab until it is saved: a session that ended or a crash loses nothing.

const form = document.getElementById("text");
const offer = document.querySelector("[data-unsaved]");
const key = `text-${location.pathname}`;
const held = () => Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrf" && name !== "act"));
const says = (words, others) => Object.entries(words).every(([name, value]) => (others[name] ?? "") === value);
const keep = () => { changed = true; sessionStorage.setItem(key, JSON.stringify(held())); };
let changed = false;
let kept = JSON.parse(sessionStorage.getItem(key) ?? "null");

if ("sent" in form.dataset) {
  // The page shows what was sent, which is not saved yet.
  keep();
} else if (kept && (kept.over !== held().over || says(kept, held()))) {
  sessionStorage.removeItem(key);
} else if (kept) {
  offer.hidden = false;
}

form.addEventListener("input", () => { offer.hidden = true; keep(); });
form.addEventListener("submit", () => { changed = false; });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

offer.querySelector("button").addEventListener("click", () => {
  for (const [name, value] of Object.entries(kept)) {
    // A section that was added has no box on this page: the server makes one for it.
    const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  form.requestSubmit(form.querySelector('[value="preview"]'));
});
