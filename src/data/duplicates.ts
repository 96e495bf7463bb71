/** The form in which texts are compared: case and white space do not count. */
function plainText(text: string): string {
  return text.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
}

/**
 * The group of each text, [N]: rows whose texts are equal but for case and white space share one. Groups are numbered from 0 in
 * order of first occurrence. A group must not stand on both sides of a split.
 */
export function duplicateGroups(texts: readonly string[]): Int32Array {
  const groups = new Map<string, number>();
  return Int32Array.from(texts, (text) => {
    const plain = plainText(text);
    const known = groups.get(plain);
    if (known !== undefined) return known;
    groups.set(plain, groups.size);
    return groups.size - 1;
  });
}
