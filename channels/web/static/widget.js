// <kalauz-chat>: the conversation as one custom element in a shadow root.

import { draw } from "./widget/blocks.js";
import { element } from "./widget/markdown.js";
import { Conversation, RefusedError, texts } from "./widget/messages.js";
import sheet from "./widget/style.js";

const RETRY_MS = 1000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class KalauzChat extends HTMLElement {
  #conversation = new Conversation();
  #root = this.attachShadow({ mode: "open" });
  #texts = {};
  #log = element("ul", "log");
  #live = element("div", "live");
  #status = element("span", "");
  #input = document.createElement("textarea");
  // The highest number of a message on the screen.
  #last = 0;

  connectedCallback() {
    // Moving the element in its page must not begin again.
    if (this.#root.adoptedStyleSheets.length) return;
    this.#root.adoptedStyleSheets = [sheet];
    this.#start();
  }

  async #start() {
    const found = await this.#patiently(() => texts(this.getAttribute("language")));
    this.#texts = found.texts;
    this.lang = found.language;
    this.dir = found.direction;
    this.#build();
    this.#say(this.#texts.loading);
    const messages = await this.#patiently(() => this.#conversation.open(this.#wanted()));
    this.#say("");
    messages.forEach((message) => this.#show(message));
    this.#input.disabled = false;
    for (const message of this.#conversation.unsent) await this.#deliver(message);
  }

  // The page's own choice, else the browser's language without its region.
  #wanted() {
    return this.getAttribute("language") ?? navigator.language.split("-")[0];
  }

  // The server may still be loading, or the network be away: try until it works.
  async #patiently(attempt) {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        await pause(RETRY_MS);
      }
    }
  }

  #build() {
    const t = this.#texts;
    this.#log.setAttribute("aria-label", t.conversation);
    this.#log.tabIndex = 0;
    this.#live.setAttribute("role", "status");
    this.#live.setAttribute("aria-live", "polite");
    this.#input.setAttribute("aria-label", t.question);
    this.#input.placeholder = t.placeholder;
    this.#input.rows = 1;
    this.#input.dir = "auto";
    this.#input.disabled = true;
    const send = element("button", "", t.send);
    const form = element("form", "", this.#input, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
    });
    const erase = element("button", "", t.erase);
    erase.type = "button";
    erase.addEventListener("click", () => this.#erase());
    this.#root.replaceChildren(this.#log, this.#live, form, element("div", "foot", this.#status, erase));
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text || this.#input.disabled) return;
    if (text.length > 2000) {
      this.#say(this.#texts.too_long, true);
      return;
    }
    this.#say("");
    this.#input.value = "";
    this.#deliver(this.#conversation.compose(text, text));
  }

  async #deliver(message) {
    const state = element("span", "state", this.#texts.sending);
    const item = this.#bubble(message.shown);
    item.append(state);
    try {
      const [own, ...replies] = await this.#conversation.send(message, this.#wanted());
      if (own.number <= this.#last) {
        // Stored before, though its answer got lost on the way: it is on the screen already.
        item.remove();
        return;
      }
      this.#last = own.number;
      state.remove();
      replies.forEach((reply) => this.#show(reply, true));
    } catch (error) {
      if (error instanceof RefusedError) {
        state.replaceChildren(this.#texts[error.code] ?? this.#texts.refused);
        return;
      }
      const retry = element("button", "", this.#texts.retry);
      retry.type = "button";
      retry.addEventListener("click", () => {
        item.remove();
        this.#deliver(message);
      });
      state.replaceChildren(this.#texts.failed, " ", retry);
      this.#say(this.#texts.offline, true);
    }
  }

  #bubble(text) {
    const item = element("li", "message migrant", text);
    item.dir = "auto";
    this.#log.append(item);
    item.scrollIntoView({ block: "end" });
    return item;
  }

  #show(message, announce = false) {
    this.#last = Math.max(this.#last, message.number);
    if (message.sender === "migrant") {
      this.#bubble(message.text);
      return;
    }
    const choose = (button) => this.#deliver(this.#conversation.compose(button.payload, button.title));
    const item = element("li", "message bot", ...message.reply.blocks.map((block) => draw(block, choose)));
    this.#log.append(item);
    item.scrollIntoView({ block: "nearest" });
    if (item.previousElementSibling) item.previousElementSibling.scrollIntoView({ block: "start" });
    if (announce) {
      // Filled a moment later, so that a screen reader notices the change even of the same text.
      this.#live.textContent = "";
      setTimeout(() => (this.#live.textContent = message.text), 100);
    }
  }

  #say(text, wrong = false) {
    this.#status.textContent = text;
    this.#status.className = wrong ? "wrong" : "";
  }

  async #erase() {
    if (!confirm(this.#texts.erase_sure)) return;
    try {
      await this.#conversation.erase();
    } catch (error) {
      if (!(error instanceof RefusedError)) {
        this.#say(this.#texts.offline, true);
        return;
      }
    }
    this.#log.replaceChildren();
    this.#last = 0;
    this.#start();
  }
}

customElements.define("kalauz-chat", KalauzChat);
