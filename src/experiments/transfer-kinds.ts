/** Ways into the target domain, that without any adaptation first. */
export const transferMethods = [
  "none",
  "coral",
  "self-training",
  "adapted",
  "adapted-pseudo",
  "few-labels",
  "upper-bound",
] as const;
export type TransferMethod = (typeof transferMethods)[number];
