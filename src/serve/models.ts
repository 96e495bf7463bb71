import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Dataset } from "../data/dataset.js";
import { listed } from "../data/wording.js";
import { type Log, silentLog } from "../log.js";
import { type Composition, composeGroups, type Group, type Member, type ServedFolder } from "./compose.js";
import { composeGroupsAside } from "./compose-thread.js";
import { Engine, type EngineOptions, type OnBatch } from "./engine.js";
import { DuplicateNameError, NotServedError } from "./errors.js";
import { Examples } from "./examples.js";

/** A classifier that answers requests. */
export interface ServedModel extends Member {
  engine: Engine;
  examples?: Examples;
}

export interface ModelsOptions extends EngineOptions, Pick<Composition, "arithmetic"> {
  /** Labelled texts to find neighbours among, by the model's name. */
  examples?: ReadonlyMap<string, Dataset>;
  /** Where their embeddings are kept; null keeps none. */
  cacheFolder?: string | null;
  onBatch?: OnBatch;
  log?: Log;
}

/** The name is the folder's own unless it is given: `name=folder`. @throws DuplicateNameError */
export function servedFolders(given: readonly string[]): ServedFolder[] {
  const folders = given.map((each) => {
    const [, name, folder] = /^([^=/\\]+)=(.+)$/.exec(each) ?? [undefined, basename(resolve(each)), each];
    return { name, folder };
  });
  for (const { name } of folders) {
    const same = folders.filter((other) => other.name === name);
    if (same.length > 1)
      throw new DuplicateNameError(
        name,
        same.map(({ folder }) => folder),
      );
  }
  return folders;
}

/** The classifiers that are served, exchanged as a whole when a folder was retrained. Owns worker threads: call `dispose`. */
export class Models {
  #byName = new Map<string, ServedModel>();
  #engines: Engine[] = [];
  #versions = "";
  /** Engines that finish what they accepted. */
  readonly #retiring = new Set<Promise<void>>();

  private constructor(
    readonly folders: readonly ServedFolder[],
    readonly options: ModelsOptions,
  ) {}

  /** @throws the errors of `composeGroups` */
  static async open(folders: readonly ServedFolder[], options: ModelsOptions): Promise<Models> {
    const models = new Models(folders, options);
    models.#versions = await models.#currentVersions();
    await models.#exchange(await composeGroups({ folders, arithmetic: options.arithmetic }));
    return models;
  }

  /** All of them, in the order that they were given in. */
  get all(): ServedModel[] {
    return this.folders.map(({ name }) => this.#byName.get(name)!);
  }

  /** Texts that no worker has taken yet. */
  get waiting(): number {
    return this.#engines.reduce((sum, { batcher }) => sum + batcher.waiting, 0);
  }

  /** @throws NotServedError */
  get(name: string): ServedModel {
    const found = this.#byName.get(name);
    if (!found) throw new NotServedError("model", name, [...this.#byName.keys()]);
    return found;
  }

  /**
   * Loads the folders again where a manifest has changed since; what was accepted is finished on the former models.
   * @returns whether there was a change. @throws the errors of `composeGroups`, after which the former models go on
   */
  async reload(): Promise<boolean> {
    const versions = await this.#currentVersions();
    if (versions === this.#versions) return false;
    await this.#exchange(await composeGroupsAside({ folders: this.folders, arithmetic: this.options.arithmetic }));
    this.#versions = versions;
    return true;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#retiring, ...this.#engines.map((engine) => engine.retire())]);
  }

  async #exchange(groups: readonly Group[]): Promise<void> {
    const { onBatch = () => {} } = this.options;
    const former = this.#engines;
    const engines: Engine[] = [];
    const byName = new Map<string, ServedModel>();
    try {
      for (const group of groups) {
        const running = former.find((engine) => engine.group.id === group.id);
        const engine = running ?? (await Engine.start(group, this.options, onBatch));
        engines.push(engine);
        for (const member of group.members) {
          byName.set(member.name, { ...member, engine, examples: await this.#examplesOf(member, engine) });
        }
      }
    } catch (error) {
      for (const engine of engines) if (!former.includes(engine)) this.#retire(engine);
      throw error;
    }
    this.#engines = engines;
    this.#byName = byName;
    for (const engine of former) if (!engines.includes(engine)) this.#retire(engine);
  }

  #retire(engine: Engine): void {
    const retiring = engine.retire().finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }

  async #examplesOf({ name, manifest }: Member, engine: Engine): Promise<Examples | undefined> {
    const { examples, cacheFolder = null, log = silentLog } = this.options;
    const dataset = examples?.get(name);
    const former = this.#byName.get(name)?.examples;
    if (!dataset || former?.encoderId === engine.group.encoderId) return former;
    const strange = [...new Set(dataset.labels.flat())].filter((label) => !manifest.labels.includes(label));
    if (strange.length > 0) log.warn(`examples of ${name}: its labels do not include ${listed(strange)}`);
    return Examples.index(dataset, engine, cacheFolder, log);
  }

  /** Changes when a folder is replaced, which is a rename, or copied over. */
  async #currentVersions(): Promise<string> {
    const versions = this.folders.map(async ({ folder }) => {
      const found = await stat(join(folder, "headstart.json")).catch(() => undefined);
      return found && `${found.ino} ${found.mtimeMs} ${found.size}`;
    });
    return (await Promise.all(versions)).join("\n");
  }
}
