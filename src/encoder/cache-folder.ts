import envPaths from "env-paths";

/** Where Headstart keeps what it can make again: HEADSTART_CACHE, or the system's folder for caches. */
export function defaultCacheFolder(): string {
  return process.env.HEADSTART_CACHE || envPaths("headstart", { suffix: "" }).cache;
}
