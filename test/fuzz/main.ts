// npm run fuzz: malformed input for the engine, with --input-cases for the Worker, with --seeds schedules of faults for the
// room, with --viewers-seeds for crowds of viewers.
const has = (option: string): boolean => process.argv.some((argument) => argument.startsWith(option));

if (has("--viewers-seeds")) {
  await import("./viewers/main.ts");
} else if (has("--seeds")) {
  await import("./room/main.ts");
} else if (has("--input-cases")) {
  await import("./input/main.ts");
} else {
  if (has("--help")) {
    process.stdout.write("With --seeds N, schedules of faults for the room; see --seeds 0 --help.\n");
    process.stdout.write(
      "With --input-cases N, malformed input for the Worker; see --input-cases 0 --help.\n\n",
    );
  }
  await import("./engine/main.ts");
}

export {};
