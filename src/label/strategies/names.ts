/** Which text to ask next, as `--strategy` takes it. */
export const strategyNames = ["auto", "margin", "entropy", "badge", "typical", "random"] as const;
export type StrategyName = (typeof strategyNames)[number];
