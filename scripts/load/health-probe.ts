/**
 * Asks GET /health every 20 ms until its stdin closes, from a process that does nothing else; prints the times in ms as a JSON array.
 *
 *   npx tsx scripts/load/health-probe.ts <address>
 */
import { setTimeout as delay } from "node:timers/promises";

const timesMs: number[] = [];
let open = true;
process.stdin.resume().once("end", () => {
  open = false;
});
while (open) {
  const startMs = performance.now();
  await (await fetch(new URL("/health", process.argv[2]))).text();
  timesMs.push(performance.now() - startMs);
  await delay(20);
}
console.log(JSON.stringify(timesMs));
process.exit();
