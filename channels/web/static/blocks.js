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

const DRAW = {
  said: (block) => element("p", "said", block.text),
  notice: (block) => element("section", "notice", element("h2", "", block.title), element("p", "", block.text)),
  quotation: (block) =>
    element("article", "quotation", element("h2", "", block.title), ...markdown(block.markdown)),
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
    node = DRAW[block.type](block);
  }
  node.lang = block.language;
  node.dir = "auto";
  return node;
}
