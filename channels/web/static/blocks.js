// A reply's blocks as DOM nodes, each in its own language and direction.

import { element, link, markdown } from "./markdown.js";

function details(list, rows) {
  for (const row of rows) {
    list.append(element("dt", "", row.label), ...row.values.map((value) => element("dd", "", value)));
  }
  return list;
}

function step(row) {
  const item = element("li", "", element("strong", "", row.title));
  if (row.text) item.append(element("span", "", row.text));
  if (row.details.length) item.append(details(element("dl", "detail"), row.details));
  return item;
}

function phones(rows) {
  return rows.map((row) => {
    const line = element("p", "", link("tel:" + row.label.replace(/[^+\d]/g, ""), row.label));
    line.firstChild.dir = "ltr";
    if (row.values.length) line.append(" · ", row.values.join("; "));
    return line;
  });
}

function checklist(block, choose) {
  const list = element("ul", "");
  for (const item of block.items) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = item.ticked;
    box.dataset.item = item.id;
    box.addEventListener("change", () =>
      choose({ payload: box.checked ? item.tick : item.untick, title: item.text, quiet: true }),
    );
    list.append(element("li", "", element("label", "", box, element("span", "", item.text))));
  }
  return element("section", "checklist", element("h2", "", block.heading), list);
}

// Lists that are on the screen already, brought to a new state.
export function redraw(root, blocks) {
  for (const item of blocks.flatMap((block) => block.items ?? [])) {
    for (const box of root.querySelectorAll(`input[data-item="${CSS.escape(item.id)}"]`)) {
      box.checked = item.ticked;
    }
  }
}

const RIGHT_TO_LEFT = /^(ar|fa|he|ps|ur)\b/;

const DRAW = {
  said: (block) => element("p", "said", block.text),
  notice: (block) => element("section", "notice", element("h2", "", block.title), element("p", "", block.text)),
  quotation: (block) =>
    element("article", "quotation", element("h2", "", block.title), ...markdown(block.markdown)),
  step: (block) => {
    const card = element("section", "step", element("p", "label", block.label), element("h2", "", block.title));
    if (block.text) card.append(element("p", "", block.text));
    if (block.details.length) card.append(details(element("dl", "detail"), block.details));
    return card;
  },
  checklist,
  steps: (block) =>
    element("section", "steps", element("h2", "", block.heading), element("ol", "", ...block.steps.map(step))),
  sources: (block) => {
    const items = block.sources.map((source) =>
      element("li", "", source.url ? link(source.url, source.title) : source.title),
    );
    const label = element("p", "", block.label);
    return element("footer", "sources", element("p", "", block.checked), label, element("ul", "", ...items));
  },
  contact: (block) => {
    const card = element("section", "contact", element("h2", "", block.name), element("p", "", block.purpose));
    card.append(...phones(block.phones));
    if (block.website) card.append(element("p", "", link(block.website, block.website.replace(/^https?:\/\//, ""))));
    if (block.details.length) card.append(details(element("dl", ""), block.details));
    return card;
  },
};

export function draw(block, choose) {
  let node;
  if (block.type === "buttons") {
    node = element("div", "choices");
    for (const choice of block.buttons) {
      const button = element("button", "", choice.title);
      button.type = "button";
      button.lang = choice.language;
      button.dir = "auto";
      button.addEventListener("click", () => choose(choice));
      node.append(button);
    }
  } else {
    node = DRAW[block.type](block, choose);
  }
  node.lang = block.language;
  // A card or a quotation keeps its language's side, even where a Latin name comes first; each text in it finds its own direction.
  node.dir = block.type === "said" ? "auto" : RIGHT_TO_LEFT.test(block.language) ? "rtl" : "ltr";
  for (const leaf of node.querySelectorAll("h2, p, dt, dd, strong, span")) leaf.dir ||= "auto";
  return node;
}
