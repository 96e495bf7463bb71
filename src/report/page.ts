import { html, Markup, type Part } from "./markup.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";

/** A page that loads nothing: style, script and pictures are in it, and its policy forbids the browser to fetch. */
export function renderPage({
  title,
  lead,
  sections,
}: {
  title: string;
  lead: Part;
  sections: readonly Part[];
}): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Headstart">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="lead">${lead}</p>
</header>
<main>
${sections}
</main>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

/** A part of the page under its own heading. */
export function section(heading: string, ...content: Part[]): Markup {
  return html`<section>
<h2>${heading}</h2>
${content}
</section>
`;
}
