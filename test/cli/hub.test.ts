import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encoders } from "../encoder/oracle.js";
import { corpus, headstart, interrupted } from "./headstart.js";
import { type LocalHub, serveHub } from "./hub.js";

const id = "tiny/bert";
let folder: string;
let hub: LocalHub;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headstart-hub-"));
  const quantized = join(folder, "quantized");
  cpSync(`${encoders}bert`, quantized, { recursive: true });
  rmSync(join(quantized, "onnx"), { recursive: true });
  mkdirSync(join(quantized, "onnx"));
  cpSync(`${encoders}bert/onnx/variants/model_quantized.onnx`, join(quantized, "onnx/model_quantized.onnx"));
  mkdirSync(join(quantized, "1_Pooling"));
  writeFileSync(join(quantized, "1_Pooling/config.json"), '{"pooling_mode_cls_token": true}');
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  hub = await serveHub({ [id]: `${encoders}bert`, "tiny/quantized": join(folder, "quantized") });
});

afterEach(() => hub.close());

const train = (cache: string, encoder = id, env: Record<string, string> = {}) =>
  headstart(["train", corpus("reviews/train.csv"), "--encoder", encoder, "--out", join(cache, "model"), "--C", "1"], {
    cwd: folder,
    env: { HF_ENDPOINT: hub.address, HEADSTART_CACHE: join(folder, cache), HF_TOKEN: "", ...env },
  });
const manifest = (cache: string) => JSON.parse(readFileSync(join(folder, cache, "model/headstart.json"), "utf8"));

describe("an encoder named by its id on the hub", () => {
  it("is fetched once, and used without the hub afterwards", async () => {
    const first = await train("once");
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain(`Fetching ${id} from the hub`);
    expect(hub.requests).toContain(`GET /${id}/resolve/main/onnx/model.onnx`);
    const firstScores = first.stdout;
    rmSync(join(folder, "once/model"), { recursive: true });
    rmSync(join(folder, "once/features"), { recursive: true });
    await hub.close();
    const second = await train("once");
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).not.toContain("Fetching");
    expect(second.stdout).toBe(firstScores);
    const text = await headstart(["predict", "once/model"], { cwd: folder, input: "fine\n" });
    expect(text.stdout).toMatch(/^(negative|positive)\t/);
  });

  it("is taken in the most exact form that the hub has, with the pooling that it states", async () => {
    const { code, stderr } = await train("quantized-cache", "tiny/quantized");
    expect(code, stderr).toBe(0);
    expect(readdirSync(join(folder, "quantized-cache/models/tiny/quantized/onnx"))).toEqual(["model_quantized.onnx"]);
    expect(manifest("quantized-cache").encoder.pooling).toBe("cls");
  });

  it("leaves nothing half-written when the connection breaks off, so that the next run goes on", async () => {
    hub.breakOff.add("onnx/model.onnx");
    const broken = await train("broken");
    expect(broken.code, broken.stderr).toBe(1);
    expect(broken.stderr).toMatch(/error: tiny\/bert: .*\(HUB\)/);
    const again = await train("broken");
    expect(again.code, again.stderr).toBe(0);
  });

  it("leaves no part of a file behind when Ctrl-C comes in the middle", async () => {
    hub.stalling.add("onnx/model.onnx");
    const models = join(folder, "stalled/models");
    const parts = () => (existsSync(models) ? readdirSync(models, { recursive: true, encoding: "utf8" }) : []);
    const args = ["train", corpus("reviews/train.csv"), "--encoder", id, "--out", "stalled/model"];
    const env = { HF_ENDPOINT: hub.address, HEADSTART_CACHE: join(folder, "stalled") };
    const ready = () => parts().some((name) => name.includes("model.onnx"));
    const { code, stderr } = await interrupted(args, ready, { cwd: folder, env });
    expect(code, stderr).toBe(130);
    expect(parts().filter((name) => name.includes("model.onnx"))).toEqual([]);
  });

  it("does not take a failing hub for one that has no pooling file", async () => {
    hub.failing.set("1_Pooling/config.json", 503);
    const failed = await train("failing", "tiny/quantized");
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("status 503 for 1_Pooling/config.json");
    hub.failing.clear();
    expect((await train("failing", "tiny/quantized")).code).toBe(0);
    expect(manifest("failing").encoder.pooling).toBe("cls");
  });

  it("is asked for under the path of HF_ENDPOINT and with HF_TOKEN", async () => {
    hub.token = "secret";
    const env = { HF_ENDPOINT: `${hub.address}/mirror/hub` };
    const refused = await train("token", id, env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/Unauthorized.*HF_TOKEN/);
    const { code, stderr } = await train("token", id, { ...env, HF_TOKEN: "secret" });
    expect(code, stderr).toBe(0);
    expect(hub.requests.every((request) => request.startsWith("GET /mirror/hub/tiny/bert/resolve/main/"))).toBe(true);
  });

  it.each([
    ["that the hub does not know", "tiny/brt", {}, /tiny\/brt: .*Could not locate file: ".*config\.json"/],
    ["while offline", id, { HF_HUB_OFFLINE: "1" }, /HF_HUB_OFFLINE is set/],
  ])("%s ends in a sentence that says why", async (_, encoder, env: Record<string, string>, message) => {
    const { code, stderr } = await train("none", encoder, env);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toContain("(HUB)");
  });

  it("on a hub that does not answer ends in a sentence that says so", async () => {
    await hub.close();
    const { code, stderr } = await train("none");
    expect(code).toBe(1);
    expect(stderr).toMatch(/fetch failed: connect ECONNREFUSED 127\.0\.0\.1.*\(HUB\)/);
  });
});
