import { inject } from "vitest";
import { startWorkerTarget } from "./hosts/worker.ts";
import { declareSuite } from "./suite.ts";

declareSuite("Worker", () => startWorkerTarget(inject("engineUrl")));
