import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageVersion } from "../../src/cli/version.js";
import type { Failure } from "../../src/serve/schemas.js";
import { corpus, headstart } from "../cli/headstart.js";
import { post, type Serving, serve, trained } from "./serving.js";

let folder: string;
let reviews: string;
let intents: string;
let serving: Serving;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-serve-"));
  reviews = join(folder, "reviews");
  intents = join(folder, "intents");
  await trained("reviews", reviews, "--features", "last");
  await trained("intents", intents, "--features", "last3");
  const examples = `reviews=${corpus("reviews/train.csv")}`;
  serving = await serve([reviews, intents, "--examples", examples, "--max-chars", "2000"], {
    HEADSTART_CACHE: join(folder, "cache"),
  });
});

afterAll(async () => {
  expect(await serving.stop()).toBe(0);
  rmSync(folder, { recursive: true });
});

const get = async (path: string) => {
  const response = await fetch(new URL(path, serving.url));
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/** What `headstart predict --all` says. */
async function predicted(model: string, texts: string[]): Promise<Record<string, number | string>[]> {
  const { stdout } = await headstart(["predict", model, "-", "--all", "--json", "-q"], { input: texts.join("\n") });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const texts = [
  "It broke after a day.",
  "Where is my parcel?",
  "lovely",
  `${"very ".repeat(300)}good`,
  "Ünïcode ✓ 日本",
];

const elsewhere = ["the match ended two to one after extra time", "asdf qwer zxcv", "1 2 3 4 5 6", "DE GROTE KAT"];

describe("POST /predict", () => {
  it("says what `predict` says, of models that share one pass", async () => {
    const { status, answer } = await post(serving.url, "predict", { texts, top: 8 });
    expect(status).toBe(200);
    expect(answer.results.map(({ model }) => model)).toEqual(["reviews", "intents"]);
    for (const { model, predictions } of answer.results) {
      const wanted = await predicted(join(folder, model), texts);
      expect(predictions).toHaveLength(texts.length);
      predictions.forEach((prediction, i) => {
        expect(prediction.label).toBe(wanted[i].label);
        for (const { label, probability } of prediction.scores!) {
          expect(Math.abs(probability - Number(wanted[i][`p_${label}`]))).toBeLessThan(1e-4); // printed with 4 decimals
        }
      });
    }
    const { models } = JSON.parse((await get("models")).text);
    expect(models.map(({ session }: { session: number }) => session)).toEqual([1, 1]);
  });

  it("says which texts fit none of the labels, as `predict --abstain-as` does", async () => {
    const args = ["predict", intents, "-", "--abstain-as", "none", "--json", "-q"];
    const { stdout } = await headstart(args, { input: [...texts, ...elsewhere].join("\n") });
    const wanted = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).label !== "none");
    const { answer } = await post(serving.url, "predict", { texts: [...texts, ...elsewhere], model: "intents" });
    const { predictions } = answer.results[0];
    expect(predictions.map(({ inScope }) => inScope)).toEqual(wanted);
    expect(new Set(wanted).size).toBe(2);
    expect(predictions.every(({ label }) => typeof label === "string")).toBe(true);
  });

  it("takes one text, one model, and a number of scores", async () => {
    const { answer } = await post(serving.url, "predict", { text: texts[1], model: "intents", top: 3 });
    expect(answer.results).toHaveLength(1);
    const [{ label, confidence, scores }] = answer.results[0].predictions;
    expect(scores).toHaveLength(3);
    expect(scores![0]).toEqual({ label, probability: confidence });
  });

  it("gives no label below the threshold", async () => {
    const { answer } = await post(serving.url, "predict", { texts, model: "intents", threshold: 1 });
    expect(answer.results[0].predictions.map(({ label }) => label)).toEqual(texts.map(() => null));
  });

  it("takes a thousand texts and answers in their order", async () => {
    const many = Array.from({ length: 1000 }, (_, i) => `${texts[i % 3]} ${i % 7}`);
    const { answer } = await post(serving.url, "predict", { texts: many, model: "reviews" });
    const { answer: seven } = await post(serving.url, "predict", { texts: many.slice(0, 21), model: "reviews" });
    const confidences = answer.results[0].predictions.map(({ confidence }) => confidence);
    seven.results[0].predictions.forEach(({ confidence }, i) => {
      expect(Math.abs(confidence - confidences[i])).toBeLessThan(1e-5);
      expect(confidences[i + 21]).toBeCloseTo(confidences[i], 5);
    });
  });

  it.each([
    ["half a body", "{", 400, "INVALID_REQUEST", "not JSON: Expected property name"],
    ["no body", "", 400, "INVALID_REQUEST", "The body is empty"],
    ["a prototype", '{"text": "a", "__proto__": {}}', 400, "INVALID_REQUEST", "__proto__: there is no such field"],
    ["a list", "[1]", 400, "INVALID_REQUEST", "an object with either text"],
    ["nothing", {}, 400, "INVALID_REQUEST", "either text"],
    ["text and texts", { text: "a", texts: ["b"] }, 400, "INVALID_REQUEST", "either text"],
    ["a misspelt field", { txt: "a" }, 400, "INVALID_REQUEST", "did you mean text?"],
    ["white space", { text: " \n" }, 400, "INVALID_REQUEST", "the text is empty"],
    ["a number among texts", { texts: ["a", 3] }, 400, "INVALID_REQUEST", "texts[1]: found 3, expected a string"],
    ["no texts", { texts: [] }, 400, "INVALID_REQUEST", "texts: 0 texts; at least 1"],
    ["1,001 texts", { texts: Array(1001).fill("a") }, 400, "INVALID_REQUEST", "texts: 1,001 texts; at most 1,000 are"],
    ["a long text", { text: "a".repeat(2001) }, 400, "INVALID_REQUEST", "text: 2,001 characters; at most 2,000"],
    ["a number in quotes", { text: "a", top: "3" }, 400, "INVALID_REQUEST", 'top: found "3", expected an integer'],
    ["no scores", { text: "a", top: 0 }, 400, "INVALID_REQUEST", "top: found 0, expected at least 1"],
    ["what is for neighbours", { text: "a", count: 3 }, 400, "INVALID_REQUEST", "count: there is no such field"],
    ["an unknown model", { text: "a", model: "review" }, 404, "NOT_SERVED", "did you mean reviews?"],
  ])("refuses %s", async (_name, body, status, code, message) => {
    const refused = await post(serving.url, "predict", body);
    expect(refused.status).toBe(status);
    expect(refused.answer.code).toBe(code);
    expect(refused.answer.message).toContain(message);
  });

  it.each([
    ["not called JSON", { "content-type": "text/plain" }],
    ["compressed", { "content-encoding": "gzip" }],
  ])("refuses what is %s", async (_name, headers) => {
    const { status, answer } = await post(serving.url, "predict", '{"text": "a"}', headers);
    expect([status, answer.code]).toEqual([415, "INVALID_REQUEST"]);
  });

  it("refuses bytes that are no UTF-8, which would be other texts", async () => {
    const body = Buffer.from('{"text": "café"}', "latin1");
    const headers = { "content-type": "application/json" };
    const response = await fetch(new URL("predict", serving.url), { method: "POST", headers, body });
    expect([response.status, ((await response.json()) as Failure).message]).toEqual([
      400,
      expect.stringContaining("not UTF-8"),
    ]);
  });

  it("is no place to GET from", async () => {
    const { status, headers, text } = await get("predict");
    expect([status, headers.get("allow"), JSON.parse(text).message]).toEqual([
      405,
      "POST",
      expect.stringContaining("/predict answers POST, not GET."),
    ]);
  });
});

