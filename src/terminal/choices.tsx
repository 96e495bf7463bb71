import { Box, Text } from "ink";
import { bar, type ChoiceGrid } from "./layout.js";
import type { Choice } from "./view.js";

/** The labels, each with its key, mark, and the model's share as a percentage and a bar: nothing is told by colour alone. */
export function Choices({ grid, columns, isColored }: { grid: ChoiceGrid; columns: number; isColored: boolean }) {
  const across = Math.max(1, ...grid.rows.map((row) => row.length));
  const width = Math.floor(columns / across);
  return (
    <Box flexDirection="column">
      {grid.rows.map((row) => (
        <Box key={row[0].name}>
          {row.map((choice) => (
            <Box key={choice.name} width={width}>
              <Cell choice={choice} hasBar={grid.hasBars} isColored={isColored} />
            </Box>
          ))}
        </Box>
      ))}
    </Box>
  );
}

function Cell({ choice, hasBar, isColored }: { choice: Choice; hasBar: boolean; isColored: boolean }) {
  const { key, name, share, isProposed, isMarked } = choice;
  const mark = isMarked ? "*" : isProposed ? ">" : " ";
  const percent = share === undefined ? "" : `${Math.round(100 * share)}%`;
  // Where names may be cut, the percentage stands before them.
  const rest = !hasBar
    ? `${percent.padStart(4)} ${name}`
    : share === undefined
      ? name
      : `${name} ${bar(share)} ${percent}`;
  return (
    <Text
      wrap="truncate"
      bold={isProposed || isMarked}
      color={isColored && (isProposed || isMarked) ? "green" : undefined}
    >
      {`${mark} ${key.padEnd(1)}  ${rest}`}
    </Text>
  );
}
