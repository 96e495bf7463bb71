/** A row of a table. */
export interface TableRecord {
  /** The physical line in the file where it starts, from 1. */
  line: number;
  /** Parallel to the table's columns; strings for CSV, TSV and text. */
  values: readonly unknown[];
  /** JSON Lines: the object, which may hold keys that are no columns of the table. */
  object?: Record<string, unknown>;
  /** JSON Lines: the line as it stands in the file. */
  raw?: string;
}

/** A longer record is a mistake: a quote that is not closed, or a file of another format. 16 MB. */
export const MAX_RECORD_BYTES = 16_000_000;
