import { inject } from "vitest";
import { startNodeTarget } from "./hosts/node.ts";
import { declareSuite } from "./suite.ts";

declareSuite("Node", () => startNodeTarget(inject("engineUrl")));
