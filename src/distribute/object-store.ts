import { Bucket } from "./bucket.js";
import type { ShardStore } from "./store.js";

/**
 * A prefix of a bucket. One PUT is atomic: an object is there whole or not at all.
 *
 * @param pageSize keys of one page of a listing; stores give 1,000 at most. @throws StoreCredentialsError, StoreAddressError
 */
export function objectStore(bucketName: string, prefix: string, pageSize = 1000): ShardStore {
  const bucket = Bucket.open(bucketName);
  const folder = prefix === "" ? "" : `${prefix}/`;
  const address = `s3://${bucketName}/${prefix}`.replace(/\/$/, "");
  return {
    name: address,
    address,
    prepare: async () => {
      await listed(bucket, folder, "", 1);
    },
    list: () => namesIn(bucket, folder, pageSize),
    has: async (name) => isThere(bucket, `${folder}${name}`),
    read: async (name) => {
      const answer = await bucket.send({ method: "GET", key: `${folder}${name}` });
      if (answer.status === 200) return answer.body;
      if (answer.code === "NoSuchKey") return undefined;
      throw bucket.refused(answer);
    },
    write: (name, bytes, { replace = false } = {}) => put(bucket, `${folder}${name}`, bytes, replace),
    tidy: async () => {}, // a PUT that ends early leaves nothing
  };
}

/** Under the condition that nothing is there; a store that knows of none is looked at before. */
async function put(bucket: Bucket, key: string, bytes: Uint8Array, replace: boolean): Promise<void> {
  const request = { method: "PUT", key, body: bytes } as const;
  if (!replace) {
    const answer = await bucket.send({ ...request, headers: { "if-none-match": "*" } });
    if (answer.status === 200 || answer.status === 412) return; // 412: it is there
    if (!["NotImplemented", "InvalidArgument"].includes(answer.code ?? "")) throw bucket.refused(answer);
    if (await isThere(bucket, key)) return;
  }
  const answer = await bucket.send(request);
  if (answer.status !== 200) throw bucket.refused(answer);
}

async function isThere(bucket: Bucket, key: string): Promise<boolean> {
  const answer = await bucket.send({ method: "HEAD", key });
  if (answer.status !== 200 && answer.status !== 404) throw bucket.refused(answer);
  return answer.status === 200;
}

async function namesIn(bucket: Bucket, folder: string, pageSize: number): Promise<Set<string>> {
  const names = new Set<string>();
  for (let after = ""; ; ) {
    const page = await listed(bucket, folder, after, pageSize);
    for (const key of page.keys) names.add(key.slice(folder.length));
    if (!page.isTruncated) return names;
    after = page.keys[page.keys.length - 1];
  }
}

/** One page of a listing, of the keys behind `after`. */
async function listed(bucket: Bucket, prefix: string, after: string, limit: number) {
  const query = { "list-type": "2", "encoding-type": "url", delimiter: "/", prefix, "max-keys": `${limit}` };
  const request = { method: "GET", key: "", query: after === "" ? query : { ...query, "start-after": after } } as const;
  const answer = await bucket.send(request);
  const text = answer.body.toString();
  if (answer.status !== 200 || !text.includes("<ListBucketResult")) throw bucket.refused(answer);
  return { keys: keysOf(text), isTruncated: text.includes("<IsTruncated>true</IsTruncated>") };
}

/** The keys of a listing, which `encoding-type` has made free of anything that XML would write otherwise. */
function keysOf(listing: string): string[] {
  return [...listing.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => decodeURIComponent(key.replaceAll("+", " ")));
}
