import { Box, Text } from "ink";
import type { PromptView } from "./view.js";
import { oneLine } from "./wrap.js";

/** A prompt with the options around the one that Enter takes. */
export function PromptLines({ prompt, lines, columns }: { prompt: PromptView; lines: number; columns: number }) {
  const { title, value, options, at } = prompt;
  const room = Math.max(0, lines - 1);
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), options.length - room));
  const shown = options.slice(first, first + room);
  return (
    <Box flexDirection="column" height={lines}>
      <Text wrap="truncate-start">
        <Text bold>{title}</Text> {value}
        <Text inverse> </Text>
      </Text>
      {shown.map((option, i) => (
        <Text key={first + i} wrap="truncate" bold={first + i === at}>
          {`${first + i === at ? ">" : " "} ${oneLine(option, columns - 2)}`}
        </Text>
      ))}
    </Box>
  );
}
