import { Box, Text, useInput, useStdout } from "ink";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { Choices } from "./choices.js";
import { type Key, keysOf } from "./keys.js";
import { choiceGrid } from "./layout.js";
import { PromptLines } from "./prompt-lines.js";
import type { View } from "./view.js";
import { oneLine, wrapText } from "./wrap.js";

/** Lines that are always there: title, three rules, facts, done, outlook, keys in two lines. */
const FIXED_LINES = 9;
const FEWEST_TEXT_LINES = 3;
/** What Ink draws has to stay below the terminal's height, or each change clears the whole screen. */
const SPARE_LINES = 1;

/** The screen of a labelling session. Keeps nothing but where the text is scrolled to. */
export function App({ view, onKey, isColored }: { view: View; onKey: (key: Key) => void; isColored: boolean }) {
  const { columns, rows } = useSize();
  const height = Math.max(FIXED_LINES + FEWEST_TEXT_LINES, rows - SPARE_LINES);
  const room = height - FIXED_LINES;
  const grid = choiceGrid(view.choices, columns, Math.max(1, Math.min(room - FEWEST_TEXT_LINES, Math.ceil(room / 2))));
  const shown = view.prompt
    ? Math.min(view.prompt.options.length + 1, Math.max(2, Math.floor(room / 2)))
    : grid.rows.length;
  const told = view.text ?? view.message ?? "";
  const lines = useMemo(() => wrapText(told, columns - 1), [told, columns]);
  const textLines = Math.max(1, room - shown);
  const scroll = useScroll(view, lines.length, textLines, onKey);
  if (view.help) return <Page lines={view.help} height={height} />;
  const below = lines.length - scroll - textLines;
  const hidden = view.prompt ? 0 : view.choices.length - grid.rows.flat().length;
  const title = oneLine(view.title, columns - view.progress.length - 2);
  return (
    <Box flexDirection="column" height={height} width={columns}>
      <Box justifyContent="space-between">
        <Text bold>{title}</Text>
        <Text>{view.progress}</Text>
      </Box>
      <Rule columns={columns} note={scroll > 0 ? `${scroll} more above` : ""} />
      <Box flexDirection="column" height={textLines}>
        {lines.slice(scroll, scroll + textLines).map((line, i) => (
          <Text key={i} wrap="truncate">
            {line === "" ? " " : line}
          </Text>
        ))}
      </Box>
      <Rule columns={columns} note={below > 0 ? `${below} more below: ↓` : ""} />
      <Line dim>{oneLine(view.facts, columns)}</Line>
      {view.prompt ? (
        <PromptLines prompt={view.prompt} lines={shown} columns={columns} />
      ) : (
        <Choices grid={grid} columns={columns} isColored={isColored} />
      )}
      <Rule columns={columns} note={hidden > 0 ? `${hidden} more labels: Tab` : ""} />
      <Line>{oneLine(view.done, columns)}</Line>
      <Line dim>{oneLine(view.outlook, columns)}</Line>
      <Box flexWrap="wrap" columnGap={2} height={2}>
        {view.keys.map(([key, does]) => (
          <Text key={key}>
            <Text bold>{key}</Text> {does}
          </Text>
        ))}
      </Box>
    </Box>
  );
}

function useSize(): { columns: number; rows: number } {
  const { stdout } = useStdout();
  const read = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const [size, setSize] = useState(read);
  useEffect(() => {
    const resize = () => setSize(read());
    stdout.on("resize", resize);
    return () => void stdout.off("resize", resize);
  });
  return size;
}

/** Arrows and pages scroll the text where no prompt is open; all other keys go on. */
function useScroll(view: View, lines: number, height: number, onKey: (key: Key) => void): number {
  const [scrolled, setScrolled] = useState({ text: view.text, by: 0 });
  const most = Math.max(0, lines - height);
  const by = scrolled.text === view.text ? Math.min(scrolled.by, most) : 0;
  const to = (next: number) => setScrolled({ text: view.text, by: Math.max(0, Math.min(most, next)) });
  useInput((input, pressed) => {
    for (const key of keysOf(input, pressed)) {
      if (view.prompt || view.help) onKey(key);
      else if (key.name === "down") to(by + 1);
      else if (key.name === "up") to(by - 1);
      else if (key.name === "pageDown") to(by + height);
      else if (key.name === "pageUp") to(by - height);
      else if (key.name === "home") to(0);
      else if (key.name === "end") to(most);
      else onKey(key);
    }
  });
  return by;
}

function Page({ lines, height }: { lines: readonly string[]; height: number }) {
  return (
    <Box flexDirection="column" height={height}>
      {lines.map((line, i) => (
        <Text key={i} wrap="truncate">
          {line === "" ? " " : line}
        </Text>
      ))}
    </Box>
  );
}

function Rule({ columns, note }: { columns: number; note: string }) {
  const right = note === "" ? "" : ` ${note} `;
  return <Line dim>{"─".repeat(Math.max(0, columns - right.length)) + right}</Line>;
}

function Line({ children, dim }: { children: ReactNode; dim?: boolean }) {
  return (
    <Text wrap="truncate" dimColor={dim}>
      {children === "" ? " " : children}
    </Text>
  );
}
