import { askingIn } from "../../cli/deploy/asking.ts";
import { firstInterrupt } from "../../cli/terminal/interrupts.ts";
import { deploying, type Scenario } from "./deploying.ts";

// A deployment with a scripted wrangler in a process of its own, which can be signalled, or be given a terminal. Its
// arguments are the scenario and the secrets of the environment; its first line is the folder, and its last ones what came of it.
const [scenario = "", env = "{}"] = process.argv.slice(2);
const asking = askingIn(process.env, process.stdin, process.stdout);
const parsed: Scenario = JSON.parse(scenario);
const it = deploying({
  scenario: parsed,
  asking,
  env: JSON.parse(env),
  hasTerminal: asking.isSomebody,
  customDomains: ["captions.example.com"],
  mayTakeDomains: !asking.isSomebody,
  interrupted: firstInterrupt,
});
process.stdout.write(`${it.folder}\n`);
const outcome = await it.run().then(
  () => "deployed",
  (error: Error) => error.message,
);
process.stdout.write(`${it.output}\n${JSON.stringify(it.calls.at(-1))}\n${outcome}\n`);
it.remove();
process.exit(outcome === "deployed" ? 0 : 1);
