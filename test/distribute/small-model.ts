import { TextClassifier } from "../../src/index.js";
import { encoders } from "../encoder/oracle.js";

/** Trains a model that says little and is quick: a random encoder of two small layers. */
export async function saveSmallModel(folder: string): Promise<void> {
  const examples = ["cold soup", "bad bus", "late bus", "good soup", "warm shop", "early bus"].flatMap((text, i) =>
    ["the", "a", "of"].map((word) => ({ text: `${word} ${text}`, label: i < 3 ? "negative" : "positive" })),
  );
  const options = { encoder: `${encoders}bert`, cacheFolder: null, C: 1, features: "last" as const };
  const classifier = await TextClassifier.fit(examples, options);
  await classifier.save(folder);
  await classifier.dispose();
}
