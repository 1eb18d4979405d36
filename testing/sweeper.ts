// A program of its own: deletes a folder once whoever started it is gone, in whatever way, as the end of its input tells.
import { removeTree } from "../cli/stack/remove-tree.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("Usage: sweeper.ts <folder>");
process.stdin.on("end", () => removeTree(folder)).on("error", () => removeTree(folder));
process.stdin.resume();
