import { StoreAddressError } from "./errors.js";
import { folderStore } from "./folder-store.js";
import { objectStore } from "./object-store.js";

/** Where the shards of a run are put: all its hosts can reach it. */
export interface ShardStore {
  /** As the user named it. */
  readonly name: string;
  /** What another process on this host, or on one that sees the same stores, finds it by. */
  readonly address: string;
  /** Makes the place where that can be done, and fails where nothing could be put there. @throws OutputError, StoreAccessError */
  prepare(): Promise<void>;
  /** The names of what is there. */
  list(): Promise<Set<string>>;
  has(name: string): Promise<boolean>;
  read(name: string): Promise<Buffer | undefined>;
  /**
   * Whole or not at all, whatever happens. What is there under the name stays, unless it is to be replaced.
   * @throws OutputError, StoreAccessError, StoreUnreachableError
   */
  write(name: string, bytes: Uint8Array, options?: { replace?: boolean }): Promise<void>;
  /** Removes what killed writers left; nothing else is being written. */
  tidy(): Promise<void>;
}

/** @param place a folder, or `s3://bucket/prefix`. @throws StoreAddressError, StoreCredentialsError */
export function openStore(place: string): ShardStore {
  if (!isAddress(place)) return folderStore(place);
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/*(.*?)\/*$/.exec(place) ?? [];
  if (bucket === undefined) throw new StoreAddressError(place);
  return objectStore(bucket, prefix);
}

/** Whether something is named that is no file or folder. */
export function isAddress(place: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(place);
}
