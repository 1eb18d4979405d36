import { inject } from "vitest";
import { startPartykitTarget } from "./hosts/partykit.ts";
import { declareSuite } from "./suite.ts";

declareSuite("PartyKit", () => startPartykitTarget(inject("engineUrl")));
