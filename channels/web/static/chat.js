// <kalauz-chat>: the conversation as one custom element in a shadow root.
//
// `server` is the address of another server than the page's, `language` the language to begin in. With `closable` it
// has a button that closes it, and sends `kalauz-close`. `article` is the id of one to open at once.

import { Conversation } from "./conversation.js";
import { Log } from "./log.js";
import { element } from "./markdown.js";
import { FaultError } from "./server.js";
import sheet from "./style.js";
import { canDictate, dictate, hush, read, readable, whenVoicesChange } from "./voice.js";

const LONGEST = 2000;
const SIZES = [1, 1.25, 1.5, 2];
// New text is collected for a moment, and a screen reader notices the change even of the same text.
const ANNOUNCE_MS = 100;
// How long it is shown that a person types.
const TYPING_MS = 5000;

const MICROPHONE =
  "M12 15a4 4 0 0 0 4-4V6a4 4 0 0 0-8 0v5a4 4 0 0 0 4 4zm7-4a7 7 0 0 1-6 6.9V22h-2v-4.1A7 7 0 0 1 5 11h2a5 5 0 0 0 10 0z";

function picture(path) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.append(document.createElementNS(drawn.namespaceURI, "path"));
  drawn.firstChild.setAttribute("d", path);
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.ariaHidden = "true";
  return drawn;
}

