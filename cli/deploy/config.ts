import * as v from "valibot";
import { UserError } from "../errors.ts";

const Names = v.optional(v.array(v.string()), []);
const RouteSchema = v.union([
  v.string(),
  v.object({ pattern: v.string(), custom_domain: v.optional(v.boolean(), false) }),
]);

/** Of `wrangler.toml`, what a deployment's checks look at. */
const ConfigSchema = v.object({
  name: v.string("the Worker has no name"),
  account_id: v.optional(v.string()),
  route: v.optional(RouteSchema),
  routes: v.optional(v.array(RouteSchema), []),
  durable_objects: v.object({ bindings: v.array(v.object({ name: v.string(), class_name: v.string() })) }),
  migrations: v.array(
    v.object({
      tag: v.string(),
      new_sqlite_classes: Names,
      new_classes: Names,
      renamed_classes: v.optional(v.array(v.object({ from: v.string(), to: v.string() })), []),
      deleted_classes: Names,
    }),
  ),
});
export type Config = Readonly<v.InferOutput<typeof ConfigSchema>>;

/** What a deployment has to know of `wrangler.toml`, as one environment has it. */
export type Deployed = {
  /** The Worker's name at Cloudflare. */
  readonly worker: string;
  readonly accountId: string | null;
  /** Of the classes of Durable Objects, the latest step that Cloudflare is told of. */
  readonly lastMigration: string;
  /** Domains that Cloudflare gives to the Worker, with their DNS records. */
  readonly customDomains: readonly string[];
};

/**
 * Reads the file as wrangler does, for one of its environments (`null`: what stands at the top). One that is not there, and
 * a file whose classes, bindings and migrations do not go together, are `UserError`s that say what is wrong.
 */
export async function readDeployed(path: string, environment: string | null): Promise<Deployed> {
  const config = await readConfig(path, environment);
  const problems = problemsOf(config);
  if (problems.length > 0) throw new UserError(`${path} cannot be deployed:\n  ${problems.join("\n  ")}`);
  return {
    worker: config.name,
    accountId: config.account_id ?? null,
    lastMigration: config.migrations.at(-1)?.tag ?? "none",
    customDomains: customDomainsOf(config),
  };
}

/** Mere routes are not among them: one that another Worker has, Cloudflare does not give away. */
function customDomainsOf({ route, routes }: Config): readonly string[] {
  return [...routes, ...(route === undefined ? [] : [route])].flatMap((each) =>
    typeof each === "object" && each.custom_domain ? [each.pattern] : [],
  );
}

async function readConfig(path: string, environment: string | null): Promise<Config> {
  // It is large: whoever only asks for help must not wait for it.
  const { unstable_readConfig } = await import("wrangler");
  const quietly = { hideWarnings: true };
  const top = unstable_readConfig({ config: path, env: "" }, quietly);
  if (environment !== null && top.definedEnvironments?.includes(environment) !== true) {
    throw new UserError(
      `${path} has no [env.${environment}]. Leave --env away for the Worker itself, or add one.`,
    );
  }
  const raw = environment === null ? top : unstable_readConfig({ config: path, env: environment }, quietly);
  const parsed = v.safeParse(ConfigSchema, raw);
  if (parsed.success) return parsed.output;
  throw new UserError(`${path} cannot be deployed: ${v.summarize(parsed.issues)}`);
}

/** Where classes, their bindings and their migrations do not go together, in words. */
export function problemsOf({
  durable_objects,
  migrations,
}: Pick<Config, "durable_objects" | "migrations">): readonly string[] {
  const bound = durable_objects.bindings.map((binding) => binding.class_name);
  const problems: string[] = [];
  const made = new Set<string>();
  const tags = new Set<string>();
  for (const step of migrations) {
    if (tags.has(step.tag)) problems.push(`two migrations are called ${step.tag}`);
    tags.add(step.tag);
    for (const name of step.new_sqlite_classes) made.add(name);
    for (const name of step.new_classes) {
      made.add(name);
      problems.push(`${name} is made without SQLite: it belongs under new_sqlite_classes`);
    }
    for (const { from, to } of step.renamed_classes) {
      made.delete(from);
      made.add(to);
    }
    for (const name of step.deleted_classes) made.delete(name);
  }
  for (const name of bound) {
    if (!made.has(name)) problems.push(`${name} is bound, and no migration makes it: add one with a new tag`);
  }
  for (const name of made) {
    if (!bound.includes(name)) problems.push(`${name} is made by a migration, and nothing is bound to it`);
  }
  return problems;
}
