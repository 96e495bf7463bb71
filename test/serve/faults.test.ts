import { once } from "node:events";
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { post, type Serving, serve, trained } from "./serving.js";

let folder: string;
let model: string;
let other: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-faults-"));
  model = join(folder, "model");
  other = join(folder, "other");
  await trained("reviews", model);
  await trained("intents", other);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The value of a line of /metrics. */
async function metric({ url }: Serving, name: string): Promise<number> {
  const text = await (await fetch(new URL("metrics", url))).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? 0);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}

const long = "a text that takes its time ".repeat(60);
const longTexts = (count: number) => Array.from({ length: count }, (_, i) => `${i} ${long}`);
const predict = (serving: Serving, texts: string[]) => post(serving.url, "predict", { texts });

describe("a server that is treated badly", () => {
  let serving: Serving;

  beforeAll(async () => {
    const limits = ["--workers", "1", "--max-queue", "300", "--timeout-ms", "4000", "--max-batch", "8", "--quiet"];
    serving = await serve([model, ...limits]);
  });

  afterAll(async () => {
    expect(await serving.stop()).toBe(0);
    expect(serving.told()).toBe("");
  });

  const isWell = async () => (await predict(serving, ["still here"])).status === 200;

  it("refuses 10 MB before it has read them", async () => {
    const socket = connect(Number(new URL(serving.url).port), "127.0.0.1");
    const head =
      "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n";
    socket.write(head);
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 .*INVALID_REQUEST.*--max-body-mb/s);
    socket.destroy();
    const body = `{"text": "${"a".repeat(10_000_000)}"}`;
    const sent = await post(serving.url, "predict", body).catch(() => ({ status: 413 })); // the connection may close first
    expect(sent.status).toBe(413);
    expect(await isWell()).toBe(true);
  });

  it("hangs up on a client that does not finish its request", async () => {
    const socket = connect(Number(new URL(serving.url).port), "127.0.0.1");
    socket.write("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    let told = "";
    socket.on("data", (chunk) => {
      told += chunk;
    });
    await once(socket, "close");
    expect(told).toContain("408");
    expect(await isWell()).toBe(true);
  });

  it("takes what is no HTTP for what it is", async () => {
    const socket = connect(Number(new URL(serving.url).port), "127.0.0.1");
    socket.write("\x16\x03\x01 hello\r\n\r\n");
    const [answer] = await once(socket, "data");
    expect(String(answer)).toContain("400");
    socket.destroy();
    expect(await isWell()).toBe(true);
  });

  it("does not compute what nobody waits for any more", async () => {
    const before = await metric(serving, "headstart_batch_texts_sum");
    const leaving = Array.from({ length: 10 }, () => new AbortController());
    const requests = leaving.map(({ signal }) =>
      fetch(new URL("predict", serving.url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ texts: longTexts(20) }),
        signal,
      }).catch((error) => error.name),
    );
    await until(async () => (await metric(serving, "headstart_waiting_texts")) > 100);
    for (const each of leaving) each.abort();
    expect(await Promise.all(requests)).toEqual(leaving.map(() => "AbortError"));
    await until(async () => (await metric(serving, "headstart_waiting_texts")) === 0);
    expect(await isWell()).toBe(true);
    expect((await metric(serving, "headstart_batch_texts_sum")) - before).toBeLessThan(150);
  });

  it("refuses more than it can keep, and says when to come back", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => predict(serving, longTexts(100))));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(4);
    for (const { answer, headers } of refused) {
      expect(answer.code).toBe("QUEUE_FULL");
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    }
    await until(async () => (await metric(serving, "headstart_waiting_texts")) === 0);
    expect(await isWell()).toBe(true);
  });
});

describe("a server whose time is up", () => {
  it("says so, and computes the rest for nobody", async () => {
    const serving = await serve([model, "--workers", "1", "--timeout-ms", "100", "--max-batch", "1", "--quiet"]);
    const { status, answer, headers } = await predict(serving, longTexts(1000));
    expect([status, answer.code, headers.get("retry-after")]).toEqual([503, "TIMED_OUT", "1"]);
    expect(await metric(serving, "headstart_waiting_texts")).toBe(0);
    expect(await serving.stop()).toBe(0);
  });
});

