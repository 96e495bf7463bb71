import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Whether the header `Authorization` holds the token. What is compared are hashes, in constant time: how long it takes says nothing about
 * how much of a guess is right, nor how long the token is.
 */
export function holdsToken(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(.+)$/i.exec(header ?? "")?.[1] ?? "";
  return timingSafeEqual(sha256(given), sha256(token));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