describe("POST /neighbours", () => {
  it("finds a training text by itself, and its label", async () => {
    const [, line] = readFileSync(corpus("reviews/train.csv"), "utf8").split("\n");
    const [text, label] = line.split(/,(?=\w+$)/);
    const { answer } = await post(serving.url, "neighbours", { text: text.replace(/^"|"$/g, ""), count: 3 });
    expect(answer.neighbours).toHaveLength(3);
    expect(answer.neighbours[0].labels).toEqual([label]);
    expect(answer.neighbours[0].similarity).toBeCloseTo(1, 4);
    const similarities = answer.neighbours.map(({ similarity }) => similarity);
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
  });

  it("says how to give examples where there are none", async () => {
    const { status, answer } = await post(serving.url, "neighbours", { text: "a", model: "intents" });
    expect([status, answer.code]).toEqual([404, "NO_EXAMPLES"]);
    expect(answer.message).toContain("--examples intents=");
  });
});

describe("what a server tells of itself", () => {
  it("is that it lives and is ready", async () => {
    expect((await get("health")).text).toBe('{"status":"ok"}');
    expect((await get("ready")).text).toBe('{"status":"ready"}');
  });

  it("is its models and limits", async () => {
    const { models, limits } = JSON.parse((await get("models")).text);
    expect(models[0]).toMatchObject({ name: "reviews", task: "single-label", labels: ["negative", "positive"] });
    expect(models[0].arithmetic).toBe("float32");
    expect(models.map(({ examples }: { examples: number }) => examples > 0)).toEqual([true, false]);
    expect(limits).toEqual({ texts: 1000, characters: 2000, bytes: 2_000_000 });
  });

  it("is counted for Prometheus", async () => {
    await post(serving.url, "predict", { text: "a" });
    const { text, headers } = await get("metrics");
    expect(headers.get("content-type")).toContain("text/plain");
    expect(text).toMatch(/^headstart_request_seconds_count\{method="POST",route="\/predict",status="200"\} [1-9]/m);
    expect(text).toMatch(/^headstart_batch_texts_sum [1-9]/m);
    expect(text).toMatch(/^headstart_waiting_texts 0$/m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
  });

  it("is what it takes and answers, from the schemas that validate", async () => {
    const { paths, info, openapi } = JSON.parse((await get("openapi.json")).text);
    expect([openapi, info.version]).toEqual(["3.1.0", packageVersion()]);
    expect(Object.keys(paths).sort()).toEqual(["/health", "/metrics", "/models", "/neighbours", "/predict", "/ready"]);
    const { properties } = paths["/predict"].post.requestBody.content["application/json"].schema;
    expect(properties.texts).toMatchObject({ maxItems: 1000, items: { maxLength: 2000 } });
    const { items } = paths["/predict"].post.responses["200"].content["application/json"].schema.properties.results;
    expect(items.properties.predictions.items.properties.inScope).toMatchObject({ type: "boolean" });
    const { responses } = paths["/predict"].post;
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(["200", "400", "415", "429", "503"]));
    expect(responses["429"].headers["Retry-After"].schema).toEqual({ type: "integer" });
    expect(Object.keys(paths["/metrics"].get.responses["200"].content)).toEqual(["text/plain"]);
  });

  it("is nothing where there is nothing", async () => {
    const { status, text } = await get("predct");
    expect([status, JSON.parse(text).code]).toEqual([404, "NOT_SERVED"]);
  });
});

