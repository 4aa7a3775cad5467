// The widget's look. Colours and sizes are custom properties that a site may set on <kalauz-chat>.

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  --accent: var(--kalauz-accent, light-dark(#0b5c55, #6fd3c8));
  --on-accent: var(--kalauz-on-accent, light-dark(#ffffff, #06211e));
  --surface: var(--kalauz-surface, light-dark(#ffffff, #202328));
  --quiet: var(--kalauz-quiet, light-dark(#5a5a60, #b5b8bf));
  --line: var(--kalauz-line, light-dark(#d9d6cf, #3a3e45));
  --alert: var(--kalauz-alert, light-dark(#fff4d6, #3d3314));
  --wrong: light-dark(#a3160f, #ff9d95);
  color-scheme: light dark;
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--surface); color: light-dark(#1d1d1f, #f0f0f0);
  border: 1px solid var(--line); border-radius: 0.75rem;
  font: 1rem/1.5 system-ui, "Noto Sans", "Noto Sans Arabic", "Noto Sans CJK SC", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Armenian", sans-serif;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.log { flex: 1; overflow-y: auto; padding: 1rem; margin: 0; list-style: none; display: flex; flex-direction: column; gap: 1rem; }
.message { max-inline-size: 92%; overflow-wrap: anywhere; }
.migrant { align-self: flex-end; background: var(--accent); color: var(--on-accent); border-radius: 1rem 1rem 0.25rem 1rem; padding: 0.5rem 0.9rem; white-space: pre-wrap; }
[dir="rtl"] .migrant, .migrant:dir(rtl) { border-radius: 1rem 1rem 1rem 0.25rem; }
.bot { align-self: flex-start; inline-size: 92%; display: flex; flex-direction: column; gap: 0.6rem; }
.bot p { margin: 0; }
.state { font-size: 0.85rem; display: block; margin-block-start: 0.25rem; }
.state button { font-size: 0.85rem; padding: 0.1rem 0.6rem; color: inherit; border-color: currentColor; }
.quotation, .steps { border-inline-start: 3px solid var(--accent); padding-inline-start: 0.9rem; }
.quotation h2, .steps h2 { margin: 0 0 0.3rem; font-size: 1.1rem; }
.quotation h3 { margin: 0.6rem 0 0.2rem; font-size: 1rem; }
.quotation p + p { margin-block-start: 0.5rem; }
.quotation ul, .quotation ol, .steps ol, .steps ul { margin: 0.3rem 0; padding-inline-start: 1.4rem; }
.steps li > strong { display: block; }
.detail { margin: 0.15rem 0; }
.detail dt, .contact dt { font-weight: 600; }
.detail dd, .contact dd { margin: 0; }
.step .label { color: var(--quiet); font-size: 0.9rem; }
.step { border-inline-start: 3px solid var(--accent); padding-inline-start: 0.9rem; }
.step h2, .checklist h2 { margin: 0 0 0.3rem; font-size: 1.1rem; }
.checklist ul { list-style: none; margin: 0; padding: 0; }
.checklist label { display: flex; gap: 0.6rem; align-items: flex-start; padding-block: 0.35rem; cursor: pointer; }
.checklist input { inline-size: 1.25rem; block-size: 1.25rem; flex: none; margin: 0.1rem 0 0; accent-color: var(--accent); }
.notice { background: var(--alert); border-radius: 0.5rem; padding: 0.6rem 0.9rem; }
.notice h2, .contact h2 { margin: 0; font-size: 1rem; }
.sources { font-size: 0.85rem; color: var(--quiet); }
.sources ul { margin: 0.2rem 0; padding-inline-start: 1.2rem; }
.contact { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.7rem 0.9rem; }
.contact dl { margin: 0.4rem 0 0; }
:is(.contact, .step, .steps, .checklist, .notice, .sources) :is(h2, p, dt, dd, strong, span) { text-align: -webkit-match-parent; text-align: match-parent; }
.contact a[href^="tel:"] { display: inline-block; padding-block: 0.2rem; font-weight: 600; }
.choices { display: flex; flex-wrap: wrap; gap: 0.5rem; }
a { color: var(--accent); }
.migrant a { color: inherit; }
button, textarea { font: inherit; }
button { min-block-size: 2rem; border: 1px solid var(--accent); color: var(--accent); background: transparent; border-radius: 1.2rem; padding: 0.3rem 0.9rem; text-align: start; cursor: pointer; }
button:hover { background: color-mix(in srgb, var(--accent) 12%, transparent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
form { display: flex; gap: 0.5rem; align-items: flex-end; padding: 0.75rem; border-block-start: 1px solid var(--line); }
textarea { flex: 1; resize: none; min-block-size: 2.75rem; max-block-size: 9rem; field-sizing: content; padding: 0.55rem 0.75rem; border: 1px solid var(--quiet); border-radius: 0.6rem; background: transparent; color: inherit; }
textarea:placeholder-shown { direction: inherit; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
form button { background: var(--accent); color: var(--on-accent); min-block-size: 2.75rem; }
form button:hover { background: var(--accent); text-decoration: underline; }
.status { margin: 0; padding: 0 0.75rem; font-size: 0.85rem; color: var(--quiet); }
.status:empty { display: none; }
.ways { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: 0.2rem 0.75rem 0.5rem; font-size: 0.85rem; }
.ways button { border: 0; padding: 0.2rem; min-block-size: 1.5rem; text-decoration: underline; color: var(--quiet); }
.wrong { color: var(--wrong); }
.live { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) { .log { scroll-behavior: smooth; } }
@media (forced-colors: active) { .migrant { border: 1px solid; } }
`);

export default sheet;
