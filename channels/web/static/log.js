// The messages on the screen, in the order of their numbers; what is not sent yet comes last.

import { draw, redraw } from "./blocks.js";
import { element } from "./markdown.js";

// `auto` goes by the first letter: a question in Arabic that begins with TAJ is from right to left all the same.
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/g;
const count = (text, letters) => text.match(letters)?.length ?? 0;
const direction = (text) => (2 * count(text, RIGHT_TO_LEFT) > count(text, /\p{L}/gu) ? "rtl" : "auto");

export class Log {
  element = element("ul", "log");
  // The items of messages that are no messages of the conversation yet, by their client ids.
  #pending = new Map();
  #host;

  // `host` has `texts`, write(payload, title, quiet) and retry().
  constructor(host) {
    this.#host = host;
    this.element.tabIndex = 0;
  }

  get pending() {
    return [...this.#pending.keys()];
  }

  get isFresh() {
    return !this.element.querySelector(".migrant");
  }

  pend(message) {
    if (this.#pending.has(message.client_id)) return;
    const item = message.quiet ? element("li", "quiet") : this.#bubble(message.shown);
    this.#pending.set(message.client_id, item);
    if (!message.quiet) {
      this.element.append(item);
      item.scrollIntoView({ block: "end" });
    }
  }

  state({ client_id }, name, code) {
    const item = this.#pending.get(client_id);
    if (!item) return;
    const t = this.#host.texts;
    const state = element("span", "state");
    if (name === "sending") state.append(t.sending);
    if (name === "refused") state.append(t[code] ?? t.refused);
    if (name === "failed") {
      const retry = element("button", "", t.retry);
      retry.type = "button";
      retry.addEventListener("click", () => this.#host.retry());
      state.append(t.failed, " ", retry);
    }
    const old = item.querySelector(".state");
    // A button that has the focus keeps it for as long as it can.
    if (old?.textContent === state.textContent) return;
    const focused = old?.contains(this.element.getRootNode().activeElement);
    old?.remove();
    item.append(state);
    if (focused) (state.querySelector("button") ?? this.element).focus();
    if (name === "failed" && !item.isConnected) this.element.append(item);
    if (name === "refused") this.#pending.delete(client_id);
  }

  // The item of a message, where it can be seen.
  show(message) {
    if (message.in_place) {
      this.#settle(message)?.remove();
      redraw(this.element, message.reply?.blocks ?? []);
      return null;
    }
    const own = message.sender === "migrant";
    const item = (own && this.#settle(message)) || (own ? this.#bubble(message.text) : this.#reply(message));
    // The last word of a conversation stays before the first one of the next.
    item.dataset.number = message.reply?.ended ? 0 : message.number;
    const later = [...this.element.children].find(
      (other) => other !== item && !(Number(other.dataset.number) < message.number),
    );
    if (item.nextElementSibling !== (later ?? null) || !item.isConnected) this.element.insertBefore(item, later ?? null);
    return item;
  }

  // Marks the last message as sent while nothing has been replied to it.
  markSent() {
    this.element.querySelectorAll(".state.sent").forEach((state) => state.remove());
    const last = this.element.lastElementChild;
    if (last?.matches(".migrant[data-number]")) last.append(element("span", "state sent", this.#host.texts.sent));
  }

  keepOnly(clientIds) {
    for (const [clientId, item] of this.#pending) {
      if (clientIds.has(clientId)) continue;
      item.remove();
      this.#pending.delete(clientId);
    }
  }

  clear() {
    this.element.replaceChildren(...this.#pending.values());
  }

  say(text) {
    const item = element("li", "message bot", element("p", "said", text));
    item.dataset.number = 0;
    this.element.prepend(item);
  }

  // The item that was shown before its message was known, without its state.
  #settle({ client_id }) {
    const item = this.#pending.get(client_id);
    this.#pending.delete(client_id);
    item?.querySelector(".state")?.remove();
    return item;
  }

  #bubble(text) {
    const item = element("li", "message migrant", text);
    item.dir = direction(text);
    return item;
  }

  #reply({ reply, sender }) {
    const choose = ({ payload, title, quiet }) => this.#host.write(payload, title, quiet);
    const item = element("li", "message bot", ...reply.blocks.map((block) => draw(block, choose)));
    if (sender === "person") {
      item.classList.add("person");
      const who = element("p", "who", this.#host.texts.person_writes.replace("{name}", reply.person));
      who.dir = "auto";
      item.prepend(who);
    }
    return item;
  }
}
