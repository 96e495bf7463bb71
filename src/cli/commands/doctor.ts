import { counted } from "../../data/wording.js";
import { advise } from "../doctor/advice.js";
import { describeEngines, type Engines } from "../doctor/engines.js";
import { describeMachine, type Machine } from "../doctor/machine.js";
import { print, printJson, sizeText, table } from "../print.js";

/** `headstart doctor`. @throws the errors of loading the embedded encoder */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const machine = describeMachine();
  const engines = await describeEngines();
  const advice = advise(machine, engines);
  if (options.json) return printJson({ ...machine, ...engines, advice });
  print(table(factsOf(machine, engines)));
  print();
  print(advice.length === 0 ? "nothing found that would make it faster here" : "what would make it faster:");
  for (const sentence of advice) print(`- ${sentence}`);
}

function factsOf(machine: Machine, { versions, training, encoder }: Engines): [string, string][] {
  const { platform, cpu, cores, instructions, memory, cache } = machine;
  const state = cache.isWritable ? `${sizeText(cache.sizeBytes)} used` : "not writable";
  return [
    ["headstart", versions.headstart],
    ["node", `${versions.node} (${platform})`],
    ["onnxruntime", versions["onnxruntime-node"]],
    ["transformers.js", versions["@huggingface/transformers"]],
    ["heads", training.description],
    ["cores", `${cores.usable} of ${cores.present}, ${[cpu, ...(instructions ?? [])].join(", ")}`],
    ["memory", `${sizeText(memory.available)} free of ${sizeText(memory.total)}`],
    ["cache", `${cache.folder} (${state})`],
    ["encoder", `${encoder.name}, ${encoder.folder}`],
    [
      "speed",
      `${encoder.textsPerSecond} texts/s of ${encoder.tokensPerText} tokens with ${counted(cores.usable, "worker")}`,
    ],
  ];
}
