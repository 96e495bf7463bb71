import { expectedCalibrationError } from "../../evaluate/calibration.js";
import { reliabilityChart } from "../charts/reliability.js";
import { decimal } from "../format.js";
import { html, type Markup } from "../markup.js";
import { section } from "../page.js";
import type { EvaluationReport } from "../types.js";

/** Whether a probability can be taken at its word. */
export function calibrationSection({ scores, reliability }: EvaluationReport): Markup {
  const single = scores.kind === "single-label";
  const ece = decimal(expectedCalibrationError(reliability));
  const what = single ? "predictions" : "label decisions";
  return section(
    "Are the probabilities right?",
    html`<div class="columns">
<figure>${reliabilityChart(reliability, single ? "probability of the predicted class" : "probability of the label", single ? "right" : "true")}</figure>
<div><p>Of the ${what} that were given a probability of 80%, four in five should come true. Dots on the dashed line are exactly so;
below it the model is too sure, above it too cautious. The orange gaps, weighted by how often each occurs, make the expected calibration error: <strong>${ece}</strong>.</p>
<p class="note">Under the diagram: how often each probability was given. Bars of few rows move by chance.</p></div>
</div>`,
  );
}
