import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Learner } from "../../src/label/learner.js";
import type { Lesson, Subject } from "../../src/label/lesson.js";
import { startModel } from "../../src/label/model.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";

const texts = Array.from({ length: 300 }, (_, i) => `${i % 2 === 0 ? "a lovely thing" : "broken"}, order ${i}`);
const order = [...texts.keys()];
const subject: Subject = { texts, order, multiLabel: false, strategy: "auto", ahead: 5, cacheFolder: null, seed: 1 };
const labels = ["good", "bad"];

describe("startModel", () => {
  it("has a proposal for the text on the screen in the first lesson, though most texts are not read yet", async () => {
    const last = new Learner(await loadTensorflow({ backend: "wasm" }), subject).order.at(-1)!;
    const lesson = await new Promise<Lesson>((resolve, reject) => {
      const model = startModel(subject, (lesson) => resolve(lesson), reject);
      model.learn({ labels, descriptions: labels, answers: [], closed: [], focus: last });
    });
    expect(lesson.encoded).toBeLessThan(texts.length);
    expect(lesson.proposals.find(({ row }) => row === last)?.shares).toHaveLength(2);
  });

  it("says why there is no encoder", async () => {
    const problem = await new Promise<string>((resolve) => {
      startModel({ ...subject, encoder: join("no", "such", "folder") }, () => {}, resolve);
    });
    expect(problem).toContain(join("no", "such", "folder"));
  });
});
