import { type Static, Type } from "typebox";

/** The most texts in one request. */
export const mostTexts = 1000;

/** The form of a request; what it allows depends on how the server was started. */
export function predictBody(maxChars: number) {
  const text = textSchema(maxChars);
  const properties = {
    text: Type.Optional(text),
    texts: Type.Optional(Type.Array(text, { minItems: 1, maxItems: mostTexts })),
    model: Type.Optional(Type.String({ description: "Name of a model; all of them when missing." })),
    top: Type.Optional(
      Type.Integer({ minimum: 1, description: "Also the probabilities of so many likeliest labels." }),
    ),
    threshold: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          "One label a text: below this confidence the label is null. Several: labels are given from this probability on.",
      }),
    ),
  };
  return Type.Object(properties, {
    additionalProperties: false,
    oneOf: [{ required: ["text"] }, { required: ["texts"] }],
    description: "One text, or up to 1,000.",
  });
}

/** A text to find neighbours of. */
export function neighboursBody(maxChars: number) {
  return Type.Object(
    {
      text: textSchema(maxChars),
      model: Type.Optional(Type.String({ description: "Name of a model; the first one when missing." })),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 5 })),
    },
    { additionalProperties: false },
  );
}

function textSchema(maxChars: number) {
  return Type.String({ pattern: "\\S", maxLength: maxChars });
}

export type PredictBody = Static<ReturnType<typeof predictBody>>;
export type NeighboursBody = Static<ReturnType<typeof neighboursBody>>;

const Probability = Type.Number({ minimum: 0, maximum: 1 });

const Score = Type.Object({ label: Type.String(), probability: Probability });

export const Prediction = Type.Object({
  label: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: "Of models that give one label a text; null below the threshold.",
    }),
  ),
  labels: Type.Optional(Type.Array(Type.String(), { description: "Of models that give several, likeliest first." })),
  confidence: Type.Number({
    minimum: 0,
    maximum: 1,
    description: "Probability of the label; of several, that of the decision which is least sure.",
  }),
  inScope: Type.Optional(
    Type.Boolean({
      description:
        "False: the text probably fits none of the labels, whatever the confidence. Of models that can tell; those of several labels give none.",
    }),
  ),
  scores: Type.Optional(Type.Array(Score, { description: "The likeliest labels, where `top` asks for them." })),
});
export type Prediction = Static<typeof Prediction>;

export const PredictAnswer = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        model: Type.String(),
        predictions: Type.Array(Prediction, { description: "One for each text, in order." }),
      }),
    ),
  },
  { description: "What each model says of each text." },
);
export type PredictAnswer = Static<typeof PredictAnswer>;

export const NeighboursAnswer = Type.Object(
  {
    model: Type.String(),
    neighbours: Type.Array(
      Type.Object({
        text: Type.String(),
        labels: Type.Array(Type.String()),
        similarity: Type.Number({ description: "Cosine of the embeddings." }),
      }),
    ),
  },
  { description: "Labelled texts, nearest first." },
);

export type NeighboursAnswer = Static<typeof NeighboursAnswer>;

export const Model = Type.Object({
  name: Type.String(),
  task: Type.Union([Type.Literal("single-label"), Type.Literal("multi-label")]),
  labels: Type.Array(Type.String()),
  encoder: Type.String(),
  maxTokens: Type.Integer({ description: "Longer texts are cut." }),
  arithmetic: Type.String({ description: "What the encoder computes in: float32 or int8." }),
  rows: Type.Integer({ description: "Texts that it was trained on." }),
  createdAt: Type.Optional(Type.String()),
  examples: Type.Integer({ description: "Labelled texts that neighbours are found among." }),
  session: Type.Integer({ description: "Models with the same number share an encoder and its pass." }),
});

export const ModelsAnswer = Type.Object(
  {
    models: Type.Array(Model),
    limits: Type.Object({ texts: Type.Integer(), characters: Type.Integer(), bytes: Type.Integer() }),
  },
  { description: "The models, and what one request may hold." },
);

export function status(description: string) {
  return Type.Object({ status: Type.String() }, { description });
}

export interface Failure {
  code: string;
  message: string;
}

function failure(description: string) {
  return Type.Object({ code: Type.String(), message: Type.String() }, { description });
}

/** With the header that says when to try again. */
function passingFailure(description: string) {
  const headers = { "Retry-After": { type: "integer", description: "Seconds." } };
  return { ...failure(description), headers };
}

export const unauthorized = { 401: failure("The token is missing or another one.") };

/** Answers to a request with a body, by status. */
export const refusals = {
  400: failure("The request has not the form that is described here."),
  ...unauthorized,
  404: failure("No such model is served, or no examples of it."),
  413: failure("The body is too large."),
  415: failure("The body is not JSON, or compressed."),
  429: passingFailure("Too many texts are waiting."),
  503: passingFailure("The texts could not be computed in time."),
};
