export * from "./example-errors.js";
export * from "./file-errors.js";
export * from "./table-errors.js";
