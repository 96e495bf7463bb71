/**
 * What Ink and React read from the environment once, to be imported before them. Ink paints only its last frame where CI is set; whoever opens
 * a screen has seen that there is a terminal (`tmux` and containers often inherit CI), so that it is always painted. React's build for
 * developers is slower and prints its warnings over the screen.
 */
process.env.CI = "false";
process.env.CONTINUOUS_INTEGRATION = "false";
process.env.NODE_ENV = "production";
