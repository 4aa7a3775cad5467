// What a website embeds: a button, and the conversation in a panel once somebody opens it.
//
//   <script src="https://HOST/widget.js" async></script>
//
// `data-language` on the script is the language to begin in; left out, it is the browser's.

(() => {
  // Filled in by the server: its version, and the button's words by language.
  const VERSION = "";
  const WORDS = {};
  const script = document.currentScript;
  const server = new URL(script.src).origin;

  // Where the panel covers the page, what is behind it must not take the focus.
  const NARROW = "(max-width: 30rem), (max-height: 24rem)";

  const SHEET = `
:host { --accent: var(--kalauz-accent, #0b5c55); --on-accent: var(--kalauz-on-accent, #ffffff); position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; font: 1rem/1.4 system-ui, sans-serif; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :host { --accent: var(--kalauz-accent, #6fd3c8); --on-accent: var(--kalauz-on-accent, #06211e); } }
button { font: inherit; font-weight: 600; min-block-size: 3rem; padding: 0.6rem 1.2rem; border: 2px solid var(--on-accent); border-radius: 1.6rem; background: var(--accent); color: var(--on-accent); cursor: pointer; display: flex; gap: 0.6rem; align-items: center; box-shadow: 0 2px 8px #0005; }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
button[data-news]::after { content: ""; inline-size: 0.7rem; block-size: 0.7rem; border-radius: 50%; background: currentColor; }
svg { inline-size: 1.4em; block-size: 1.4em; fill: currentColor; flex: none; }
.panel { position: fixed; margin: 0; padding: 0; border: 0; max-inline-size: none; max-block-size: none; background: none; inset-block: auto 1rem; inset-inline: auto 1rem; inline-size: min(26rem, 100vw - 2rem); block-size: min(42rem, 100dvh - 2rem); display: flex; }
.panel > * { flex: 1; min-inline-size: 0; box-shadow: 0 4px 24px #0004; }
.panel:has(a) { inset-block-end: 4.5rem; inline-size: auto; block-size: auto; }
.panel > a { padding: 1rem; background: Canvas; border: 1px solid; border-radius: 0.75rem; }
[hidden], dialog:not([open]) { display: none !important; }
@media ${NARROW} { .panel:not(:has(a)) { inset: 0; inline-size: auto; block-size: 100dvh; } }
`;
  const BUBBLE = "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H10l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z";

  // The language of the button, among those that there are words for.
  function chosen() {
    const wanted = [script.dataset.language, ...navigator.languages, document.documentElement.lang];
    for (const tag of wanted.filter(Boolean)) {
      const known = Object.keys(WORDS);
      const near = (other) => other.split("-")[0] === tag.split("-")[0].toLowerCase();
      const found = known.find((other) => other.toLowerCase() === tag.toLowerCase()) ?? known.find(near);
      if (found) return found;
    }
    return "en";
  }

  class KalauzWidget extends HTMLElement {
    #root = this.attachShadow({ mode: "open" });
    #button = document.createElement("button");
    #panel = document.createElement("dialog");
    #chat = null;
    #loading = false;

    connectedCallback() {
      if (this.#panel.isConnected) return;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(SHEET);
      this.#root.adoptedStyleSheets = [sheet];
      this.lang = chosen();
      this.dir = /^(ar|fa|ps|ur)/.test(this.lang) ? "rtl" : "ltr";
      const words = WORDS[this.lang];
      const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      picture.setAttribute("viewBox", "0 0 24 24");
      picture.setAttribute("aria-hidden", "true");
      picture.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
      picture.firstChild.setAttribute("d", BUBBLE);
      this.#button.type = "button";
      this.#button.ariaExpanded = "false";
      this.#button.ariaHasPopup = "dialog";
      this.#button.append(picture, words);
      this.#button.addEventListener("click", () => this.open());
      this.#panel.className = "panel";
      this.#panel.ariaLabel = words;
      this.#panel.addEventListener("close", () => this.close());
      this.#root.append(this.#button, this.#panel);
    }

    async open() {
      if (this.#loading) return;
      this.#loading = true;
      try {
        if (!this.#chat) {
          await import(`${server}/widget/${VERSION}/chat.js`);
          this.#chat = document.createElement("kalauz-chat");
          this.#chat.setAttribute("closable", "");
          if (server !== location.origin) this.#chat.setAttribute("server", server);
          if (script.dataset.language) this.#chat.setAttribute("language", script.dataset.language);
          this.#chat.addEventListener("kalauz-close", () => this.close());
          this.#chat.addEventListener("kalauz-message", () => {
            if (!this.#panel.open) this.#button.dataset.news = "";
          });
          this.#panel.replaceChildren(this.#chat);
        }
        this.#button.hidden = true;
      } catch {
        // No network, or not allowed here: there is a page of its own that needs no script.
        const way = document.createElement("a");
        way.href = `${server}/chat`;
        way.target = "_blank";
        way.rel = "noopener";
        way.textContent = WORDS[this.lang];
        this.#panel.replaceChildren(way);
      } finally {
        this.#loading = false;
      }
      delete this.#button.dataset.news;
      if (!this.#panel.open) this.#chat && matchMedia(NARROW).matches ? this.#panel.showModal() : this.#panel.show();
      this.#button.ariaExpanded = "true";
      (this.#chat ?? this.#panel.firstChild).focus();
    }

    close() {
      if (this.#button.ariaExpanded === "false") return;
      this.#panel.close();
      this.#button.hidden = false;
      this.#button.ariaExpanded = "false";
      this.#button.focus();
    }
  }

  if (customElements.get("kalauz-widget")) return;
  customElements.define("kalauz-widget", KalauzWidget);
  const add = () => document.body.append(document.createElement("kalauz-widget"));
  if (document.body) add();
  else addEventListener("DOMContentLoaded", add);
})();
