/** Our tests wait as the harness does. */
export { eventually, within } from "../../testing/wait.ts";
