// Reviewed Markdown to DOM nodes: headings, paragraphs, lists, bold, links. Text only ever becomes text nodes.

const INLINE = /\*\*(.+?)\*\*|\[([^\]]+)\]\((https?:[^\s)]+|tel:[^\s)]+|mailto:[^\s)]+)\)/g;

export function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

export function link(url, title) {
  const anchor = element("a", "", title);
  anchor.href = url;
  if (url.startsWith("http")) {
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
  }
  return anchor;
}

export function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) nodes.push(text.slice(end, found.index));
    nodes.push(found[1] !== undefined ? element("strong", "", ...inline(found[1])) : link(found[3], found[2]));
    end = found.index + found[0].length;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

export function markdown(source) {
  const nodes = [];
  let paragraph = [];
  let list = null;
  const flush = () => {
    if (paragraph.length) nodes.push(element("p", "", ...inline(paragraph.join(" "))));
    paragraph = [];
  };
  for (const line of source.split("\n")) {
    const heading = /^#{2,3} (.+)$/.exec(line);
    const item = /^(?:([-*])|\d+[.)]) +(.+)$/.exec(line);
    if (heading || item || !line.trim()) flush();
    if (heading) {
      nodes.push(element("h3", "", ...inline(heading[1])));
    } else if (item) {
      const name = item[1] ? "UL" : "OL";
      if (list?.nodeName !== name) nodes.push((list = element(name.toLowerCase(), "")));
      list.append(element("li", "", ...inline(item[2])));
      continue;
    } else if (line.trim()) {
      if (list?.lastChild && /^\s/.test(line)) {
        list.lastChild.append(" ", ...inline(line.trim()));
        continue;
      }
      paragraph.push(line.trim());
    }
    if (line.trim()) list = null;
  }
  flush();
  return nodes;
}