describe("--token", () => {
  it("is asked of all but probes and the page's own files", async () => {
    const guarded = await serve([reviews, "--quiet"], { HEADSTART_TOKEN: "a secret" });
    const statusOf = async (path: string, authorization?: string) =>
      (await fetch(new URL(path, guarded.url), { headers: authorization ? { authorization } : {} })).status;
    for (const path of ["models", "metrics", "openapi.json", "neighbours"]) expect(await statusOf(path)).toBe(401);
    for (const path of ["health", "ready", "", "style.css"]) expect(await statusOf(path)).toBe(200);
    for (const wrong of ["Bearer a secre", "Bearer a secret2", "Basic a secret", "Bearer "]) {
      expect(await statusOf("models", wrong)).toBe(401);
    }
    expect(await statusOf("models", "Bearer a secret")).toBe(200);
    const refused = await post(guarded.url, "predict", { text: "a" });
    expect([refused.status, refused.answer.code]).toEqual([401, "UNAUTHORIZED"]);
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    expect((await post(guarded.url, "predict", { text: "a" }, { authorization: "Bearer a secret" })).status).toBe(200);
    await guarded.stop();
  });

  it("is refused where it would be none", async () => {
    for (const token of ["", " ", "schlüssel"]) {
      const { code, stderr } = await headstart(["serve", reviews, "--token", token]);
      expect([code, stderr]).toEqual([2, expect.stringContaining("--token")]);
    }
    const { code, stderr } = await headstart(["serve", reviews], { env: { HEADSTART_TOKEN: "" } });
    expect([code, stderr]).toEqual([2, expect.stringContaining("HEADSTART_TOKEN is empty")]);
  });
});

describe("serve refuses", () => {
  const failure = async (...args: string[]) => {
    const { code, stderr } = await headstart(["serve", ...args]);
    return { code, stderr };
  };

  it("what is no model, two of one name, examples for nobody, and an address in use", async () => {
    expect((await failure(join(folder, "none"))).stderr).toContain("(MODEL_FOLDER)");
    const twice = await failure(reviews, `reviews=${intents}`);
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining("(DUPLICATE_NAME)") });
    const lost = await failure(reviews, intents, "--examples", corpus("reviews/train.csv"));
    expect(lost.stderr).toContain(
      `as in \`--examples ${basename(reviews)}=<file>\`. Served: reviews, intents. (EXAMPLES_MODEL)`,
    );
    const taken = await failure(reviews, "--port", new URL(serving.url).port);
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining("Choose another --port") });
    const strange = await failure(
      reviews,
      "--examples",
      corpus("intents/train.csv"),
      "--port",
      new URL(serving.url).port,
    );
    expect(strange.stderr).toMatch(/examples of reviews: its labels do not include \w+, .* and 3 more/);
    expect((await failure(reviews, "--max-batch", "0")).code).toBe(2);
    expect((await failure(reviews, "--port", "65536")).code).toBe(2);
  });
});
