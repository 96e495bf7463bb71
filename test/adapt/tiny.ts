import { HiddenStates } from "../../src/adapt/hidden-states.js";
import { prepareEncoder, type TailGraphs, type TrainableEncoder, tailGraphs } from "../../src/adapt/tail-graphs.js";
import { TailSession } from "../../src/adapt/tail-session.js";
import { Encoder, type EncoderOptions } from "../../src/encoder/encoder.js";
import { encoders } from "../encoder/oracle.js";

/** Texts of 3 to some 60 tokens. */
export const texts = [
  "good",
  "the room was clean and the food was good",
  "",
  "we came back for more, and then again for more of the same, since nobody told us that it would end so soon. ".repeat(
    2,
  ),
  "no",
  "bad film",
  "two hours that I will not get back, and the end of it makes no sense to anyone in the room",
  "fine",
];

/** Opens a tiny encoder of the fixtures with its weights as the file has them. */
export function openTiny(file: string, options: EncoderOptions = {}): Promise<Encoder> {
  return Encoder.open(encoders + file, { dtype: "source", cacheFolder: null, workers: 1, ...options });
}

/** An encoder's last layers, open, with the hidden states of `texts` in front of them. */
export interface OpenTail {
  trainable: TrainableEncoder;
  graphs: TailGraphs;
  states: HiddenStates;
  session: TailSession;
  dispose(): Promise<void>;
}

export async function openTail(encoder: Encoder, depth: number, of: readonly string[] = texts): Promise<OpenTail> {
  const trainable = await prepareEncoder(encoder.model, encoder.pooling);
  const graphs = tailGraphs(trainable, depth);
  const { paddingId } = encoder.tokenizer;
  const states = await HiddenStates.compute(graphs.prefix, encoder.tokenize(of), { paddingId });
  const session = await TailSession.open(graphs, 1);
  const dispose = async () => {
    states.dispose();
    await session.dispose();
  };
  return { trainable, graphs, states, session, dispose };
}
