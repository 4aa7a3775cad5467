// The widget's look. Colours and sizes are custom properties that a site may set on <kalauz-chat>.

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  --accent: var(--kalauz-accent, #0b5c55);
  --on-accent: var(--kalauz-on-accent, #ffffff);
  --surface: var(--kalauz-surface, #ffffff);
  --text: var(--kalauz-text, #1d1d1f);
  --quiet: var(--kalauz-quiet, #5a5a60);
  --line: var(--kalauz-line, #d9d6cf);
  --alert: var(--kalauz-alert, #fff4d6);
  --wrong: var(--kalauz-wrong, #a3160f);
  color-scheme: light;
  display: flex; flex-direction: column; overflow: auto;
  background: var(--surface); color: var(--text);
  border: 1px solid var(--line); border-radius: 0.75rem;
  font: 1rem/1.5 var(--kalauz-font, system-ui, "Noto Sans", "Noto Sans Arabic", "Noto Sans CJK SC", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Armenian", sans-serif);
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--kalauz-accent, #6fd3c8);
    --on-accent: var(--kalauz-on-accent, #06211e);
    --surface: var(--kalauz-surface, #202328);
    --text: var(--kalauz-text, #f0f0f0);
    --quiet: var(--kalauz-quiet, #b5b8bf);
    --line: var(--kalauz-line, #3a3e45);
    --alert: var(--kalauz-alert, #3d3314);
    --wrong: var(--kalauz-wrong, #ff9d95);
    color-scheme: dark;
  }
}
:host([data-size="1"]) { font-size: 1.25rem; }
:host([data-size="2"]) { font-size: 1.5rem; }
:host([data-size="3"]) { font-size: 2rem; }
:host(:lang(ur)), :host(:lang(ps)), :host(:lang(ar)), :host(:lang(fa)) { line-height: 1.7; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.log { flex: 1; min-block-size: 12em; overflow-y: auto; padding: 1em; margin: 0; list-style: none; display: flex; flex-direction: column; gap: 1em; }
.message { max-inline-size: 92%; overflow-wrap: anywhere; }
.migrant { align-self: flex-end; background: var(--accent); color: var(--on-accent); border-radius: 1em 1em 0.25em 1em; padding: 0.5em 0.9em; white-space: pre-wrap; }
[dir="rtl"] .migrant, .migrant:dir(rtl) { border-radius: 1em 1em 1em 0.25em; }
.bot { align-self: flex-start; inline-size: 92%; display: flex; flex-direction: column; gap: 0.6em; }
.bot p { margin: 0; }
.state { font-size: 0.85em; display: block; margin-block-start: 0.25em; }
.state button { font-size: 0.85em; padding: 0.1em 0.6em; color: inherit; border-color: currentColor; }
.quotation, .steps { border-inline-start: 3px solid var(--accent); padding-inline-start: 0.9em; }
.quotation h2, .steps h2 { margin: 0 0 0.3em; font-size: 1.1em; }
.quotation h3 { margin: 0.6em 0 0.2em; font-size: 1em; }
.quotation p + p { margin-block-start: 0.5em; }
.quotation ul, .quotation ol, .steps ol, .steps ul { margin: 0.3em 0; padding-inline-start: 1.4em; }
.steps li > strong { display: block; }
.detail { margin: 0.15em 0; }
.detail dt, .contact dt { font-weight: 600; }
.detail dd, .contact dd { margin: 0; }
.step .label { color: var(--quiet); font-size: 0.9em; }
.step { border-inline-start: 3px solid var(--accent); padding-inline-start: 0.9em; }
.step h2, .checklist h2 { margin: 0 0 0.3em; font-size: 1.1em; }
.checklist ul { list-style: none; margin: 0; padding: 0; }
.checklist label { display: flex; gap: 0.6em; align-items: flex-start; padding-block: 0.35em; cursor: pointer; }
.checklist input { inline-size: 1.25em; block-size: 1.25em; flex: none; margin: 0.1em 0 0; accent-color: var(--accent); }
.notice { background: var(--alert); border-radius: 0.5em; padding: 0.6em 0.9em; }
.notice h2, .contact h2 { margin: 0; font-size: 1em; }
.sources { font-size: 0.85em; color: var(--quiet); }
.sources ul { margin: 0.2em 0; padding-inline-start: 1.2em; }
.contact { border: 1px solid var(--line); border-radius: 0.5em; padding: 0.7em 0.9em; }
.contact dl { margin: 0.4em 0 0; }
:is(.contact, .step, .steps, .checklist, .notice, .sources) :is(h2, p, dt, dd, strong, span) { text-align: -webkit-match-parent; text-align: match-parent; }
.contact a[href^="tel:"] { display: inline-block; padding-block: 0.2em; font-weight: 600; }
.choices { display: flex; flex-wrap: wrap; gap: 0.5em; }
a { color: var(--accent); }
.migrant a { color: inherit; }
button, textarea { font: inherit; }
button { min-block-size: 2em; border: 1px solid var(--accent); color: var(--accent); background: transparent; border-radius: 1.2em; padding: 0.3em 0.9em; text-align: start; cursor: pointer; }
button:hover { background: color-mix(in srgb, var(--accent) 12%, transparent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
form { display: flex; gap: 0.5em; align-items: flex-end; padding: 0.75em; border-block-start: 1px solid var(--line); }
textarea { flex: 1; resize: none; min-block-size: 2.75em; max-block-size: 9em; field-sizing: content; padding: 0.55em 0.75em; border: 1px solid var(--quiet); border-radius: 0.6em; background: transparent; color: inherit; }
textarea:placeholder-shown { direction: inherit; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
form { flex-wrap: wrap; }
form textarea { min-inline-size: 7em; }
form button { min-block-size: 2.75em; }
.send { background: var(--accent); color: var(--on-accent); }
.send:hover { background: var(--accent); text-decoration: underline; }
[aria-pressed="true"] { background: var(--accent); color: var(--on-accent); }
.status, .typing { margin: 0; padding: 0 0.75em; font-size: 0.85em; color: var(--quiet); }
.status:empty, .typing:empty { display: none; }
.ways { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1em; padding: 0.2em 0.75em 0.5em; font-size: 0.85em; }
.ways button { border: 0; padding: 0.2em; min-block-size: 1.5em; text-decoration: underline; color: var(--quiet); }
.header { position: sticky; inset-block-start: 0; background: var(--surface); z-index: 1; display: flex; align-items: center; justify-content: space-between; gap: 0.5em; padding-block: 0.4em; padding-inline: 1em 0.4em; border-block-end: 1px solid var(--line); }
.header h2 { font-size: 1em; margin: 0; }
.close { border-color: transparent; min-inline-size: 2.75em; min-block-size: 2.75em; text-align: center; }
.privacy { margin: 0; padding: 0.5em 1em; font-size: 0.85em; color: var(--quiet); }
.privacy a { color: inherit; }
.who { font-weight: 600; color: var(--quiet); font-size: 0.9em; }
.person { border: 2px solid var(--accent); border-radius: 1em; padding: 0.6em 0.9em; }
.aloud { align-self: flex-start; font-size: 0.85em; border-color: var(--line); color: var(--quiet); }
.quiet:empty { display: none; }
dialog { max-inline-size: min(24em, 90vw); color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: 0.75em; padding: 1.2em; }
dialog p { margin: 0 0 1em; }
dialog button { margin-inline-end: 0.5em; margin-block-end: 0.3em; }
dialog::backdrop { background: #0008; }
.ways .human { color: var(--accent); font-weight: 600; }
.dictate { padding: 0.5em; min-inline-size: 2.75em; display: grid; place-content: center; }
svg { inline-size: 1.4em; block-size: 1.4em; fill: currentColor; display: block; }
.wrong { color: var(--wrong); }
.live { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) { .log { scroll-behavior: smooth; } }
@media (forced-colors: active) { .migrant, .person, .notice { border: 1px solid; } [aria-pressed="true"] { outline: 2px solid Highlight; } }
`);

export default sheet;
