import { counted } from "./format.js";
import { renderPage } from "./page.js";
import { calibrationSection } from "./sections/calibration.js";
import { classesSection } from "./sections/classes.js";
import { comparisonSection } from "./sections/comparison.js";
import { errorsSection } from "./sections/errors.js";
import { headline } from "./sections/headline.js";
import { confusionSection, substitutionSection } from "./sections/mistakes.js";
import { provenanceSection } from "./sections/provenance.js";
import type { EvaluationReport } from "./types.js";

/**
 * The evaluation as one self-contained HTML page: no requests, light and dark, phone and paper, complete without script.
 * The same report gives the same bytes.
 */
export function renderEvaluation(report: EvaluationReport): string {
  const { title, scores, comparison, warnings = [], provenance } = report;
  const classes = scores.perClass.length;
  const labels = scores.kind === "single-label" ? counted(classes, "class", "classes") : counted(classes, "label");
  return renderPage({
    title,
    lead: `${counted(scores.n, "row")} · ${labels} · ${provenance.date}`,
    sections: [
      headline(scores, warnings),
      comparisonSection(comparison),
      scores.kind === "single-label" ? confusionSection(scores) : null,
      classesSection(scores),
      calibrationSection(report),
      substitutionSection(report.substitutions),
      errorsSection(report),
      provenanceSection(provenance),
    ],
  });
}
