const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--text:#1c2430;--soft:#5b6675;--line:#dde2e8;--link:#0b62c4;--good:#1a7f43;--bad:#c0392b;--wait:#9a6700;--add:#e6f6ea;--del:#fdecea}
@media(prefers-color-scheme:dark){:root{--bg:#11151b;--card:#1a2029;--text:#e4e9f0;--soft:#97a3b4;--line:#2e3743;--link:#6cb2ff;--good:#4cc27a;--bad:#ff7b6e;--wait:#e0ad3f;--add:#12301f;--del:#3a1c1c}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}header{border-bottom:1px solid var(--line);background:var(--card);padding:.7rem 1rem}
header a{color:var(--text);font-weight:600;text-decoration:none}header span{color:var(--soft);margin-left:.6rem}
a{color:var(--link)}h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.05rem;margin:1.8rem 0 .5rem}small,.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;margin:.6rem 0;overflow-x:auto}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}tr:last-child td{border-bottom:0}
pre{margin:0;font:13px/1.45 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}code{font:13px ui-monospace,monospace}
.badge{display:inline-block;border-radius:1rem;padding:.05rem .6rem;font-size:.85rem;border:1px solid currentColor}
.success,.merged,.open{color:var(--good)}.failure,.error,.closed{color:var(--bad)}.pending{color:var(--wait)}
.add{background:var(--add);display:block}.del{background:var(--del);display:block}.hunk{color:var(--soft);display:block}
button,select,input,textarea{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem}
button{cursor:pointer}button:hover{border-color:var(--link)}button.primary{background:var(--link);border-color:var(--link);color:var(--card)}form.inline{display:inline}textarea{width:100%;min-height:4rem}
`;

/** Escapes text for HTML element content and quoted attributes. */
export function escapeHtml(text: unknown): string {
  return String(text ?? '').replace(
    /[&<>"']/g,
    character => `&#${character.charCodeAt(0)};`,
  );
}

/**
 * A whole HTML page in the sandbox's look, light or dark as the browser prefers.
 *
 * @param options - `title` and `service` are plain text, `body` is HTML whose
 * dynamic parts the caller has escaped
 */
export function renderPage(options: {
  title: string;
  service: string;
  home?: string;
  body: string;
  /** Further rules, in the words of CSS. */
  style?: string;
  /** HTML for the page's head. */
  head?: string;
}): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(
    options.title,
  )}</title><style>${STYLE}${options.style ?? ''}</style>${
    options.head ?? ''
  }</head><body><header><a href="${escapeHtml(
    options.home ?? '/',
  )}">${escapeHtml(
    options.service,
  )}</a><span>sandbox stand-in</span></header><main>${
    options.body
  }</main></body></html>`;
}
