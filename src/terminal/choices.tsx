import { Box, Text } from "ink";
import { bar } from "./layout.js";
import type { Choice } from "./view.js";

/** The labels, each with its key, mark, and the model's share as a bar and a percentage: nothing is told by colour alone. */
export function Choices({ grid, columns, isColored }: { grid: Choice[][]; columns: number; isColored: boolean }) {
  const across = Math.max(1, ...grid.map((row) => row.length));
  const width = Math.floor(columns / across);
  return (
    <Box flexDirection="column">
      {grid.map((row) => (
        <Box key={row[0].name}>
          {row.map((choice) => (
            <Box key={choice.name} width={width}>
              <Cell choice={choice} isColored={isColored} />
            </Box>
          ))}
        </Box>
      ))}
    </Box>
  );
}

function Cell({ choice, isColored }: { choice: Choice; isColored: boolean }) {
  const { key, name, share, isProposed, isMarked } = choice;
  const mark = isMarked ? "*" : isProposed ? ">" : " ";
  const percent = share === undefined ? "" : ` ${bar(share)} ${Math.round(100 * share)}%`;
  return (
    <Text
      wrap="truncate"
      bold={isProposed || isMarked}
      color={isColored && (isProposed || isMarked) ? "green" : undefined}
    >
      {`${mark} ${key.padEnd(1)}  ${name}${percent}`}
    </Text>
  );
}
