import { existsSync } from "node:fs";
import { sep } from "node:path";
import { UserError } from "../cli/errors.ts";
import { inRoot, root } from "../cli/paths.ts";

/** Throws a `UserError` that says what to do where Captionwire cannot be started from its place. */
export function assertRunnable(): void {
  if (root.split(sep).includes("node_modules"))
    throw new UserError(
      `Captionwire is copied into ${root}, and Node runs no TypeScript below node_modules. ` +
        "Install a link to a clone instead, with `npm install --save-dev ../captionwire` and without --install-links.",
    );
  if (!existsSync(inRoot("node_modules/wrangler")))
    throw new UserError(`Captionwire's own packages are missing. Run \`npm ci\` in ${root} once.`);
}
