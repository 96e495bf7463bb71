import { type Shape, sameShape } from "../autodiff/shape.js";
import { Appender } from "../onnx/appender.js";
import { declareTokens, poolingStep } from "../onnx/compose.js";
import { sortTopologically } from "../onnx/graph.js";
import { prune } from "../onnx/prune.js";
import { DataType, type GraphProto, type ModelProto, type NodeProto } from "../onnx/schema.js";
import { makeTensor } from "../onnx/tensor.js";

/** An input of the graphs in which texts share rows: which text of its row a token belongs to, [B, T]. */
export const SEGMENTS = "headstart/segments";

const POSITIONS = "position_ids";

/** Added to scores between texts: e to its power is 0. */
const closed = -1e9;

/**
 * Lets several texts lie in one row, one behind the other, in place of padding (sequence packing, Krell et al. 2021).
 *
 * Attention is closed between them: to the mask that an encoder adds to its scores comes one that depends on `SEGMENTS`. Each text is
 * pooled by itself: the pooled output has a row for every text that could be there, [B·T, D], and row b·T + s is text s of row b. What a
 * model computes beside attention it computes token by token, and positions, where its layers know any, are distances; whether that is so is
 * for the caller to try.
 *
 * @param model pooled by the mean (`appendPooling`), changed in place. @param shapes of its tensors.
 * @returns false, and the model as it was, where no such mask is added.
 */
export function shareRows(model: ModelProto, shapes: ReadonlyMap<string, Shape>): boolean {
  const { graph } = model;
  const additions = graph.node.flatMap((node) => maskAddition(node, shapes) ?? []);
  if (additions.length === 0) return false;
  for (const name of [SEGMENTS, POSITIONS]) declareTokens(model, name);
  const append = new Appender(model);
  const name = (step: string) => `headstart/share/${step}`;
  const alike = append.node(
    "Equal",
    [append.reshape(SEGMENTS, [0, 1, -1, 1], name("rows")), append.reshape(SEGMENTS, [0, 1, 1, -1], name("columns"))],
    name("alike"),
  ); // [B, 1, T, T]
  const far = append.scalar(name("closed"), closed);
  for (const mask of new Set(additions.map((addition) => addition.mask))) {
    const parted = append.node("Where", [alike, mask, far], name(mask));
    for (const { node } of additions) node.input = node.input.map((input) => (input === mask ? parted : input));
  }
  poolTexts(graph, append, shapes.get(poolingStep(0, "pooled"))!.at(-1)![0], name);
  sortTopologically(graph);
  prune(model);
  return true;
}

/** scores [B, H, T, T] + mask [B, 1, 1, T] or [B, 1, T, T] */
function maskAddition(
  node: NodeProto,
  shapes: ReadonlyMap<string, Shape>,
): { node: NodeProto; mask: string } | undefined {
  const [batch, tokens] = shapes.get("attention_mask")!;
  const scores = node.opType === "Add" ? shapes.get(node.output[0]) : undefined;
  if (scores?.length !== 4 || !sameShape(scores, [batch, scores[1], tokens, tokens])) return undefined;
  const mask = node.input.find((input) => {
    const shape = shapes.get(input);
    return shape && [[1, 1] as const, tokens].some((rows) => sameShape(shape, [batch, [1, 1], rows, tokens]));
  });
  return mask === undefined ? undefined : { node, mask };
}

/** The sum over each text's tokens in place of that over each row's. */
function poolTexts(graph: GraphProto, append: Appender, size: number, name: (step: string) => string): void {
  const pooled = poolingStep(0, "pooled");
  graph.node = graph.node.filter(({ output }) => output[0] !== pooled);
  const member = append.node(
    "Equal",
    [append.reshape(POSITIONS, [0, -1, 1], name("slots")), append.reshape(SEGMENTS, [0, 1, -1], name("texts"))],
    name("member"),
  ); // [B, T, T]: whether a token is of text s
  const float = append.node("Cast", [member], name("member_float"), { to: DataType.FLOAT });
  const weights = append.node("Mul", [float, poolingStep(0, "mask")], name("weights"));
  const sums = append.node("MatMul", [weights, poolingStep(0, "float")], name("sums")); // [B, T, D]
  const shape = append.constant(makeTensor(name("pooled_shape"), [2], BigInt64Array.of(-1n, BigInt(size))));
  append.node("Reshape", [sums, shape], pooled); // [B·T, D]
}
