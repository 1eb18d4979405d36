import { existsSync } from "node:fs";
import { inRoot } from "../paths.ts";

const packaged = inRoot(`node_modules/node/bin/${process.platform === "win32" ? "node.exe" : "node"}`);

/** A Node that runs TypeScript: this one, or the one that came with the packages when an older one asks. */
export const nodeProgram = process.features.typescript || !existsSync(packaged) ? process.execPath : packaged;
