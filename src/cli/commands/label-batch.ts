import { TableWriter } from "../../data/write.js";
import { ModelFailedError } from "../../label/errors.js";
import type { Lesson } from "../../label/lesson.js";
import { startModel } from "../../label/model.js";
import type { LabelPool } from "../../label/pool.js";
import { LabelSession } from "../../label/session.js";
import { stderrLog } from "../../log.js";
import type { LabelOptions, LabelWork } from "./label.js";

/** `headstart label --batch`: the next texts to ask, as CSV, for people who label elsewhere. @throws ModelFailedError */
export async function labelBatch(pool: LabelPool, work: LabelWork, options: LabelOptions): Promise<void> {
  const session = new LabelSession({ ...work.session, append: () => {} });
  work.close();
  const lesson = await lessonOnAll(session, work, options);
  const proposals = lesson.proposals.filter(({ row }) => !session.state.answers.has(row)).slice(0, options.batch);
  const { shape, labelColumn, textColumn } = pool;
  const columns = shape.format === "text" ? [textColumn] : shape.columns;
  const table = { ...shape, format: shape.format === "text" ? ("csv" as const) : shape.format, columns };
  const added = [...(columns.includes(labelColumn) ? [] : [labelColumn]), "proposed", "confidence"];
  const writer = new TableWriter(process.stdout, table, added);
  await writer.write(
    proposals.map(({ row }) => pool.records[row]),
    proposals.map(({ shares }) => {
      const best = shares.indexOf(Math.max(...shares));
      const proposed = [lesson.labels[best] ?? "", shares.length === 0 ? "" : Number(shares[best].toFixed(4))];
      return columns.includes(labelColumn) ? proposed : ["", ...proposed];
    }),
  );
}

function lessonOnAll(
  session: LabelSession,
  { model, session: { texts } }: LabelWork,
  options: LabelOptions,
): Promise<Lesson> {
  const bar = stderrLog(options).progress("encoding", texts.length);
  return new Promise<Lesson>((resolve, reject) => {
    const homework = { ...session.homework, focus: undefined };
    const started = startModel(
      { ...model, ahead: options.batch! },
      (lesson) => {
        bar.update(lesson.encoded);
        if (lesson.encoded < texts.length) return;
        started.close();
        resolve(lesson);
      },
      (problem) => reject(new ModelFailedError(problem)),
    );
    started.learn(homework);
  }).finally(() => bar.stop());
}
