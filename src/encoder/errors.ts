import { HeadstartError } from "../errors.js";

/** A folder or id holds no encoder that can be loaded. */
export class EncoderNotFoundError extends HeadstartError {
  readonly code = "ENCODER_NOT_FOUND";

  constructor(source: string, problem: string) {
    super(
      `${source}: ${problem}. An encoder is a folder in Transformers.js layout (config.json, tokenizer.json, ` +
        "onnx/model.onnx), one of its .onnx files, or the id of such a model on the hub.",
    );
  }
}

/** The ONNX file of a folder is not the one that was saved. */
export class AlteredModelError extends HeadstartError {
  readonly code = "ALTERED_MODEL";

  constructor(path: string) {
    super(
      `${path}: its contents changed since it was saved, or the copy is incomplete. Copy the folder again or retrain.`,
    );
  }
}

/** A file of an encoder's folder does not say what it should. */
export class EncoderFileError extends HeadstartError {
  readonly code = "ENCODER_FILE";

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}.`);
  }
}

/** The hub could not be reached or does not give the model. */
export class HubError extends HeadstartError {
  readonly code = "HUB";

  constructor(id: string, cause: unknown) {
    super(
      `${id}: there is no such folder, and the hub did not give a model of this id (${reasonOf(cause as Error)}). ` +
        "Check the name and the network, set HF_TOKEN for a private model, or download the folder and give its path.",
      { cause },
    );
  }
}

/** `fetch` says why it failed in its cause alone. */
function reasonOf({ message, cause }: Error): string {
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return reason.replace(/\.$/, "");
}