describe("SIGTERM and SIGINT under load", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "%s: what was accepted is answered, then the process ends",
    async (signal) => {
      const serving = await serve([model, "--workers", "1", "--max-batch", "16", "--drain-ms", "1000"]);
      const requests = Array.from({ length: 30 }, () => predict(serving, longTexts(40)));
      await until(async () => (await metric(serving, "headstart_waiting_texts")) > 300);
      const stopped = serving.stop(signal);
      const answers = await Promise.all(requests);
      expect(answers.map(({ status }) => status)).toEqual(requests.map(() => 200));
      expect(answers.every(({ answer }) => answer.results[0].predictions.length === 40)).toBe(true);
      expect(await stopped).toBe(0);
      expect(serving.told()).toContain("what was accepted is answered first");
      await expect(fetch(serving.url)).rejects.toThrow();
    },
  );

  it("takes connections while it drains, says that it is not ready, and gives the connections up", async () => {
    const serving = await serve([model, "--drain-ms", "3000", "--quiet"]);
    const stopped = serving.stop();
    await until(async () => (await fetch(new URL("ready", serving.url))).status === 503);
    const { status, headers } = await predict(serving, ["late"]);
    expect([status, headers.get("connection")]).toEqual([200, "close"]);
    expect(await stopped).toBe(0);
  });

  it("loses no request of clients that keep asking", async () => {
    const serving = await serve([model, "--drain-ms", "1000"]);
    let answered = 0;
    const client = async () => {
      for (;;) {
        // Refused: not listening any more. Reset or closed: the system had taken connection or request, the server had not.
        const status = await predict(serving, ["over and over"]).then(
          ({ status }) => status,
          ({ cause }) => cause.code,
        );
        if (status !== 200) return status;
        answered++;
      }
    };
    const clients = Array.from({ length: 16 }, client);
    await until(async () => answered > 200);
    const stopped = serving.stop();
    for (const last of await Promise.all(clients)) expect(last).toMatch(/^(ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)$/);
    expect(await stopped).toBe(0);
    expect(serving.told()).toContain(`stopped: ${answered.toLocaleString("en-US")} requests were answered`);
  });

  it("a second signal ends it at once", async () => {
    const serving = await serve([model, "--drain-ms", "60000", "--quiet"]);
    const stopped = serving.stop();
    await until(async () => (await fetch(new URL("ready", serving.url))).status === 503);
    serving.child.kill("SIGTERM");
    expect(await stopped).toBe(null);
    expect(serving.child.signalCode).toBe("SIGTERM");
  });
});

describe("a folder that is retrained while it is served", () => {
  it("answers with the new model, without a request lost", async () => {
    const served = join(folder, "served");
    cpSync(model, served, { recursive: true });
    const serving = await serve([served]);
    const labelsOf = async () => {
      const { status, answer } = await predict(serving, ["where is my parcel?"]);
      expect(status).toBe(200);
      return answer.results[0].predictions[0].label;
    };
    expect(["positive", "negative"]).toContain(await labelsOf());
    let isOver = false;
    const seen = new Set<unknown>();
    const client = async () => {
      while (!isOver) seen.add(await labelsOf());
    };
    const clients = Array.from({ length: 8 }, client);
    await trained("intents", served); // as a user would: two renames at its end
    await until(async () => (await metric(serving, 'headstart_reloads_total\\{outcome="done"\\}')) === 1);
    isOver = true;
    await Promise.all(clients);
    expect(await labelsOf()).toMatch(/_/);
    expect(seen.size).toBeGreaterThan(1);
    expect(serving.told()).toContain("a folder was retrained");
    expect(await serving.stop()).toBe(0);
  });

  it("keeps the former model while the new one is broken, and takes it once it is whole", async () => {
    const served = join(folder, "half");
    cpSync(model, served, { recursive: true });
    const serving = await serve([served]);
    rmSync(join(served, "onnx/model.onnx"));
    writeFileSync(join(served, "headstart.json"), "{");
    await until(async () => serving.told().includes("not reloaded, the former models go on"));
    const { answer } = await predict(serving, ["fine"]);
    expect(["positive", "negative"]).toContain(answer.results[0].predictions[0].label);
    renameSync(served, `${served}-broken`);
    cpSync(other, served, { recursive: true });
    await until(async () => (await metric(serving, 'headstart_reloads_total\\{outcome="done"\\}')) === 1);
    const { answer: later } = await predict(serving, ["where is my parcel?"]);
    expect(later.results[0].predictions[0].label).toMatch(/_/);
    expect(await serving.stop()).toBe(0);
  });
});
