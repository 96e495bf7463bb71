import { type ChildProcess, fork } from "node:child_process";
import type { Homework, Lesson, Subject } from "./lesson.js";
import type { FromModel, ToModel } from "./model-process.js";

/** A model in a process of its own. */
export interface ModelProcess {
  /** Asks for a lesson; of several requests that wait only the last one is answered. */
  learn(homework: Homework): void;
  close(): void;
}

/**
 * Starts the process of a model. It cannot hold a key up, and a crash of it ends proposals, not the session.
 *
 * @param onLesson called for each lesson, also of texts that were encoded meanwhile. @param onFailure called with what went wrong, once
 */
export function startModel(
  subject: Subject,
  onLesson: (lesson: Lesson) => void,
  onFailure: (problem: string) => void,
): ModelProcess {
  const isSource = import.meta.url.endsWith(".ts"); // run from the sources, by the tests and scripts
  const child: ChildProcess = fork(new URL(isSource ? "./model-process.ts" : "./model-process.js", import.meta.url), {
    execArgv: isSource ? ["--import", "tsx"] : [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  let isOpen = true;
  const fail = (problem: string) => {
    if (isOpen) onFailure(problem);
    isOpen = false;
  };
  child.stderr?.on("data", (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  child.on("message", (message: FromModel) => {
    if ("failure" in message) fail(message.failure);
    else if (isOpen) onLesson(message.lesson);
  });
  child.on("error", (error) => fail(error.message));
  child.on("exit", (code) => fail(`its process ended with ${code}. ${said.trim().split("\n").at(-1) ?? ""}`));
  const send = (message: ToModel) => isOpen && child.connected && child.send(message, () => {});
  send({ subject });
  return {
    learn: (homework) => void send({ homework }),
    close() {
      isOpen = false;
      child.kill();
    },
  };
}
