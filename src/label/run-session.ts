import { openScreen } from "../terminal/screen.js";
import type { Lesson, Subject } from "./lesson.js";
import { startModel } from "./model.js";
import { LabelSession, type SessionSubject } from "./session.js";
import { viewOf } from "./session-view.js";

/**
 * Runs a session on the terminal until it is over. The model is started beside it and gets new homework after each event; a model that fails
 * is told of on the screen, and the session goes on without proposals.
 *
 * @param model what the model is opened with; undefined for a session without one. @param lesson proposals that are there from the start
 * @returns the session as it was left
 */
export async function runSession(
  subject: SessionSubject,
  model: Subject | undefined,
  lesson?: Lesson,
): Promise<LabelSession> {
  let leave = () => {};
  const over = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const session = new LabelSession({
    ...subject,
    append(event) {
      subject.append(event);
      isHomeworkDue = true;
    },
  });
  if (lesson) session.learn(lesson);
  let isHomeworkDue = false;
  let asked = session.row;
  let problem: unknown;
  const screen = openScreen(viewOf(session), (key) => {
    try {
      session.press(key);
    } catch (error) {
      problem = error; // such as a full disk: the terminal is given back first
      return leave();
    }
    if (isHomeworkDue || session.row !== asked) process_?.learn(session.homework);
    isHomeworkDue = false;
    asked = session.row;
    if (session.isOver) leave();
    else screen.show(viewOf(session));
  });
  const process_ =
    model &&
    startModel(
      model,
      (lesson) => {
        session.learn(lesson);
        screen.show(viewOf(session));
      },
      (failure) => {
        session.problem = failure;
        screen.show(viewOf(session));
      },
    );
  process_?.learn(session.homework);
  await over;
  process_?.close();
  screen.close();
  if (problem) throw problem;
  return session;
}
