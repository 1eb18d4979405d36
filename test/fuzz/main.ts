// npm run fuzz: malformed input for the engine, or with --seeds schedules of faults for the room.
const has = (option: string): boolean => process.argv.some((argument) => argument.startsWith(option));

if (has("--seeds")) {
  await import("./room/main.ts");
} else {
  if (has("--help"))
    process.stdout.write("With --seeds N, schedules of faults for the room; see --seeds 0 --help.\n\n");
  await import("./engine/main.ts");
}

export {};
