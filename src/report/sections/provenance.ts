import { html, type Markup } from "../markup.js";
import { section } from "../page.js";
import type { Provenance } from "../types.js";

/** The command and the facts that make the figures again. */
export function provenanceSection({
  command,
  date,
  encoder,
  seed,
  dataFingerprint,
  versions,
  facts,
}: Provenance): Markup {
  const entries: [string, string][] = [
    ["Encoder", encoder],
    ["Seed", String(seed)],
    ["Data fingerprint", dataFingerprint],
    ["Date", date],
    [
      "Versions",
      Object.entries(versions)
        .map(([tool, version]) => `${tool} ${version}`)
        .join(" · "),
    ],
    ...Object.entries(facts ?? {}),
  ];
  return section(
    "How to make this again",
    html`<pre><code>${command}</code></pre>`,
    html`<dl class="facts">${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`,
  );
}
