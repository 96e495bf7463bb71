import { HeadstartError } from "../errors.js";

/** A file is not an ONNX model, or is truncated, or was altered. */
export class OnnxFileError extends HeadstartError {
  readonly code = "ONNX_FILE";

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}. Copy or download the file again.`);
  }
}

/** The graph lacks something that Headstart needs, or holds something that it does not support. */
export class OnnxGraphError extends HeadstartError {
  readonly code = "ONNX_GRAPH";
}
