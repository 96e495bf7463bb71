/**
 * Ink paints only its last frame where CI is set. Whoever opens a screen has seen that there is a terminal (`tmux` and containers often
 * inherit CI), so that it is always painted. To be imported before Ink, which reads the environment once.
 */
process.env.CI = "false";
process.env.CONTINUOUS_INTEGRATION = "false";
