import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { StoreAccessError, StoreAddressError, StoreCredentialsError, StoreUnreachableError } from "./errors.js";

/** Of one request; after these the queue gives a shard another attempt. */
const attempts = 5;
const msBeforeSecondAttempt = 200;
/** Statuses of what passes by itself: somebody else writes the same object, too many requests, a server that is not well. */
const passing = [408, 409, 429];

/** What is asked of a bucket. */
export interface BucketRequest {
  method: "GET" | "HEAD" | "PUT";
  /** Of an object; empty for the bucket itself. */
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array;
}

/** What it answers. */
export interface BucketAnswer {
  status: number;
  /** S3's word for why not, such as `NoSuchKey`; an answer to HEAD has none. */
  code?: string;
  body: Buffer;
}

/** Signed requests to one bucket of a store that speaks S3. */
export class Bucket {
  private constructor(
    readonly name: string,
    /** Where it is, as messages name it. */
    readonly host: string,
    readonly url: string,
    readonly signer: AwsClient,
  ) {}

  /**
   * Endpoint, region and credentials are those of the environment, by the names that other programs know them by.
   * @throws StoreCredentialsError, StoreAddressError
   */
  static open(name: string, env: NodeJS.ProcessEnv = process.env): Bucket {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
    if (!accessKeyId || !secretAccessKey) throw new StoreCredentialsError(name);
    const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1";
    const endpoint = (env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL)?.replace(/\/+$/, "");
    if (endpoint && !/^https?:\/\/./.test(endpoint)) throw new StoreAddressError(`AWS_ENDPOINT_URL ${endpoint}`);
    const url = endpoint ? `${endpoint}/${name}` : `https://${name}.s3.${region}.amazonaws.com`;
    const sessionToken = env.AWS_SESSION_TOKEN;
    const signer = new AwsClient({ accessKeyId, secretAccessKey, sessionToken, region, service: "s3", retries: 0 });
    return new Bucket(name, endpoint ?? `Amazon S3, ${region}`, url, signer);
  }

  /**
   * Tries again, with growing pauses, what fails for a reason that passes.
   * @returns what was answered, be it a refusal. @throws StoreUnreachableError
   */
  async send(request: BucketRequest): Promise<BucketAnswer> {
    for (let attempt = 1; ; attempt++) {
      const found = await this.#sendOnce(request).catch((error: Error) => error);
      if (found instanceof Error) {
        if (found.cause === undefined) throw found; // nothing of the network
      } else if (isFinal(found)) return found;
      if (attempt === attempts) throw new StoreUnreachableError(`s3://${this.name}`, this.host, found);
      await sleep(msBeforeSecondAttempt * 2 ** (attempt - 1));
    }
  }

  /** The failure that a refusal is. */
  refused(answer: BucketAnswer): StoreAccessError {
    return new StoreAccessError(`s3://${this.name}`, this.host, answer);
  }

  async #sendOnce({ method, key, query, headers, body }: BucketRequest): Promise<BucketAnswer> {
    const path = key.split("/").map(encodeURIComponent).join("/");
    const search = query ? `?${new URLSearchParams(query)}` : "";
    const url = `${this.url}/${path}${search}`;
    const response = await this.signer.fetch(url, { method, headers, body, redirect: "manual" });
    const received = Buffer.from(await response.arrayBuffer());
    const code = response.ok ? undefined : /<Code>([^<]+)<\/Code>/.exec(received.toString())?.[1];
    return { status: response.status, code, body: received };
  }
}

function isFinal({ status, code }: BucketAnswer): boolean {
  return code === "NotImplemented" || (status < 500 && !passing.includes(status));
}
