import { inject } from "vitest";
import { startWranglerDevTarget } from "./hosts/wrangler-dev.ts";
import { declareSuite } from "./suite.ts";

declareSuite("wrangler dev", () => startWranglerDevTarget(inject("engineUrl")));
