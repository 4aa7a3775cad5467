// <kalauz-chat>: the conversation as one custom element in a shadow root.

import { draw, redraw } from "./widget/blocks.js";
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
  #status = element("p", "status");
  #input = document.createElement("textarea");
  #send = element("button", "");
  #ways = element("div", "ways");
  // The numbers of the messages on the screen.
  #shown = new Set();
  // The language that the widget is coming to speak.
  #speaks = "";
  // The language that a conversation has brought it to.
  #followed = null;

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
    this.#speaks = found.language;
    this.#build();
    this.#say(this.#texts.loading);
    const messages = await this.#patiently(() => this.#conversation.open(this.#wanted()));
    this.#say("");
    messages.forEach((message) => this.#show(message));
    this.#input.disabled = this.#ways.inert = false;
    for (const message of this.#conversation.unsent) await this.#deliver(message);
  }

  // The page's own choice, else the browser's language without its region.
  #wanted() {
    return this.#followed ?? this.getAttribute("language") ?? navigator.language.split("-")[0];
  }

  // The server may still be loading, or the network be away: try until it works.
  async #patiently(attempt) {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof RefusedError && error.code !== "too_many") throw error;
        await pause(RETRY_MS);
      }
    }
  }

  #build() {
    this.#log.tabIndex = 0;
    this.#live.setAttribute("role", "status");
    this.#live.setAttribute("aria-live", "polite");
    this.#input.rows = 1;
    this.#input.dir = "auto";
    this.#input.disabled = this.#ways.inert = true;
    const form = element("form", "", this.#input, this.#send);
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
    this.#root.replaceChildren(this.#log, this.#live, form, this.#status, this.#ways);
    this.#label();
  }

  // Everything that is written on the widget itself, in the language of its texts.
  #label() {
    const t = this.#texts;
    this.#log.setAttribute("aria-label", t.conversation);
    this.#input.setAttribute("aria-label", t.question);
    this.#input.placeholder = t.placeholder;
    this.#send.textContent = t.send;
    const ask = (command, title) => this.#link(title, () => this.#deliver(this.#conversation.compose(command, title)));
    const erase = this.#link(t.erase, () => this.#erase());
    this.#ways.replaceChildren(ask("/human", t.person), ask("/language", t.language), erase);
  }

  // The widget speaks the language that the conversation has come to.
  async #follow(language) {
    if (!language || language === this.#speaks) return;
    this.#speaks = this.#followed = language;
    const found = await texts(language).catch(() => null);
    // A later message may have gone on to another language meanwhile.
    if (!found || language !== this.#speaks) return;
    this.#texts = found.texts;
    this.lang = found.language;
    this.dir = found.direction;
    this.#label();
  }

  #link(title, act) {
    const button = element("button", "", title);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
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
    const item = message.quiet ? element("li", "") : this.#bubble(message.shown);
    item.append(state);
    try {
      const [own, ...replies] = await this.#conversation.send(message, this.#wanted());
      if (this.#shown.has(own.number)) {
        // Stored before, though its answer got lost on the way: it is on the screen already.
        item.remove();
        return;
      }
      this.#shown.add(own.number);
      state.remove();
      this.#say("");
      replies.forEach((reply) => this.#show(reply, true));
    } catch (error) {
      if (error instanceof RefusedError && error.code !== "too_many") {
        state.replaceChildren(this.#texts[error.code] ?? this.#texts.refused);
        return;
      }
      if (message.quiet) this.#log.append(item);
      const retry = element("button", "", this.#texts.retry);
      retry.type = "button";
      retry.addEventListener("click", () => {
        item.remove();
        this.#deliver(message);
      });
      const waits = error.code === "too_many";
      state.replaceChildren(this.#texts.failed, " ", retry);
      this.#say(waits ? error.detail : this.#texts.offline, true);
      item.scrollIntoView({ block: "end" });
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
    this.#shown.add(message.number);
    if (message.in_place) {
      redraw(this.#log, message.reply?.blocks ?? []);
      return;
    }
    if (message.sender === "migrant") {
      this.#bubble(message.text);
      return;
    }
    if (message.reply.ended) this.#end();
    const choose = ({ payload, title, quiet }) => this.#deliver(this.#conversation.compose(payload, title, quiet));
    const item = element("li", "message bot", ...message.reply.blocks.map((block) => draw(block, choose)));
    this.#log.append(item);
    this.#follow(message.reply.language);
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
    this.#status.className = wrong ? "status wrong" : "status";
  }

  // Everything is deleted: only the last word stays, until something new is written.
  #end() {
    this.#conversation.forget();
    this.#log.replaceChildren();
    this.#shown.clear();
    this.#input.focus();
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
    this.#shown.clear();
    this.#start();
  }
}

customElements.define("kalauz-chat", KalauzChat);