function button(className, title, act) {
  const made = element("button", className, title);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

class KalauzChat extends HTMLElement {
  texts = {};
  #root = this.attachShadow({ mode: "open" });
  #conversation;
  #log = new Log(this);
  #live = element("div", "live");
  #status = element("p", "status");
  #typing = element("p", "typing");
  #silence;
  // Whether it was said that a person types, since somebody last wrote.
  #toldTyping = false;
  #privacy = element("p", "privacy");
  #input = document.createElement("textarea");
  #form;
  #ways = element("div", "ways");
  #heading = element("h2", "");
  #sure = document.createElement("dialog");
  #announced = [];
  #stopDictation = null;
  // The language that a conversation has brought it to.
  #followed = null;

  connectedCallback() {
    // Moving the element in its page must not begin again.
    if (this.#conversation) return;
    this.#root.adoptedStyleSheets = [sheet];
    const server = this.getAttribute("server") ?? location.origin;
    this.#conversation = new Conversation(server, this);
    this.#start();
  }

  async #start() {
    this.#use(await this.#conversation.texts(this.getAttribute("language")));
    this.#build();
    this.#say(this.texts.loading);
    this.#openArticle();
    await this.#conversation.open();
  }

  // Once: the page's address forgets it, so that a reload does not ask again.
  #openArticle() {
    const article = this.getAttribute("article");
    if (!article) return;
    this.removeAttribute("article");
    this.write(`/article${JSON.stringify({ id: article })}`, "", true);
    const address = new URL(location);
    address.searchParams.delete("article");
    history.replaceState(null, "", address);
  }

  #use({ texts, language, direction }) {
    this.texts = texts;
    this.lang = language;
    this.dir = direction;
  }

  #build() {
    this.#live.setAttribute("role", "status");
    this.#live.setAttribute("aria-live", "polite");
    this.#input.rows = 1;
    this.#input.dir = "auto";
    this.#input.value = this.#conversation.kept.value.draft ?? "";
    this.#input.addEventListener("input", () => {
      this.#keepDraft();
      if (this.#input.value.trim()) this.#conversation.types();
    });
    this.#typing.dir = "auto";
    this.#form = element("form", "", this.#input);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
    });
    this.#root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.#sure.open && !event.isComposing) this.#close();
    });
    const writing = [this.#typing, this.#privacy, this.#form, this.#status];
    const parts = [this.#log.element, this.#live, ...writing, this.#ways, this.#sure];
    const header = element("div", "header", this.#heading);
    if (this.hasAttribute("closable")) parts.unshift(header);
    this.#root.replaceChildren(...parts);
    this.#size();
    this.#label();
    whenVoicesChange(() => this.#log.element.querySelectorAll(".bot").forEach((item) => this.#offerVoice(item)));
    if (this.hasAttribute("closable")) this.#input.focus();
  }

  // Everything that is written on the widget itself, in the language of its texts.
  #label() {
    const t = this.texts;
    this.#log.element.setAttribute("aria-label", t.conversation);
    this.#input.setAttribute("aria-label", t.question);
    this.#input.placeholder = t.placeholder;
    const more = element("a", "", t.privacy_more);
    more.href = `${this.getAttribute("server") ?? ""}/privacy?language=${this.lang}`;
    more.target = "_blank";
    more.rel = "noopener";
    this.#privacy.replaceChildren(`${t.privacy} ${t.privacy_delete} `, more);
    this.#heading.textContent = t.title;
    const close = button("close", "✕", () => this.#close());
    close.ariaLabel = t.close;
    this.#heading.parentNode?.replaceChildren(this.#heading, close);
    const send = element("button", "send", t.send);
    this.#form.replaceChildren(this.#input, send, ...(canDictate ? [this.#dictation()] : []));
    this.#ways.replaceChildren(
      button("human", t.person, () => this.write("/human", t.person)),
      button("", t.language, () => this.write("/language", t.language)),
      button("size", "", () => this.#grow()),
      button("", t.erase, () => this.#sure.showModal()),
    );
    this.#sure.replaceChildren(
      element("p", "", t.erase_sure),
      button("", t.erase_yes, () => this.#erase()),
      button("", t.erase_no, () => this.#sure.close()),
    );
    this.#sure.ariaLabel = t.erase;
    this.#size();
  }

  // The widget speaks the language that the conversation has come to.
  async #follow(language) {
    if (!language || language === this.#followed || language === this.lang) return;
    this.#followed = language;
    const found = await this.#conversation.texts(language).catch(() => null);
    // A later message may have gone on to another language meanwhile.
    if (!found || language !== this.#followed) return;
    this.#use(found);
    this.#label();
  }

  focus() {
    this.#input.focus();
  }

  #close() {
    if (!this.hasAttribute("closable")) return;
    hush();
    this.#stopDictation?.();
    this.dispatchEvent(new CustomEvent("kalauz-close"));
  }

  #keepDraft() {
    this.#conversation.kept.change({ draft: this.#input.value });
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    if (text.length > LONGEST) {
      this.#say(this.texts.too_long, true);
      return;
    }
    this.#stopDictation?.();
    this.#input.value = "";
    this.#keepDraft();
    this.write(text, text);
  }

  write(text, shown, quiet = false) {
    this.#conversation.write(text, shown, quiet);
    this.#privacy.hidden = !this.#log.isFresh;
  }

  retry() {
    this.#conversation.retry();
  }

  // What the conversation tells.

  // The page's own choice, else the browser's language without its region.
  language() {
    return this.#followed ?? this.getAttribute("language") ?? navigator.language.split("-")[0];
  }

  get pending() {
    return this.#log.pending;
  }

  pend(message) {
    this.#log.pend(message);
    this.#privacy.hidden = !this.#log.isFresh;
  }

  state(message, name, code) {
    this.#log.state(message, name, code);
    if (name === "refused") this.#announce(this.texts[code] ?? this.texts.refused);
  }

  keepOnly(clientIds) {
    this.#log.keepOnly(clientIds);
  }

  show(message, isNew) {
    const item = this.#log.show(message);
    this.#log.markSent();
    this.#privacy.hidden = !this.#log.isFresh;
    if (!item || message.sender === "migrant") return;
    this.#typing.textContent = "";
    this.#toldTyping = false;
    this.#offerVoice(item);
    this.#follow(message.reply.language);
    item.scrollIntoView({ block: "nearest" });
    if (item.previousElementSibling) item.previousElementSibling.scrollIntoView({ block: "start" });
    if (!isNew) return;
    const who = item.querySelector(".who");
    this.#announce(who ? `${who.textContent} ${message.text}` : message.text);
    this.dispatchEvent(new CustomEvent("kalauz-message"));
  }

  clear() {
    this.#log.clear();
  }

  erased() {
    this.#log.clear();
    this.#log.say(this.texts.erased);
    this.#announce(this.texts.erased);
    this.#privacy.hidden = !this.#log.isFresh;
  }

  trouble(error) {
    if (!this.#form) return;
    if (error.message === "not_ready") this.#say(this.texts.loading);
    else this.#say(error.detail ?? (error instanceof FaultError ? this.texts.failed : this.texts.offline), true);
  }

  // A screen reader says it once for each message.
  typing(name) {
    const text = this.texts.person_writes.replace("{name}", name);
    if (!this.#toldTyping) this.#announce(text);
    this.#toldTyping = true;
    this.#typing.textContent = `${text}…`;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => (this.#typing.textContent = ""), TYPING_MS);
  }

  calm() {
    this.#say("");
  }

  #say(text, wrong = false) {
    if (wrong && text !== this.#status.textContent) this.#announce(text);
    this.#status.textContent = text;
    this.#status.className = wrong ? "status wrong" : "status";
  }

  #announce(text) {
    if (!this.#announced.length) {
      this.#live.textContent = "";
      setTimeout(() => {
        this.#live.replaceChildren(...this.#announced.splice(0).map((part) => element("p", "", part)));
      }, ANNOUNCE_MS);
    }
    if (!this.#announced.includes(text)) this.#announced.push(text);
  }

  async #erase() {
    this.#sure.close();
    try {
      await this.#conversation.erase();
    } catch {
      this.#say(this.texts.offline, true);
      return;
    }
    this.#input.value = "";
    this.#input.focus();
  }

  #grow() {
    const { size = 0 } = this.#conversation.kept.value;
    this.#conversation.kept.change({ size: (size + 1) % SIZES.length });
    this.#size();
  }

  #size() {
    const { size = 0 } = this.#conversation.kept.value;
    this.dataset.size = size;
    const percent = new Intl.NumberFormat(this.lang, { style: "percent" }).format(SIZES[size] ?? 1);
    const shown = this.#ways.querySelector(".size");
    if (shown) shown.textContent = `${this.texts.size}: ${percent}`;
  }

  // A button where the browser has a voice for a part of the reply.
  #offerVoice(item) {
    const has = item.querySelector(":scope > .aloud");
    if (has || !readable(item).length) return;
    const aloud = button("aloud", this.texts.aloud, () => {
      const reads = aloud.ariaPressed === "true";
      aloud.ariaPressed = String(!reads);
      if (reads) hush();
      else read(readable(item), () => (aloud.ariaPressed = "false"));
    });
    aloud.ariaPressed = "false";
    item.append(aloud);
  }

  #dictation() {
    const toggle = button("dictate", picture(MICROPHONE), () => {
      if (this.#stopDictation) return this.#stopDictation();
      toggle.ariaPressed = "true";
      const heard = (text) => {
        this.#input.value = `${this.#input.value} ${text}`.trim();
        this.#keepDraft();
      };
      this.#stopDictation = dictate(this.lang, heard, () => {
        this.#stopDictation = null;
        toggle.ariaPressed = "false";
      });
    });
    toggle.ariaLabel = toggle.title = this.texts.dictate;
    toggle.ariaPressed = String(Boolean(this.#stopDictation));
    return toggle;
  }
}

if (!customElements.get("kalauz-chat")) customElements.define("kalauz-chat", KalauzChat);
