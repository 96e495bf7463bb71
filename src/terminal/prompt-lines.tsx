import { Box, Text } from "ink";
import { wrapText } from "./layout.js";
import type { PromptView } from "./view.js";

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
        <Text key={option} wrap="truncate" bold={first + i === at}>
          {`${first + i === at ? ">" : " "} ${wrapText(option.replaceAll("\n", " "), columns - 2)[0]}`}
        </Text>
      ))}
    </Box>
  );
}
